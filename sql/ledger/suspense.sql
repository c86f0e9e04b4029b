-- title: What suspense accounts still hold, since when, and when it is due
-- scope: all
-- reads: postings, calendar
-- columns:
--   since: the day from which the balance was never zero
--   age_business_days: settlement days since then [days]
--   due_date: the day on which the other leg is due
--
-- `since` is the date from which the balance was not zero without a break; the other leg is due on
-- the next settlement day after it.
with

daily as (

    select ledger_account, commodity, measure, system_date, sum(amount) as amount
    from postings
    where starts_with(ledger_account, 'SUSP:')
    group by ledger_account, commodity, measure, system_date

),

balances as (

    select
        *,
        sum(amount) over (
            partition by ledger_account, commodity, measure order by system_date
        ) as balance
    from daily

),

cleared as (

    select
        *,
        max(if(balance = 0, system_date, null)) over (
            partition by ledger_account, commodity, measure
        ) as zero_on
    from balances

),

open as (

    select
        ledger_account,
        commodity,
        measure,
        sum(amount) as amount,
        min(system_date) as since
    from cleared
    where zero_on is null or system_date > zero_on
    group by ledger_account, commodity, measure

)

select
    open.ledger_account,
    open.commodity,
    open.amount::decimal(38, 9) as amount,
    open.since,
    (
        select count(*)
        from calendar as days
        where days.is_settlement and days.date > open.since and days.date <= $system_date::date
    ) as age_business_days,
    calendar.next_settlement as due_date,
    open.measure
from open
left join calendar on calendar.date = open.since
where open.amount <> 0
