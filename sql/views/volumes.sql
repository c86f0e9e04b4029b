-- title: How many events each stream brought for each system date
-- scope: all
-- reads: executions, activities, start_volumes, books_after
-- columns:
--   source: the stream that the rows were made of
--   events: executions and activities that were booked on that date [events]
--
-- One row a stream and date on which it had an event: what the closing tells of the sessions before
-- the books begin, and what the tables have since.
select system_date, source, events from start_volumes
union all
select booked.system_date, booked.source, count(*) as events
from (
    select system_date, source from executions
    union all
    select system_date, source from activities
) as booked
inner join books_after on booked.system_date > books_after.system_date
group by booked.system_date, booked.source
