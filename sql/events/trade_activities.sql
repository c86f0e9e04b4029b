-- title: Every execution that the activity stream reports, its last state
-- reads: stream_activities, calendar
-- columns:
--   status: the state as sent; canceled without a reference counts for nothing
--   event: fill, partial_fill, trade_bust or trade_correct, which follow from status and reference
--   leaves_qty: what is still to be filled of the order [units of the symbol]
--
-- One row per execution that the activity stream tells of (TRD), the last state of its id; each leg
-- of a multi-leg order is one. A reference to an earlier execution makes a fill a correction,
-- and a canceled activity a bust; an `execution_type` that is not known is taken as a fill.
-- `status` is as sent: canceled without a reference is nothing.
-- The sign of the quantity is not documented, so it is left off; the side is in the details.
-- The settle date has been before the execution, so it is not to be relied on.
with

trades as (

    select
        *,
        from_json(details, '{"execution_type": "VARCHAR", "order_id": "VARCHAR",
            "symbol": "VARCHAR", "asset_id": "VARCHAR", "side": "VARCHAR", "cum_qty": "VARCHAR",
            "leaves_qty": "VARCHAR", "commission": "VARCHAR"}') as parsed,
        count(*) over (partition by identity) as messages
    from stream_activities
    where activity_type = 'TRD'

),

counted as (

    select
        identity,
        greatest(
            count(distinct (account_id, status, previous_id, parsed.execution_type, parsed.order_id,
                parsed.symbol, parsed.side, qty, price, net_amount)),
            count(distinct coalesce(asset_id, parsed.asset_id)),
            count(distinct exact_decimal(parsed.commission)),
            count(distinct nullif(currency, '')), count(distinct settle_date),
            count(distinct executed_at), count(distinct exact_rate(fx_rate))
        ) - 1 as conflicts
    from trades
    where messages > 1
    group by identity

),

read as (

    select
        * exclude (previous_id, asset_id),
        nullif(previous_id, '') as previous_id,
        coalesce(nullif(asset_symbol, ''), nullif(parsed.symbol, '')) as symbol,
        coalesce(asset_id, parsed.asset_id) as asset_id,
        case
            when status = 'canceled' and nullif(previous_id, '') is not null then 'trade_bust'
            when parsed.execution_type in ('trade_bust', 'trade_correct') then parsed.execution_type
            when nullif(previous_id, '') is not null then 'trade_correct'
            when parsed.execution_type = 'partial_fill' then parsed.execution_type
            else 'fill'
        end as event
    from trades
    qualify row_number() over (partition by identity order by is_outdated, receipt_order desc) = 1

),

dated as (

    select
        *,
        to_microseconds(case
            when event in ('trade_bust', 'trade_correct') then event_at
            else coalesce(executed_at, event_at)
        end) as booked_at
    from read

)

select
    dated.identity as execution_id,
    dated.account_id,
    dated.event,
    dated.parsed.execution_type as execution_type,
    dated.previous_id as previous_execution_id,
    dated.parsed.order_id as order_id,
    dated.symbol,
    dated.asset_id,
    case
        when regexp_full_match(dated.symbol, '.+\d{6}[CP]\d{8}') then 'us_option'
        when contains(dated.symbol, '/') then 'crypto'
        else 'us_equity'
    end as asset_class,
    buy_or_sell(dated.parsed.side) as side,
    abs(dated.qty)::decimal(38, 9) as qty,
    dated.price,
    dated.net_amount,
    exact_decimal(dated.parsed.commission) as commission,
    exact_decimal(dated.parsed.cum_qty) as order_filled_qty,
    exact_decimal(dated.parsed.leaves_qty) as leaves_qty,
    dated.status,
    nullif(dated.currency, '') as currency,
    exact_rate(dated.fx_rate) as swap_rate,
    dated.swap_fee_bps,
    dated.settle_date,
    calendar.session_date as trade_date,
    calendar.session_date as system_date,
    to_microseconds(dated.executed_at) as executed_at,
    to_microseconds(dated.event_at) as event_at,
    dated.receipt_order,
    coalesce(counted.conflicts, 0) as conflicts
from dated
left join counted on counted.identity = dated.identity
left join events.calendar
    on calendar.date = broker_day(dated.booked_at)
