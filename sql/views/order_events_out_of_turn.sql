-- title: What happened to an order after something that it cannot follow
-- scope: account
-- reads: order_events_to_date
-- columns:
--   before_event: the event that it cannot follow
--   before_id: the id of that event
--   before_at: when that happened [UTC]
--
-- An order ends when it is filled, canceled, expired, rejected or replaced; after that nothing begins,
-- fills or ends it again. Nor does an order begin on a day on which it was partly filled before.
-- One row for each event in the books that does so, with the first event that it cannot follow.
-- Two events within five seconds are a race, as between a fill and a cancel, and have no row. An end
-- that is reported twice is one. After a bust, a correction or a change by hand (`restated`) an order
-- may go on. Names of events that are not listed here may come at any time, and so may requests to
-- cancel or replace and their refusals, and the pauses of an order that lasts over days.
-- `replaced` ends the order whose status says so: the event of its successor may have the same name.
with

ends as (

    select account_id, order_id, event, event_id, happened_at, receipt_order, system_date
    from order_events_to_date
    where event in ('fill', 'canceled', 'expired', 'rejected')
        or (event = 'replaced' and status = 'replaced')
        or event = 'partial_fill'

),

reopenings as (

    select account_id, order_id, happened_at
    from order_events_to_date
    where event in ('restated', 'trade_bust', 'trade_correct')

),

pairs as (

    select
        later.account_id,
        later.order_id,
        later.event,
        later.event_id,
        later.happened_at,
        ends.event as before_event,
        ends.event_id as before_id,
        ends.happened_at as before_at,
        ends.receipt_order as before_receipt
    from order_events_to_date as later
    inner join ends
        on ends.account_id = later.account_id
        and ends.order_id = later.order_id
        and ends.happened_at < later.happened_at - interval 5 seconds
    where later.in_books
        and case
            when ends.event = 'partial_fill'
            then later.event in ('new', 'pending_new', 'accepted')
                and later.system_date = ends.system_date
            when later.event in ('fill', 'partial_fill', 'new', 'pending_new', 'accepted', 'held')
            then true
            when later.event in ('canceled', 'expired', 'rejected')
                or (later.event = 'replaced' and later.status = 'replaced')
            then later.event <> ends.event
            else false
        end

)

select pairs.* exclude (before_receipt)
from pairs
left join reopenings
    on reopenings.account_id = pairs.account_id
    and reopenings.order_id = pairs.order_id
    and reopenings.happened_at between pairs.before_at and pairs.happened_at
where reopenings.order_id is null
qualify row_number() over (
    partition by pairs.account_id, pairs.event_id order by pairs.before_at, pairs.before_receipt
) = 1
