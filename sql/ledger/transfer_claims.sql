-- title: What each transfer may take of its account's deposits and withdrawals, and when
-- scope: account
-- reads: transfers, settlement_days, books_start
-- columns:
--   claim: completion, return or under way
--   completed_on: the day on which the transfer was complete
--   is_judged: whether a rule asks for its entry
--   first_day: the first settlement day for its entry [settlement day number]
--   last_day: the last settlement day for its entry [settlement day number]
--   is_old: whether its entry may lie before the books
--
-- One row a claim: of a transfer that is complete (`completion`), of its return (`return`), of one that
-- is under way (`under way`). It is for one entry, booked from `first_day` to `last_day`, numbers of
-- settlement days: between the first state and three settlement days after it was complete, or three
-- before that; for a return three before and after it; for one under way up to three after its last
-- state. Only the completion of a transfer that was not returned `is_judged`. `is_old`: it was complete
-- before the books know of entries, so its own may lie before them. Claims that ended three settlement
-- days before that are left out.
with

claims as (

    select
        account_id, transfer_id, 'completion' as claim, completed_on,
        returned_on is null as is_judged,
        least(begun.number, done.number - 3) as first_day,
        done.number + 3 as last_day
    from transfers
    inner join settlement_days as begun on begun.date = transfers.begun_on
    inner join settlement_days as done on done.date = transfers.completed_on
    union all by name
    select
        account_id, transfer_id, 'return' as claim, completed_on, false as is_judged,
        back.number - 3 as first_day,
        back.number + 3 as last_day
    from transfers
    inner join settlement_days as back on back.date = transfers.returned_on
    union all by name
    select
        account_id, transfer_id, 'under way' as claim, completed_on, false as is_judged,
        begun.number as first_day,
        reported.number + 3 as last_day
    from transfers
    inner join settlement_days as begun on begun.date = transfers.begun_on
    inner join settlement_days as reported on reported.date = transfers.reported_on
    where completed_on is null and not has_failed

)

select
    claims.*,
    coalesce(is_judged and completed_on < transfers_since, false) as is_old
from claims
cross join books_start
left join settlement_days as days on days.date = books_start.transfers_since
where last_day >= coalesce(days.number, 0) - 3
