-- title: What the broker says of its own end of day
-- reads: stream_system
--
-- What the broker says of its own end of day. The date is the one it names, never the clock's.
select
    identity as event_id,
    type,
    system_date,
    to_microseconds(event_at) as event_at,
    receipt_order
from stream_system
qualify row_number() over (partition by identity order by receipt_order desc) = 1
