-- title: Opening plus activity is closing, beside the broker's statement
-- scope: account
-- reads: postings, statement_positions, statement_fetches
-- columns:
--   opening: position booked before the night [units of the symbol]
--   activity: position booked on the night [units of the symbol]
--   closing: opening plus activity [units of the symbol]
--   statement: the broker's position, zero if not listed; null where it was not read [units of the symbol]
--   difference: statement less closing [units of the symbol]
--   is_unreadable: whether the statement lists it with a quantity that cannot be read
--
-- Per account and symbol that either side knows: opening is what was booked before the night,
-- activity its own. The statement of the night is null where it was not read, or a line of the
-- position has no quantity that can be read, or the positions of the account are no list, and zero
-- where it was read and does not list it.
with

booked as (

    select
        account_id,
        commodity as symbol,
        coalesce(sum(amount) filter (
            where kind = 'opening' or system_date < $system_date::date
        ), 0) as opening,
        coalesce(sum(amount) filter (
            where kind <> 'opening' and system_date = $system_date::date
        ), 0) as activity
    from postings
    where regexp_matches(ledger_account, '^[CF]:.*:POS$')
    group by account_id, commodity

),

stated as (

    select account_id, symbol, sum(qty) as qty, count(qty) = count(*) as is_readable
    from statement_positions
    where system_date = $system_date::date
    group by account_id, symbol

),

unreadable_accounts as (

    select account_id from stated where symbol is null and not is_readable

),

both_sides as (

    select
        coalesce(booked.account_id, stated.account_id) as account_id,
        coalesce(booked.symbol, stated.symbol) as symbol,
        coalesce(booked.opening, 0) as opening,
        coalesce(booked.activity, 0) as activity,
        case when $system_date::date in (select system_date from statement_fetches)
        then case
            when stated.is_readable then stated.qty
            when stated.is_readable is null
                and coalesce(booked.account_id, stated.account_id) not in (from unreadable_accounts)
            then 0
        end end as statement,
        not coalesce(stated.is_readable, true) as is_unreadable
    from booked
    full join stated
        on stated.account_id = booked.account_id and stated.symbol = booked.symbol

)

select
    account_id,
    symbol,
    opening::decimal(38, 9) as opening,
    activity::decimal(38, 9) as activity,
    (opening + activity)::decimal(38, 9) as closing,
    statement::decimal(38, 9) as statement,
    (statement - opening - activity)::decimal(38, 9) as difference,
    is_unreadable
from both_sides
