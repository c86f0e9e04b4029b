-- How many events each stream had on the last sessions up to the day, for the rule that asks whether
-- one is unusually quiet.
select system_date, source, events
from volumes
where system_date <= $day and system_date > $day - 45
order by system_date, source
