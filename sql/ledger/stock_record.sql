-- title: What all accounts together hold of each security, and how many of them
-- scope: symbol
-- reads: positions_proof, movements, statement_positions, executions
-- columns:
--   accounts: accounts that hold it [accounts]
--   long_at_the_cut: the sum of long positions at 20:00 New York [units of the symbol]
--   short_at_the_cut: the sum of short positions at 20:00 New York [units of the symbol]
--   accounts_at_the_cut: accounts that hold it at 20:00 New York [accounts]
--
-- Long, short (as a positive number) and the number of accounts, at the closing; and the same at
-- 20:00 New York, when the broker counts: without what was sent after that. A security that nobody
-- holds any more is zero. The class is what the broker calls it; sweep units, which have no class of
-- their own, are told by the symbol in its documents, an option by the form of its symbol.
with

after_the_cut as (

    select account_id, coalesce(symbol, 'UNNAMED') as symbol, sum(qty) as qty
    from movements
    where system_date = $system_date::date
        and not is_memo
        and event_at >= ($system_date::date + interval 20 hours) at time zone 'America/New_York'
    group by all

),

classes as (

    select symbol, max(asset_class) as asset_class
    from (
        select symbol, asset_class from statement_positions where system_date = $system_date::date
        union all
        select symbol, asset_class from executions
    ) as named
    group by symbol

),

held as (

    select
        positions_proof.symbol,
        positions_proof.closing,
        positions_proof.closing - coalesce(after_the_cut.qty, 0) as at_the_cut
    from positions_proof
    left join after_the_cut
        on after_the_cut.account_id = positions_proof.account_id
        and after_the_cut.symbol = positions_proof.symbol

),

totals as (

    select
        symbol,
        coalesce(sum(closing) filter (where closing > 0), 0) as long_qty,
        coalesce(-sum(closing) filter (where closing < 0), 0) as short_qty,
        count(*) filter (where closing <> 0) as accounts,
        coalesce(sum(at_the_cut) filter (where at_the_cut > 0), 0) as long_at_the_cut,
        coalesce(-sum(at_the_cut) filter (where at_the_cut < 0), 0) as short_at_the_cut,
        count(*) filter (where at_the_cut <> 0) as accounts_at_the_cut
    from held
    group by symbol

)

select
    totals.symbol,
    case
        when totals.symbol = 'SWEEPFDIC' then 'sweep'
        when regexp_full_match(totals.symbol, '.+\d{6}[CP]\d{8}') then 'us_option'
        else classes.asset_class
    end as asset_class,
    totals.long_qty::decimal(38, 9) as long_qty,
    totals.short_qty::decimal(38, 9) as short_qty,
    totals.accounts,
    totals.long_at_the_cut::decimal(38, 9) as long_at_the_cut,
    totals.short_at_the_cut::decimal(38, 9) as short_at_the_cut,
    totals.accounts_at_the_cut
from totals
left join classes on classes.symbol = totals.symbol
