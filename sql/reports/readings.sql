-- How the books read what the broker's documents leave open, and how many accounts (for
-- cost_method: positions) of the night's statement support it, contradict it, or leave it open.
select
    readings.reading,
    readings.value,
    readings_evidence.supports,
    readings_evidence.contradicts,
    readings_evidence.undecided,
    readings.default_value,
    readings.reason
from readings
inner join readings_evidence on readings_evidence.reading = readings.reading
order by readings.reading
