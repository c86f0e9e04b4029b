-- How the books read what the broker's documents leave open, and how many accounts of the night's
-- statement (cost_method: positions, corporate_actions_at: executions) support it, contradict it
-- in favour of another value, or leave it open.
select
    readings.reading,
    readings.value,
    readings_evidence.supports,
    readings_evidence.contradicts,
    readings_evidence.undecided,
    readings_evidence.instead,
    readings.default_value,
    readings.reason
from readings
inner join readings_evidence on readings_evidence.reading = readings.reading
order by readings.reading
