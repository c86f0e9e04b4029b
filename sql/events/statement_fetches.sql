-- title: The dates whose positions the broker gave
-- reads: stream_eod_positions
--
-- The system dates for which the broker's positions were read to the last page. An account or
-- symbol that such a statement does not list is zero there, not unknown.
select distinct statement_date as system_date
from stream_eod_positions
