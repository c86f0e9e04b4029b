-- The orders whose whole history a night reads: of what is reversed, of what was not filled at
-- once, since their totals are judged; those entered on an earlier day than something happened to
-- them, and those that replace or were replaced by another, since their states are.
with

trades as (

    select
        order_id, previous_execution_id, qty, order_filled_qty, order_replaces, order_replaced_by,
        broker_day(to_microseconds(order_created_at))
        < broker_day(to_microseconds(event_at)) as is_of_earlier_day
    from archived_trades
    union all
    select
        order_id, previous_execution_id, qty, order_filled_qty, order_replaces, order_replaced_by,
        broker_day(to_microseconds(order_created_at))
        < broker_day(to_microseconds(event_at)) as is_of_earlier_day
    from archived_trades_v1

)

select order_id
from trades
where previous_execution_id is not null
    or qty <> order_filled_qty
    or is_of_earlier_day
    or order_replaces <> ''
    or order_replaced_by <> ''
union
select order_replaces from trades where order_replaces <> ''
union
select order_replaced_by from trades where order_replaced_by <> ''
union
select details ->> '$.order_id'
from archived_activities
where activity_type = 'TRD'
    and (previous_id <> '' or qty is distinct from exact_decimal(details ->> '$.cum_qty'))
