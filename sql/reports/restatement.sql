-- What later events changed in days that were closed before, and which events those are.
select
    system_date,
    ledger_account,
    commodity,
    plain(before) as before,
    plain(after) as after,
    plain(after - before) as change,
    array_to_string(events, ' ') as events
from restatement
order by all
