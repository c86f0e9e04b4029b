-- title:    An order for the day is still open after it
-- severity: S3
-- scope:    account
-- reads:    order_events, calendar
-- params:   none
--
-- An order for the day ends with the session that it is in: filled, canceled, expired, rejected,
-- replaced or done for the day. One of which no end was reported still holds back the customer's
-- money or shares, or the event was lost. An order that is entered after the close waits for the next
-- session, in which it may be filled until 20:00 New York, and the end may be reported after that: it
-- is pending until the second session after its last event, then a break.
-- What is held until another order is filled has no event of its own and is not looked at. An order
-- of which how long it lasts is not known, since an earlier release archived it, has no row.
-- `not_evaluated`: the last state is not published.
-- Clears when the end of the order is received.
with

last_events as (

    select
        account_id,
        order_id,
        min(nullif(symbol, '')) as symbol,
        last(status order by coalesce(executed_at, event_at), receipt_order) as status,
        last(event_id order by coalesce(executed_at, event_at), receipt_order) as event_id,
        max(system_date) as last_date,
        bool_or(
            event in ('fill', 'canceled', 'expired', 'rejected', 'replaced', 'done_for_day',
                'calculated', 'trade_bust', 'trade_correct')
            or coalesce(status in ('filled', 'canceled', 'expired', 'rejected', 'replaced',
                'done_for_day', 'calculated'), false)
        ) as has_ended
    from order_events
    group by account_id, order_id
    having bool_or(time_in_force = 'day')

),

verdicts as (

    select
        last_events.account_id,
        last_events.symbol,
        'order ' || last_events.order_id as subject,
        case
            when last_events.has_ended then 'pass'
            when last_events.status in ('new', 'accepted', 'pending_new', 'partially_filled',
                'pending_cancel', 'pending_replace', 'stopped', 'suspended',
                'accepted_for_bidding')
            then 'break'
            else 'not_evaluated'
        end as verdict,
        'an end' as expected,
        if(last_events.has_ended, 'an end', coalesce(last_events.status, 'no state')) as actual,
        if(last_events.has_ended, null, following.next_session) as due_date,
        [last_events.event_id] as evidence
    from last_events
    left join calendar on calendar.date = last_events.last_date
    left join calendar as following on following.date = calendar.next_session
    where last_events.has_ended or last_events.status is distinct from 'held'

)

select * from verdicts
