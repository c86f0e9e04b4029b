-- title: Every event of an order up to the night, also those from before the books begin
-- scope: account
-- reads: order_events, night, books_after
-- columns:
--   happened_at: when it happened, as the event says, else when it was sent [UTC]
--
-- One row an event of the trade stream. `in_books`: of a day after the opening, or after the closing
-- that the books begin with. Of what lies before, a night reads the orders that were entered on an
-- earlier day than an event of this night's, and those that replace or were replaced by one.
select
    order_events.* replace (nullif(order_events.symbol, '') as symbol),
    coalesce(order_events.executed_at, order_events.event_at) as happened_at,
    order_events.system_date > books_after.system_date as in_books
from events.order_events as order_events
cross join books_after
inner join night on order_events.system_date <= night.system_date
