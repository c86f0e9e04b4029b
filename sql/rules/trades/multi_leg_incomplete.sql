-- title:    A fill of a multi-leg order lacks the execution of a leg
-- severity: S1
-- scope:    account
-- reads:    order_events
-- params:   none
--
-- A multi-leg order is filled as a whole: each fill of it brings one execution for each leg of the
-- order, and none of another. A leg that is not there was executed all the same, and its contracts
-- and cash are missing from the books until the broker's statement contradicts them.
-- `not_evaluated` where the event does not say which legs the order has.
-- Clears when the fill is received again with all its legs.
with

fills as (

    select
        account_id,
        event_id,
        coalesce(list_sort(legs ->> '$[*].order_id'), []) as executed,
        coalesce(list_sort(order_legs ->> '$[*].id'), []) as ordered
    from order_events
    where order_class = 'mleg'
        and event in ('fill', 'partial_fill')

),

verdicts as (

    select
        account_id,
        'multi-leg fill ' || event_id as subject,
        case
            when len(ordered) = 0 then 'not_evaluated'
            when executed = ordered then 'pass'
            else 'break'
        end as verdict,
        'one execution for each of ' || len(ordered) || ' legs' as expected,
        concat_ws(
            ', none of order ', 'executions of ' || len(executed),
            nullif(array_to_string(list_filter(ordered, lambda leg: leg not in executed), ' '), '')
        ) as actual,
        (len(executed) - len(ordered))::decimal(38, 9) as difference,
        'executions' as unit,
        [event_id] as evidence
    from fills

)

select * from verdicts
