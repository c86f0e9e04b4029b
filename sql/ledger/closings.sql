-- title: The balance of every ledger account at the end of each day that the night closes
-- scope: all
-- reads: postings, closing_days
--
-- What each account had been given up to and with that day. Memo accounts are beside the books.
-- A running balance holds until the next one, so that no posting is read again for each day.
with

daily as (

    select system_date, ledger_account, commodity, measure, sum(amount) as amount
    from postings
    where not starts_with(ledger_account, 'MEMO:')
    group by system_date, ledger_account, commodity, measure

),

running as (

    select
        *,
        sum(amount) over by_day as balance,
        lead(system_date) over by_day as until
    from daily
    window by_day as (partition by ledger_account, commodity, measure order by system_date)

)

select
    closing_days.system_date,
    running.ledger_account,
    running.commodity,
    running.measure,
    running.balance::decimal(38, 9) as amount
from closing_days
inner join running
    on running.system_date <= closing_days.system_date
    and closing_days.system_date < coalesce(running.until, '9999-12-31'::date)
