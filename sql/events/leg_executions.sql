-- title: The legs of multi-leg executions
-- reads: trade_messages, trade_activities
-- columns:
--   is_derived: whether the leg printed no id, so that one was made
--   id_shared: how many legs of other orders print the same id [legs]
--   order_filled_qty: null: no leg says so [units of the symbol]
--
-- One row per leg of each fill, bust or correction of a multi-leg order: such an order has no
-- execution of its own, its event carries one for each leg. The leg says quantity, price and
-- symbol; the side is that of the leg's order.
-- The schema requires no execution id of a leg. One without is known by its event and the order of
-- the leg (`is_derived`), the same whenever it is received; where the activity stream has an
-- execution of that order, quantity and price that no leg prints, that is the leg, and its id is
-- taken. Legs of different orders are different executions although they print one id: the least
-- order keeps the id, and `id_shared` counts the others. A leg that is printed twice is one.
with

legs as (

    select
        trade_messages.*,
        unnest(from_json(legs, '[{"execution_id": "VARCHAR", "order_id": "VARCHAR",
            "price": "VARCHAR", "qty": "VARCHAR", "symbol": "VARCHAR"}]')) as leg,
        unnest(range(1, json_array_length(legs)::bigint + 1)) as place
    from events.trade_messages
    where event in ('fill', 'partial_fill', 'trade_bust', 'trade_correct')
        and json_array_length(legs) > 0

),

leg_orders as (

    select distinct
        order_id as parent_order_id,
        unnest(from_json(order_legs, '[{"id": "VARCHAR", "side": "VARCHAR",
            "asset_id": "VARCHAR", "asset_class": "VARCHAR"}]')) as leg_order
    from events.trade_messages
    where json_array_length(order_legs) > 0

),

named as (

    select
        * exclude (qty, price, symbol, order_id),
        order_id as parent_order_id,
        nullif(leg.execution_id, '') as printed_id,
        nullif(leg.order_id, '') as order_id,
        nullif(leg.symbol, '') as symbol,
        exact_decimal(leg.qty) as qty,
        exact_decimal(leg.price) as price,
        coalesce(nullif(leg.order_id, ''), nullif(leg.symbol, ''), place::varchar) as leg_name
    from legs
    qualify printed_id is null or row_number() over (
        partition by version, receipt_order, printed_id, order_id, symbol, leg.qty, leg.price
        order by place
    ) = 1

),

numbered as (

    select
        *,
        row_number() over (
            partition by version, receipt_order, printed_id, leg_name order by place
        ) as number,
        min(leg_name) over same_id as first_name,
        count(distinct leg_name) over same_id - 1 as id_shared
    from named
    window same_id as (partition by version, receipt_order, printed_id)

),

-- Of several alike the first is the first on either side.
without_id as (

    select
        *,
        row_number() over (
            partition by account_id, order_id, symbol, event = 'trade_bust', abs(qty), price
            order by event_at, message_id, number
        ) as alike
    from numbered
    where printed_id is null and is_last

),

unprinted as (

    select
        *,
        row_number() over (
            partition by account_id, order_id, symbol, event = 'trade_bust', qty, price
            order by event_at, execution_id
        ) as alike
    from events.trade_activities
    where is_booked(status)
        and order_id in (select order_id from without_id)
        and execution_id not in (select printed_id from named where printed_id is not null)

),

known_by_activity as (

    select without_id.message_id, without_id.leg_name, without_id.number, unprinted.execution_id
    from without_id
    inner join unprinted
        on unprinted.account_id = without_id.account_id
        and unprinted.order_id = without_id.order_id
        and unprinted.symbol = without_id.symbol
        and unprinted.qty = abs(without_id.qty)
        and unprinted.price = without_id.price
        and (unprinted.event = 'trade_bust') = (without_id.event = 'trade_bust')
        and unprinted.alike = without_id.alike

)

select
    case
        when numbered.printed_id is null then coalesce(
            known_by_activity.execution_id,
            concat(numbered.message_id, ':', numbered.leg_name,
                if(numbered.number > 1, '/' || numbered.number, ''))
        )
        when numbered.leg_name = numbered.first_name then numbered.printed_id
        else numbered.printed_id || ':' || numbered.leg_name
    end as execution_id,
    numbered.message_id,
    numbered.printed_id is null and known_by_activity.execution_id is null as is_derived,
    if(numbered.printed_id is null, 0, numbered.id_shared) as id_shared,
    numbered.account_id,
    numbered.event,
    numbered.previous_execution_id,
    numbered.order_id,
    numbered.symbol,
    leg_orders.leg_order.asset_id as asset_id,
    coalesce(leg_orders.leg_order.asset_class, 'us_option') as asset_class,
    buy_or_sell(leg_orders.leg_order.side) as side,
    numbered.qty,
    numbered.price,
    -- An object by symbol; the schema says a text, which may hold that object.
    exact_decimal(from_json(case json_type(numbered.position_qtys)
        when 'OBJECT' then numbered.position_qtys
        when 'VARCHAR' then case when json_valid(numbered.position_qtys ->> '$')
            then numbered.position_qtys ->> '$' end
    end, '"MAP(VARCHAR, VARCHAR)"')[numbered.symbol]) as position_qty,
    null::decimal(38, 9) as order_filled_qty,
    numbered.fx_rate,
    numbered.order_swap_fee_bps,
    numbered.settle_date,
    numbered.executed_at,
    numbered.event_at,
    numbered.version,
    numbered.published,
    numbered.receipt_order
from numbered
left join leg_orders
    on leg_orders.parent_order_id = numbered.parent_order_id
    and leg_orders.leg_order.id = numbered.order_id
left join known_by_activity
    on numbered.printed_id is null
    and known_by_activity.message_id = numbered.message_id
    and known_by_activity.leg_name = numbered.leg_name
    and known_by_activity.number = numbered.number
