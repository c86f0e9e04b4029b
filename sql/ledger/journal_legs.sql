-- title: The legs of journals, those of before the books and those that were canceled too
-- scope: account
-- reads: activities_to_date
-- columns:
--   is_booked: whether it counts: neither pending nor canceled
--   has_id: whether the journal is an id, not a text
--
-- One row an activity of type JNL, JNLC or JNLS. `journal` is the journal's id; older share journals
-- print the two accounts of it and a day instead, or the day alone, and then it is that text. `has_id`:
-- it is an id.
select
    activity_id, account_id, symbol, entry_type, status, is_booked, price, qty, net_amount,
    system_date, receipt_order, journal_id,
    coalesce(journal_id, journal) as journal,
    journal_id is not null
    or not (contains(journal, ' ') or try_cast(journal as date) is not null) as has_id
from activities_to_date
where entry_type in ('JNL', 'JNLC', 'JNLS')
