-- reads: stream_trades, calendar
--
-- One row per execution id: fills, partial fills, busts and corrections, as the broker sent them.
-- A multi-leg order has no execution of its own; each of its legs is one row here.
-- A fill belongs to the trade date of its execution, a bust or correction to the day it was sent.
-- Trading from 20:00 New York time on belongs to the next trade date.
with

trade_events as (

    select
        *,
        to_microseconds(case
            when event in ('fill', 'partial_fill') then coalesce(executed_at, event_at)
            else event_at
        end) as booked_at
    from stream_trades
    where event in ('fill', 'partial_fill', 'trade_bust', 'trade_correct')

),

multi_leg_events as (

    select
        trade_events.*,
        unnest(from_json(legs, '[{"execution_id": "VARCHAR", "order_id": "VARCHAR",
            "price": "VARCHAR", "qty": "VARCHAR", "symbol": "VARCHAR"}]')) as leg
    from trade_events
    where json_array_length(legs) > 0

),

leg_orders as (

    select distinct
        order_id as parent_order_id,
        unnest(from_json(order_legs, '[{"id": "VARCHAR", "side": "VARCHAR",
            "asset_id": "VARCHAR", "asset_class": "VARCHAR"}]')) as leg_order
    from trade_events
    where json_array_length(order_legs) > 0

),

single as (

    select
        coalesce(execution_id, identity) as execution_id,
        account_id, event, previous_execution_id, order_id, symbol, asset_id, asset_class, side,
        qty, price, position_qty, order_filled_qty,
        settle_date, booked_at, executed_at, event_at, received
    from trade_events
    where coalesce(json_array_length(legs), 0) = 0

),

of_legs as (

    select
        multi_leg_events.leg.execution_id as execution_id,
        multi_leg_events.account_id,
        multi_leg_events.event,
        multi_leg_events.previous_execution_id,
        multi_leg_events.leg.order_id as order_id,
        multi_leg_events.leg.symbol as symbol,
        leg_orders.leg_order.asset_id as asset_id,
        coalesce(leg_orders.leg_order.asset_class, 'us_option') as asset_class,
        leg_orders.leg_order.side as side,
        exact_decimal(multi_leg_events.leg.qty) as qty,
        exact_decimal(multi_leg_events.leg.price) as price,
        exact_decimal(json_extract_string(
            multi_leg_events.position_qtys, '$."' || multi_leg_events.leg.symbol || '"'
        )) as position_qty,
        null::decimal(38, 9) as order_filled_qty,
        multi_leg_events.settle_date,
        multi_leg_events.booked_at,
        multi_leg_events.executed_at,
        multi_leg_events.event_at,
        multi_leg_events.received
    from multi_leg_events
    left join leg_orders
        on leg_orders.parent_order_id = multi_leg_events.order_id
        and leg_orders.leg_order.id = multi_leg_events.leg.order_id

),

every_execution as (

    select * from single
    union all by name
    select * from of_legs

),

-- The same id with other economics is kept in the archive twice; the last one counts, and
-- `conflicts` says how many others there are.
counted as (

    select
        execution_id,
        count(distinct (account_id, event, order_id, symbol, side, qty, price)) - 1 as conflicts
    from every_execution
    group by execution_id

),

latest as (

    select *
    from every_execution
    qualify row_number() over (partition by execution_id order by received desc) = 1

)

select
    latest.execution_id,
    latest.account_id,
    latest.event,
    latest.previous_execution_id,
    latest.order_id,
    latest.symbol,
    latest.asset_id,
    latest.asset_class,
    latest.side,
    latest.qty,
    latest.price,
    latest.position_qty,
    case when latest.asset_class = 'us_option' then 100 else 1 end as multiplier,
    latest.order_filled_qty,
    latest.settle_date,
    case when calendar.is_session then calendar.date else calendar.next_session end as trade_date,
    case when calendar.is_session then calendar.date else calendar.next_session end as system_date,
    to_microseconds(latest.executed_at) as executed_at,
    to_microseconds(latest.event_at) as event_at,
    latest.received,
    counted.conflicts
from latest
inner join counted on counted.execution_id = latest.execution_id
left join events.calendar
    on calendar.date = (latest.booked_at at time zone 'America/New_York' + interval 4 hours)::date
