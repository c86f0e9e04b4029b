-- title: Every activity up to the night as it stands, also those from before the books begin
-- scope: account
-- reads: activities, carried, night, books_after
-- columns:
--   is_booked: whether it counts: neither pending nor canceled
--
-- One row an activity, its last state. `in_books`: booked after the opening or the closing that the
-- books begin with, or open then, so that this night looks at it. `is_booked`: it counts, and is
-- neither pending nor canceled.
select
    activities.*,
    activities.system_date > books_after.system_date
    or activities.activity_id in (select identity from events.carried) as in_books,
    is_booked(activities.status) as is_booked
from events.activities as activities
cross join books_after
inner join night on activities.system_date <= night.system_date
