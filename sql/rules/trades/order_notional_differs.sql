-- title:    An order for money was filled for another amount
-- severity: S2
-- scope:    account
-- reads:    order_events_to_date, account_currencies
-- params:   none
--
-- An order may be for an amount of money instead of a quantity. Its fills together must not cost
-- more than that; and once it is filled, less than a cent of it is left, or less than what the
-- billionth of a share costs, since quantities have nine digits. Else the customer paid for what was
-- not ordered, or part of the order was dropped. The amount is the filled quantity times the average
-- price that the order's last fill says.
-- Law HALF-ULP: the average is rounded to its printed scale, so the amount may miss by half a unit
-- of its last digit, times the quantity.
-- Of an order that ended otherwise the rest was canceled with it, and only the most is judged. A
-- commission may be part of the amount: where the order says one, less may be spent.
-- `not_evaluated`: no average or total, an order that has a bust or a correction, whose price nobody
-- limits, and an account in another currency than dollars, in which the amount may be meant.
-- Clears when the missing part is filled, or what was too much is busted.
with

last_fills as (

    select *
    from order_events_to_date
    where event in ('fill', 'partial_fill') and notional is not null
    qualify row_number() over (
        partition by account_id, order_id
        order by filled_qty desc nulls last, event_at desc, receipt_order desc
    ) = 1

),

amended_orders as (

    select distinct account_id, order_id
    from order_events_to_date
    where event in ('trade_bust', 'trade_correct')

),

amounts as (

    select
        last_fills.account_id,
        last_fills.symbol,
        last_fills.order_id,
        last_fills.event_id,
        last_fills.notional,
        last_fills.event = 'fill' and coalesce(exact_decimal(order_commission), 0) = 0 as is_whole,
        last_fills.filled_qty is null or last_fills.filled_avg_price is null
            or amended_orders.order_id is not null
            or last_fills.fx_rate is not null
            or coalesce(account_currencies.currency, 'USD') <> 'USD'
            or coalesce(last_fills.asset_class, '') not in ('us_equity', 'crypto') as is_unknown,
        try(last_fills.notional - last_fills.filled_qty * last_fills.filled_avg_price) as rest,
        greatest(0.01, try(last_fills.filled_avg_price * 0.000000001)) as most_left,
        try(last_fills.filled_qty * half_digit(last_fills.filled_avg_price_dp)) as rounded_by
    from last_fills
    left join amended_orders
        on amended_orders.account_id = last_fills.account_id
        and amended_orders.order_id = last_fills.order_id
    left join account_currencies on account_currencies.account_id = last_fills.account_id
    where last_fills.in_books

),

verdicts as (

    select
        account_id,
        symbol,
        'order ' || order_id as subject,
        case
            when is_unknown or rest is null or rounded_by is null then 'not_evaluated'
            when rest >= 0 and (rest < most_left or not is_whole) then 'pass'
            when rest >= -rounded_by and (rest < most_left + rounded_by or not is_whole)
            then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(notional) as expected,
        coalesce(plain(notional - rest), 'no amount') as actual,
        try((-rest)::decimal(38, 9)) as difference,
        'USD' as unit,
        [event_id] as evidence
    from amounts

)

select * from verdicts
