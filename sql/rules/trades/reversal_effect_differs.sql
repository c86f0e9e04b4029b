-- title:    A bust or correction does not do what it should to the execution it names
-- severity: S1
-- scope:    all
-- reads:    execution_effects, order_events, executions_to_date
-- params:   none
--
-- A bust reverses exactly what the named execution did: its quantity, at its price. A
-- correction replaces it for the same account, order, symbol and side; its quantity is absolute.
-- An execution is reversed or replaced once; what follows names the correction. And the order's
-- filled quantity moves by just the effect, from the order's execution before to this one, either
-- as received or by the broker's `at`. Otherwise the two sides have different positions or cash.
-- Law AVERAGE: the broker's sample of a bust prints the average price of its order, not the price
-- of the execution. A bust at an average price that the order stated is within tolerance; the
-- books reverse at the price of the execution.
-- The named execution and the order's total before are looked up in everything archived, since
-- they may lie before the opening. Not evaluated while the execution is unknown:
-- reversal_target_unknown speaks. An execution lost just before shows here too.
-- Clears with a correction, or when a later replay brings what was lost.
with

order_totals as (

    select
        execution_id,
        order_filled_qty as total,
        lag(order_filled_qty) over (
            partition by order_id order by receipt_order, execution_id
        ) as total_received_before,
        lag(order_filled_qty) over (
            partition by order_id order by event_at, receipt_order, execution_id
        ) as total_before_in_time
    from executions_to_date

),

order_averages as (

    select distinct order_id, filled_avg_price
    from order_events
    where filled_avg_price is not null

),

reversals as (

    select
        own.*,
        concat_ws(' ', own.side, own.symbol, 'of', own.account_id, own.order_id) as booked,
        concat_ws(' ', target.side, target.symbol, 'of', target.account_id, target.order_id)
            as target_booked,
        abs(target.qty) as target_qty,
        target.price as target_price,
        order_totals.total,
        case own.side when 'buy' then own.qty_delta else -own.qty_delta end as filled,
        order_totals.total_received_before,
        order_totals.total_before_in_time,
        order_averages.order_id is not null as is_average
    from execution_effects as own
    left join executions_to_date as target on target.execution_id = own.target_execution_id
    left join order_totals on order_totals.execution_id = own.execution_id
    left join order_averages
        on order_averages.order_id = own.order_id and order_averages.filled_avg_price = own.price
    where own.event in ('trade_bust', 'trade_correct')

),

reversals_with_fault as (

    select
        *,
        case
            when not target_known then 'the target is unknown'
            when reversal_rank > 1 then 'it was named before'
            when booked <> target_booked then 'it is booked elsewhere'
            when qty + price + target_qty + target_price + filled is null
                or (total is null and total_received_before is not null)
            then 'a number is absent'
            when event = 'trade_bust' and qty <> target_qty then 'the quantity differs'
            when total = total_received_before + filled or total = total_before_in_time + filled
                or total_received_before is null
            then case
                when event = 'trade_correct' or price = target_price then 'none'
                when is_average then 'the average price'
                else 'the price differs'
            end
            else 'the total differs'
        end as fault
    from reversals

),

verdicts as (

    select
        account_id,
        symbol,
        'execution ' || execution_id as subject,
        case fault
            when 'none' then 'pass'
            when 'the average price' then 'within_tolerance'
            when 'the target is unknown' then 'not_evaluated'
            when 'a number is absent' then 'not_evaluated'
            else 'break'
        end as verdict,
        case fault
            when 'the total differs'
            then 'filled quantity ' || plain(total_received_before + filled)
            when 'it was named before' then 'named once'
            when 'it is booked elsewhere' then target_booked
            else plain(target_qty) || ' at ' || plain(target_price)
        end as expected,
        case fault
            when 'the total differs' then 'filled quantity ' || plain(total)
            when 'it was named before' then 'named ' || reversal_rank || ' times'
            when 'it is booked elsewhere' then booked
            else plain(qty) || ' at ' || plain(price)
        end as actual,
        case
            when fault = 'the total differs' then total - total_received_before - filled
            when fault = 'the quantity differs' then qty - target_qty
        end::decimal(38, 9) as difference,
        symbol as unit,
        list_filter([target_execution_id, execution_id], lambda id: id is not null) as evidence
    from reversals_with_fault

)

select * from verdicts
