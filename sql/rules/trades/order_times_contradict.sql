-- title:    The times of an order contradict each other
-- severity: S3
-- scope:    account
-- reads:    order_events
-- params:   none
--
-- An order is entered and submitted before it is executed or ends; when it is said to be filled,
-- canceled or expired is when that happened; and nothing is sent before it happens. Clocks of the
-- broker differ by some: five seconds are allowed, within which a time may be earlier than what it
-- follows. More is mostly a local time that is called UTC, and then fills are booked on a wrong day.
-- When an order was last updated is not looked at: the broker's own samples print it in New York's
-- time as if it were UTC. Nor are busts and corrections, of which the samples print the time of the
-- order and the time of the fill in turn.
-- A time that is not there is not compared; an event without its own time is not evaluated.
-- Clears when the event is received with right times.
with

times as (

    select
        account_id,
        order_id,
        nullif(symbol, '') as symbol,
        event,
        event_id,
        executed_at,
        list_filter(
            [
                if(order_created_at > executed_at + interval 5 seconds, 'created', null),
                if(order_submitted_at > executed_at + interval 5 seconds, 'submitted', null),
                if(order_filled_at > executed_at + interval 5 seconds, 'filled', null),
                if(order_canceled_at > executed_at + interval 5 seconds, 'canceled', null),
                if(order_expired_at > executed_at + interval 5 seconds, 'expired', null),
                if(event_at < executed_at - interval 5 seconds, 'sent', null)
            ],
            lambda name: name is not null
        ) as wrong
    from order_events
    where event in ('fill', 'partial_fill', 'canceled', 'expired', 'rejected')

),

-- The first event with most that is wrong speaks for its order.
worst_times as (

    select *
    from times
    qualify row_number() over (
        partition by account_id, order_id
        order by len(wrong) desc, executed_at is null desc, executed_at, event_id
    ) = 1

),

verdicts as (

    select
        account_id,
        symbol,
        'order ' || order_id as subject,
        case
            when executed_at is null then 'not_evaluated'
            when len(wrong) = 0 then 'pass'
            else 'break'
        end as verdict,
        'times in order' as expected,
        case
            when executed_at is null then 'no time'
            when len(wrong) = 0 then 'times in order'
            when wrong = ['sent'] then event || ' before it was sent'
            else array_to_string(wrong, ', ') || ' against the time of ' || event
        end as actual,
        [event_id] as evidence
    from worst_times

)

select * from verdicts
