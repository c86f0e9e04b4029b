-- What each event left in the suspense accounts that are not empty, and when: so that their age,
-- their due date and the events behind them stay known.
select event_id, account_id, system_date, ledger_account, commodity, measure, sum(amount) as amount
from postings
where starts_with(ledger_account, 'SUSP:')
    and system_date <= $day
    and (ledger_account, commodity, measure) in (
        select (ledger_account, commodity, measure)
        from closings
        where system_date = $day and amount <> 0
    )
group by all
having sum(amount) <> 0
order by all
