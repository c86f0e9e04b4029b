-- title:    Executions do not make the order's average price
-- severity: S2
-- scope:    account
-- reads:    executions_to_date, reversals, order_events, account_currencies
-- params:   none
--
-- The order repeats the average price of its executions, which is the sum of quantity times price
-- over the sum of quantities. Compared multiplied out, so that nothing is divided. A gap means
-- that an execution has another price than the broker's order, or one was lost beside a doubled.
-- Law HALF-ULP: the average is rounded to its printed scale, so it may miss by half a unit of the
-- last digit, times the quantity. Trailing zeros are not printed, but an average is printed no
-- coarser than its prices: the finer of the two scales counts.
-- Only an order event that says the same filled quantity can be compared: the last received, or
-- the last by the broker's `at` if that fits better. Else it is not evaluated, and
-- order_quantity_differs speaks. The activity stream reports no average: an order that only it
-- reports has no row. An order of which everything was busted has no average.
-- Clears when the price is corrected on either side.
with

-- Of an order that lasts over days also what was filled before the books begin.
counted_executions as (

    select
        account_id, order_id, symbol, execution_id, receipt_order, abs(qty) as qty, price, source,
        length(split_part(plain(price), '.', 2)) as scale
    from executions_to_date
    where event in ('fill', 'partial_fill', 'trade_correct')
        and execution_id not in (
            select previous_execution_id from reversals where previous_execution_id is not null
        )
        and execution_id not in (select execution_id from reversals where reversal_rank > 1)
    qualify bool_or(in_books) over (partition by account_id, order_id)

),

orders as (

    select
        account_id,
        order_id,
        min(symbol) as symbol,
        sum(qty) as qty,
        sum(qty * price) as value,
        count(*) - count(qty * price) as unknown,
        max(scale) as scale,
        coalesce(bool_and(source = 'activities'), false) as has_no_order,
        list(execution_id order by receipt_order, execution_id) as evidence
    from counted_executions
    group by account_id, order_id

),

averages as (

    select
        orders.account_id,
        orders.order_id,
        order_events.filled_avg_price as average,
        (order_events.filled_avg_price * orders.qty - orders.value) as gap,
        greatest(order_events.filled_avg_price_dp, orders.scale) as scale
    from orders
    inner join order_events
        on order_events.order_id = orders.order_id
        and order_events.filled_qty = orders.qty
    qualify row_number() over (
        partition by orders.account_id, orders.order_id order by order_events.receipt_order desc
    ) = 1 or row_number() over (
        partition by orders.account_id, orders.order_id
        order by order_events.event_at desc, order_events.receipt_order desc
    ) = 1

),

closest as (

    select *, ('0.' || repeat('0', scale::integer) || '5')::decimal(38, 10) as half_unit
    from averages
    qualify row_number() over (
        partition by account_id, order_id order by abs(gap), average, scale desc
    ) = 1

),

verdicts as (

    select
        orders.account_id,
        orders.symbol,
        'order ' || coalesce(orders.order_id, 'without an id') as subject,
        case
            when orders.unknown > 0 or closest.gap is null then 'not_evaluated'
            when closest.gap = 0 then 'pass'
            when abs(closest.gap) <= closest.half_unit * orders.qty then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(orders.qty) || ' for ' || plain(orders.value) as expected,
        plain(orders.qty) || ' at ' || plain(closest.average) as actual,
        closest.gap::decimal(38, 9) as difference,
        coalesce(account_currencies.currency, 'USD') as unit,
        orders.evidence[1:20] as evidence
    from orders
    left join closest
        on closest.account_id = orders.account_id and closest.order_id = orders.order_id
    left join account_currencies on account_currencies.account_id = orders.account_id
    where not (orders.has_no_order and closest.gap is null)

)

select * from verdicts
