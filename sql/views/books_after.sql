-- title: The date after which the books of the night book
-- scope: all
-- reads: opening
-- columns:
--   system_date: the books begin after it
--
-- One row: the date of the opening statement or of the closing that the books begin with, else the
-- first of all dates.
select coalesce(max(opening.system_date), date '0001-01-01') as system_date from opening
