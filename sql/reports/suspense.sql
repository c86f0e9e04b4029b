-- What waits for its other leg: since when, for how many business days, and when it was due.
select
    ledger_account,
    commodity,
    plain(amount) as amount,
    since,
    age_business_days,
    due_date,
    measure
from suspense
order by ledger_account, commodity, measure
