-- title: Every state of every Upvest account group
-- reads: stream_upvest, calendar
-- columns:
--   group_id: the account group at Upvest
--   group_type: the type of group
--   securities_account_number: the number of the group's securities account
--   business_id: the business that holds the group
--   users: how many users it has [users]
--   children: how many of its users are children [users]
--   guardians: how many of its users are guardians [users]
--   webhook_id: the webhook that delivered the event
--
-- What Upvest says of an account group, one row per event, ordered as its accounts are. A group of
-- a business names the business and no users.
with

latest as (

    select *, to_microseconds(event_at) as told_at
    from stream_upvest
    where starts_with(type, 'ACCOUNT_GROUP.')
    qualify row_number() over (
        partition by identity order by object_updated_at desc, receipt_order desc
    ) = 1

),

parsed as (

    select
        object_id as group_id,
        type,
        nullif(status, '') as status,
        object_type as group_type,
        nullif(securities_account_number, '') as securities_account_number,
        nullif(business_id, '') as business_id,
        coalesce(len(users ->> '$[*]'), 0)::int as users,
        coalesce(len(list_filter(users ->> '$[*].type', lambda kind: kind = 'OWNER')), 0)::int
            as owners,
        coalesce(len(list_filter(users ->> '$[*].type', lambda kind: kind = 'CHILD')), 0)::int
            as children,
        coalesce(len(list_filter(users ->> '$[*].type', lambda kind: kind = 'GUARDIAN')), 0)::int
            as guardians,
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
    parsed.group_id,
    row_number() over (
        partition by parsed.group_id order by parsed.updated_at, parsed.event_at, parsed.receipt_order
    ) as step,
    parsed.* exclude (group_id, new_york_date, receipt_order),
    coalesce(calendar.session_date, parsed.new_york_date) as system_date,
    parsed.receipt_order
from parsed
left join events.calendar on calendar.date = parsed.new_york_date
