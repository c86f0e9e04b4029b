-- title: The calendar, its days numbered by settlement days
-- scope: all
-- reads: calendar
-- columns:
--   date: the day
--   is_settlement: whether trades settle on it
--   next_settlement: the next settlement day after it
--   number: the number of settlement days up to it [settlement day number]
--
-- One row a day. `number` goes up on each settlement day, so the difference of two is how many
-- settlement days lie between; a day without settlement has the number of the one before it.
select
    date, is_settlement, next_settlement,
    (sum(is_settlement::int) over (order by date))::int as number
from calendar
