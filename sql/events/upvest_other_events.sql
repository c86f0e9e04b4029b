-- title: Upvest events of neither an account nor a group
-- reads: stream_upvest, calendar
-- columns:
--   object_id: the id of what the event is of
--
-- What Upvest delivered that is of no account and of no account group: nothing reads it but the
-- rule that says which names are not known.
with

latest as (

    select type, object_id, identity as event_id, to_microseconds(event_at) as event_at,
        receipt_order
    from stream_upvest
    where not starts_with(type, 'ACCOUNT.') and not starts_with(type, 'ACCOUNT_GROUP.')
    qualify row_number() over (partition by identity order by receipt_order desc) = 1

)

select
    latest.* exclude (receipt_order),
    calendar.session_date as system_date,
    latest.receipt_order
from latest
left join events.calendar
    on calendar.date = broker_day(latest.event_at)
