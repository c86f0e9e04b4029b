-- title: The dates whose totals per security the broker gave
-- reads: stream_eod_aggregate
--
-- The system dates for which the broker gave its totals per security, be it an empty list.
select distinct statement_date as system_date
from stream_eod_aggregate
