-- title:    An execution is at a worse price than the order's limit
-- severity: S2
-- scope:    account
-- reads:    order_events, reversals, account_currencies, calendar
-- params:   none
--
-- Who buys with a limit pays no more than it, who sells with one gets no less: the customer said so,
-- and the broker owes the difference. The limit is the one that the event itself says, since it
-- changes when an order is adjusted to a dividend or a split. A bad print may still be corrected or
-- busted: until the next settlement day it is pending, then a break; what was corrected or busted is
-- judged no more, and a correction has to respect the limit itself.
-- Of a multi-leg order the price is the net price of a unit: a debit is positive, a credit negative.
-- That the limit has the same signs is assumed and not documented, so one that is not respected is
-- not evaluated there. Nor is one where a rate converts the prices of the account or of the order.
-- `not_evaluated`: the event says no price, or no side that can be booked.
-- Clears when the execution is corrected or busted.
with

limited as (

    select
        order_events.*,
        reversals.execution_id as reversed_by,
        calendar.next_settlement as due_date,
        order_events.order_class = 'mleg' as is_multi_leg,
        order_events.fx_rate is not null
            or coalesce(account_currencies.currency, 'USD') <> 'USD' as is_converted,
        case
            when order_events.side = 'buy' or order_events.order_class = 'mleg'
            then (order_events.fill_price - order_events.limit_price)
            when order_events.side in ('sell', 'sell_short')
            then (order_events.limit_price - order_events.fill_price)
        end::decimal(38, 9) as worse_by
    from order_events
    left join reversals
        on reversals.previous_execution_id = order_events.execution_id
        and reversals.reversal_rank = 1
    left join account_currencies on account_currencies.account_id = order_events.account_id
    left join calendar on calendar.date = order_events.system_date
    where order_events.event in ('fill', 'partial_fill', 'trade_correct')
        and order_events.limit_price is not null

),

verdicts as (

    select
        account_id,
        nullif(symbol, '') as symbol,
        'execution ' || event_id as subject,
        case
            when worse_by <= 0 or reversed_by is not null then 'pass'
            when worse_by is null or is_multi_leg or is_converted then 'not_evaluated'
            else 'break'
        end as verdict,
        case
            when side = 'buy' or is_multi_leg then 'at most '
            when side in ('sell', 'sell_short') then 'at least '
            else 'at most or at least '
        end || plain(limit_price) as expected,
        if(reversed_by is null, coalesce(plain(fill_price), 'no price'), 'reversed') as actual,
        (fill_price - limit_price)::decimal(38, 9) as difference,
        'USD' as unit,
        due_date,
        list_filter([event_id, reversed_by], lambda id: id is not null) as evidence
    from limited

)

select * from verdicts
