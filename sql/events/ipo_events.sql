-- title: What became of offerings
-- reads: stream_ipo, calendar
-- columns:
--   verb: what happened: Offering, OfferingUpdate, Allocation, …
--   offering_reference: the broker's id of the offering
--
-- What became of offerings. Only an allocation names an account; its cash comes as a memo (MEM)
-- and later as a booked activity, not from here.
with

parsed as (

    select
        identity as event_id,
        account_id,
        verb,
        offering_reference,
        to_microseconds(event_at) as event_at,
        receipt_order
    from stream_ipo
    qualify row_number() over (partition by identity order by receipt_order desc) = 1

)

select
    parsed.* exclude (receipt_order),
    calendar.session_date as system_date,
    parsed.receipt_order
from parsed
left join events.calendar
    on calendar.date = broker_day(parsed.event_at)
