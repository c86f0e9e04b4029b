-- title: What the broker's staff did by hand
-- reads: stream_admin_action, calendar
-- columns:
--   category: the broker's category of the action
--   note: what the broker's staff wrote
--   belongs_to_kind: what it is about: an account, a user, …
--   belongs_to_id: the id of what it is about
--   transaction_id: the transaction that was canceled
--   replaces_event_id: an earlier event under another id that this one repeats
--
-- What the broker's staff did by hand: a note, a liquidation, a canceled transaction. Whom it is
-- about is sent in two shapes, as two members or as one with both.
with

latest as (

    select *
    from stream_admin_action
    qualify row_number() over (partition by identity order by receipt_order desc) = 1

),

parsed as (

    select
        identity as event_id,
        type,
        category,
        note,
        coalesce(belongs_to_kind, belongs_to ->> '$.kind') as belongs_to_kind,
        coalesce(belongs_to_id, belongs_to ->> '$.value') as belongs_to_id,
        transaction_id,
        entry_type,
        symbol,
        replaces_event_id,
        to_microseconds(event_at) as event_at,
        receipt_order
    from latest

)

select
    parsed.* exclude (receipt_order),
    calendar.session_date as system_date,
    parsed.receipt_order
from parsed
left join events.calendar
    on calendar.date = broker_day(parsed.event_at)
