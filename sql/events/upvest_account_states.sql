-- title: Every state of every Upvest account
-- reads: stream_upvest, calendar
-- columns:
--   account_type: the type of account
--   name: the name of the account
--   webhook_id: the webhook that delivered the event
--
-- What Upvest says of an account, one row per event: the whole object as it then stood. Deliveries
-- keep no order between requests, so steps go by the object's own time of update. `owners` counts
-- the users of that kind.
with

latest as (

    select *, to_microseconds(event_at) as told_at
    from stream_upvest
    where starts_with(type, 'ACCOUNT.')
    qualify row_number() over (
        partition by identity order by object_updated_at desc, receipt_order desc
    ) = 1

),

parsed as (

    select
        object_id as account_id,
        type,
        nullif(status, '') as status,
        account_group_id,
        object_type as account_type,
        name,
        account_number,
        users,
        coalesce(len(list_filter(users ->> '$[*].type', lambda kind: kind = 'OWNER')), 0)::int
            as owners,
        to_microseconds(object_created_at) as created_at,
        coalesce(to_microseconds(object_updated_at), told_at) as updated_at,
        nullif(webhook_id, '') as webhook_id,
        identity as event_id,
        told_at as event_at,
        broker_day(told_at) as new_york_date,
        receipt_order
    from latest

)

select
    parsed.account_id,
    row_number() over (
        partition by parsed.account_id order by parsed.updated_at, parsed.event_at, parsed.receipt_order
    ) as step,
    parsed.* exclude (account_id, new_york_date, receipt_order),
    coalesce(calendar.session_date, parsed.new_york_date) as system_date,
    parsed.receipt_order
from parsed
left join events.calendar on calendar.date = parsed.new_york_date
