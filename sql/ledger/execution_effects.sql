-- title: What each execution event does to the position and the cash of its account
-- reads: executions
--
-- A fill moves its quantity, and its notional rounded half-up to the cent. A bust takes back
-- exactly what its target did; its own quantity is only used when the target was never seen.
-- A correction replaces its target: its quantity is absolute, its effect is new minus old.
-- Where two events name one target, the first received counts: an execution dies once.
with

own as (

    select
        *,
        case side when 'sell' then -1 when 'sell_short' then -1 when 'buy' then 1 end as sign,
        row_number() over (
            partition by previous_execution_id order by received, execution_id
        ) as claim
    from executions

),

-- The same over everything archived, since a target may lie before the opening of the books.
targets as (

    select
        execution_id,
        case side when 'sell' then -1 when 'sell_short' then -1 when 'buy' then 1 end as sign,
        abs(qty) as qty,
        round(abs(qty) * price * multiplier, 2)::decimal(38, 9) as notional
    from events.executions
    where event in ('fill', 'partial_fill', 'trade_correct')

),

joined as (

    select
        own.*,
        targets.execution_id is not null as target_known,
        round(abs(own.qty) * own.price * own.multiplier, 2)::decimal(38, 9) as notional,
        targets.sign * targets.qty as target_qty,
        targets.sign * targets.notional as target_notional
    from own
    left join targets on targets.execution_id = own.previous_execution_id

),

reversals as (

    select previous_execution_id, execution_id, system_date
    from own
    where event in ('trade_bust', 'trade_correct') and claim = 1

)

select
    joined.execution_id,
    joined.account_id,
    joined.symbol,
    joined.asset_class,
    joined.order_id,
    joined.event,
    joined.side,
    case
        when joined.event in ('fill', 'partial_fill') then joined.sign * abs(joined.qty)
        when joined.claim > 1 then 0
        when joined.event = 'trade_bust'
            then -coalesce(joined.target_qty, joined.sign * abs(joined.qty))
        else joined.sign * abs(joined.qty) - joined.target_qty
    end::decimal(38, 9) as qty_delta,
    case
        when joined.event in ('fill', 'partial_fill') then -joined.sign * joined.notional
        when joined.claim > 1 then 0
        when joined.event = 'trade_bust'
            then coalesce(joined.target_notional, joined.sign * joined.notional)
        else joined.target_notional - joined.sign * joined.notional
    end::decimal(38, 9) as cash_delta,
    abs(joined.qty) as qty,
    joined.price,
    joined.multiplier,
    joined.position_qty,
    joined.previous_execution_id as target_execution_id,
    joined.target_known,
    joined.claim,
    reversals.execution_id as reversed_by,
    reversals.system_date as reversed_on,
    joined.trade_date,
    joined.system_date,
    joined.settle_date,
    joined.event_at,
    joined.received
from joined
left join reversals on reversals.previous_execution_id = joined.execution_id
