-- title: Opening plus activity is closing, beside the broker's balance
-- scope: account
-- reads: postings, account_currencies, statement_cash, known_accounts
-- columns:
--   opening: cash booked before the night [currency]
--   activity: cash booked on the night [currency]
--   closing: opening plus activity [currency]
--   statement: the broker's balance; null where it was not read [currency]
--   difference: statement less closing; null where there is nothing to compare [currency]
--   settled: closing without what settles after the night [currency]
--   opening_is_known: whether the opening is the whole balance
--
-- Per account and currency that either side knows: opening is what was booked before the night,
-- activity its own. The statement is null where the broker's balance of that night was not read.
-- `settled` leaves out what settles after the night. In books that a statement opened, an account
-- that has no balance there and is not proven to be newer has an opening that is not known: what is
-- booked since is no balance, and there is no difference to speak of.
with

booked as (

    select
        account_id,
        commodity as currency,
        coalesce(sum(amount) filter (
            where kind = 'opening' or system_date < $system_date::date
        ), 0) as opening,
        coalesce(sum(amount) filter (
            where kind <> 'opening' and system_date = $system_date::date
        ), 0) as activity,
        coalesce(sum(amount) filter (where settle_date <= $system_date::date), 0) as settled
    from postings
    where regexp_matches(ledger_account, '^[CF]:.*:CASH$')
    group by account_id, commodity

),

stated as (

    select account_id, currency, cash
    from statement_cash
    where system_date = $system_date::date

),

universe as (

    select account_id, currency from account_currencies
    union
    select account_id, currency from booked

),

unopened as (select account_id from known_accounts where begins = 'unknown')

select
    universe.account_id,
    universe.currency,
    coalesce(booked.opening, 0)::decimal(38, 9) as opening,
    coalesce(booked.activity, 0)::decimal(38, 9) as activity,
    (coalesce(booked.opening, 0) + coalesce(booked.activity, 0))::decimal(38, 9) as closing,
    stated.cash::decimal(38, 9) as statement,
    case when unopened.account_id is null
    then stated.cash - coalesce(booked.opening, 0) - coalesce(booked.activity, 0)
    end::decimal(38, 9) as difference,
    coalesce(booked.settled, 0)::decimal(38, 9) as settled,
    unopened.account_id is null as opening_is_known
from universe
left join booked
    on booked.account_id = universe.account_id and booked.currency = universe.currency
left join stated
    on stated.account_id = universe.account_id and stated.currency = universe.currency
left join unopened on unopened.account_id = universe.account_id
