-- title: Every execution up to the night, also those from before the books begin
-- scope: account
-- reads: executions, night, books_after
--
-- One row an execution. `in_books`: booked after the opening, or after the closing that the books
-- begin with.
select
    executions.*,
    executions.system_date > books_after.system_date as in_books
from events.executions as executions
cross join books_after
inner join night on executions.system_date <= night.system_date
