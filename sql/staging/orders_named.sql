-- The orders whose whole history a night reads: of what is reversed, and of what was not filled at
-- once, since their totals are judged.
select order_id from archived_trades where previous_execution_id is not null
union
select order_id from archived_trades_v1 where previous_execution_id is not null
union
select order_id from archived_trades where qty <> order_filled_qty
union
select order_id from archived_trades_v1 where qty <> order_filled_qty
union
select details ->> '$.order_id'
from archived_activities
where activity_type = 'TRD'
    and (previous_id <> '' or qty is distinct from exact_decimal(details ->> '$.cum_qty'))
