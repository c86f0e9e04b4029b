-- title: Every journal that the stream of journals reports, as it stands
-- scope: journal
-- reads: journal_states
-- columns:
--   reported_on: the day of its last state
--   executed_on: the day on which it was executed first; null if never
--
-- One row a journal. `status`, `reported_on` and `event_id` are of its last state; `executed_on` is the
-- day on which it was executed first, null if it never was.
select
    journal_id,
    last(entry_type order by step) as entry_type,
    last(status_to order by step) as status,
    last(system_date order by step) as reported_on,
    min(system_date) filter (where status_to in ('executed', 'activity_created')) as executed_on,
    last(event_id order by step) as event_id
from journal_states
group by journal_id
