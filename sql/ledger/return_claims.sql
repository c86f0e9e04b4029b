-- title: What each returned transfer must have had reversed, and when
-- scope: account
-- reads: transfers, settlement_days, books_start
-- columns:
--   returned_on: the day on which the transfer was returned
--   booked_since: what is reversed was booked on that settlement day or later [settlement day number]
--   return_day: the settlement day of the return [settlement day number]
--   first_day: the first settlement day for the reversal [settlement day number]
--   last_day: the last settlement day for the reversal [settlement day number]
--   is_old: whether its reversal may lie before the books
--
-- One row a returned transfer. It is for one reversal, made from `first_day` to `last_day`, numbers of
-- settlement days: three before and after the return, on `return_day`. What that reverses was booked
-- since `booked_since`, three settlement days before the transfer's first state. `is_old`: it was
-- returned before the books know of entries, so its reversal may lie before them.
select
    transfers.account_id, transfers.transfer_id, transfers.returned_on,
    begun.number - 3 as booked_since,
    back.number as return_day,
    back.number - 3 as first_day,
    back.number + 3 as last_day,
    transfers.returned_on <= begins as is_old
from transfers
inner join settlement_days as begun on begun.date = transfers.begun_on
inner join settlement_days as back on back.date = transfers.returned_on
cross join books_start
