-- title:    The broker's total of a security over all accounts is not what the books have
-- severity: S1
-- scope:    symbol
-- reads:    stock_record, statement_aggregate, aggregate_fetches, movements
-- params:   system_date
--
-- What all customers together hold of a security must be what the broker counts over its accounts,
-- the firm's included: shares long, shares short, and how many accounts hold it, each to the last
-- digit. Two accounts can be wrong against each other, or one be in nobody's list, and this count
-- is made apart from the statements of the accounts. A security that the broker does not list is
-- zero. `difference` is long less short, null where only the parts differ. The evidence is what
-- moved the security on the day, or last before it where it differs, the last twenty as received;
-- a difference that stands keeps that of the night on which it appeared.
-- CUT: the broker counts at 20:00 New York. What is equal but for movements of the night that were
-- sent after that is within_tolerance.
-- Short is compared without its sign, which the documents do not give.
-- Not evaluated where the broker gave no list (not every key may read it) or an empty one: that is
-- its answer for a day without trading, and says nothing about any security; where a total cannot
-- be read exactly; and for securities of a class that the list does not cover. The documents
-- promise common stock and crypto, so that options and sweep units may be absent with right books;
-- they are compared where the broker lists them, or others of their class.
-- Clears when both sides agree again.
with

broker_totals as (

    select
        symbol,
        sum(long_qty) as long_qty,
        sum(abs(short_qty)) as short_qty,
        sum(num_accounts) as accounts,
        bool_and(
            long_qty is not null and short_qty is not null and num_accounts is not null
        ) as is_readable
    from statement_aggregate
    where system_date = $system_date::date
    group by symbol

),

covered_classes as (

    select unnest(['us_equity', 'crypto']) as asset_class
    union
    select asset_type from statement_aggregate where system_date = $system_date::date

),

-- What an earlier list named stays in sight, so that a night without a list clears nothing.
symbols as (

    select symbol from stock_record
    union
    select symbol from statement_aggregate

),

totals as (

    select
        symbols.symbol,
        coalesce(ours.long_qty, 0) as long,
        coalesce(ours.short_qty, 0) as short,
        coalesce(ours.accounts, 0) as holders,
        coalesce(ours.long_at_the_cut, 0) as cut_long,
        coalesce(ours.short_at_the_cut, 0) as cut_short,
        coalesce(ours.accounts_at_the_cut, 0) as cut_holders,
        coalesce(broker_totals.long_qty, 0) as stated_long,
        coalesce(broker_totals.short_qty, 0) as stated_short,
        coalesce(broker_totals.accounts, 0) as stated_holders,
        case
            when $system_date::date not in (select system_date from aggregate_fetches)
                then 'no list'
            when (select count(*) from broker_totals) = 0 then 'an empty list'
            when not broker_totals.is_readable then 'a total that cannot be read'
            when broker_totals.is_readable or holders + cut_holders = 0 then null
            when coalesce(ours.asset_class, 'us_equity')
                not in (select asset_class from covered_classes)
                then 'a list without ' || ours.asset_class
        end as unusable
    from symbols
    left join stock_record as ours on ours.symbol is not distinct from symbols.symbol
    left join broker_totals on broker_totals.symbol is not distinct from symbols.symbol

),

totals_with_verdict as (

    select
        *,
        case
            when unusable is not null then 'not_evaluated'
            when long = stated_long and short = stated_short and holders = stated_holders
                then 'pass'
            when cut_long = stated_long and cut_short = stated_short
                and cut_holders = stated_holders then 'within_tolerance'
            else 'break'
        end as verdict,
        stated_long - stated_short - long + short as net
    from totals

),

moves as (

    select coalesce(symbol, 'UNNAMED') as symbol, system_date, event_id, receipt_order
    from movements
    where kind in ('execution', 'activity') and qty <> 0

),

last_days as (

    select symbol, max(system_date) as system_date
    from moves
    where symbol in (select symbol from totals_with_verdict where verdict = 'break')
    group by symbol

),

last_events as (

    select moves.symbol, moves.event_id, max(moves.receipt_order) as receipt_order
    from moves
    left join last_days on last_days.symbol = moves.symbol
    where moves.system_date = coalesce(last_days.system_date, $system_date::date)
    group by moves.symbol, moves.event_id

),

evidence_of_symbols as (

    select symbol, list(event_id order by receipt_order desc, event_id)[1:20] as evidence
    from last_events
    group by symbol

),

verdicts as (

    select
        totals_with_verdict.symbol,
        'stock record' as subject,
        verdict,
        'long ' || plain(long) || ', short ' || plain(short)
        || ', accounts ' || plain(holders) as expected,
        coalesce(unusable, 'long ' || plain(stated_long) || ', short ' || plain(stated_short)
        || ', accounts ' || plain(stated_holders)) as actual,
        case
            when unusable is null and (verdict = 'pass' or net <> 0) then net
        end::decimal(38, 9) as difference,
        totals_with_verdict.symbol as unit,
        coalesce(evidence_of_symbols.evidence, []) as evidence
    from totals_with_verdict
    left join evidence_of_symbols
        on evidence_of_symbols.symbol = totals_with_verdict.symbol

)

select * from verdicts
