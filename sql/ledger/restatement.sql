-- title: What changed in days that were closed before, and by which events
-- scope: all
-- reads: closings, closed, postings, movements, suspense_clearings
-- columns:
--   system_date: the closed day
--   before: the balance that was stored [commodity]
--   after: the balance as it is now [commodity]
--   events: the events received since that moved it
--   is_explained: whether some event since can have moved it
--
-- A row for each balance of a closed day that is not what was stored. `events` are those received
-- since that moved it, also by draining the suspense account they wait in. `is_explained`: some
-- event came since that can have moved it; cost taken out at an average may change by an event
-- that is booked on another ledger account.
with

now as (

    select system_date, ledger_account, commodity, measure, amount
    from closings
    where system_date in (select system_date from closed)

),

changed as (

    select
        coalesce(now.system_date, closed.system_date) as system_date,
        coalesce(now.ledger_account, closed.ledger_account) as ledger_account,
        coalesce(now.commodity, closed.commodity) as commodity,
        coalesce(now.measure, closed.measure) as measure,
        coalesce(closed.amount, 0) as before,
        coalesce(now.amount, 0) as after
    from now
    full join closed
        on closed.system_date = now.system_date
        and closed.ledger_account = now.ledger_account
        and closed.commodity = now.commodity
        and closed.measure = now.measure
    where coalesce(closed.amount, 0) <> coalesce(now.amount, 0)

),

known as (

    select system_date, max(fetch_id) as fetch_id from closed group by system_date

),

since as (

    select
        known.system_date as closed_on,
        movements.event_id,
        movements.account_id,
        movements.contra
    from known
    inner join movements
        on movements.system_date <= known.system_date
        and fetch_of(movements.receipt_order) > known.fetch_id

),

moving as (

    select event_id, event_id as posted_by, closed_on from since
    union
    select since.event_id, suspense_clearings.event_id, since.closed_on
    from since
    inner join suspense_clearings on suspense_clearings.contra = since.contra

),

causes as (

    select
        changed.system_date, changed.ledger_account, changed.commodity, changed.measure,
        list(distinct moving.event_id order by moving.event_id) as events
    from changed
    inner join moving on moving.closed_on = changed.system_date
    inner join postings
        on postings.event_id = moving.posted_by
        and postings.ledger_account = changed.ledger_account
        and postings.commodity = changed.commodity
        and postings.measure = changed.measure
        and postings.system_date <= changed.system_date
    group by changed.system_date, changed.ledger_account, changed.commodity, changed.measure

)

select
    changed.system_date,
    changed.ledger_account,
    changed.commodity,
    changed.measure,
    changed.before::decimal(38, 9) as before,
    changed.after::decimal(38, 9) as after,
    coalesce(causes.events, []) as events,
    case when regexp_matches(changed.ledger_account, '^[CF]:')
    then (changed.system_date, split_part(changed.ledger_account, ':', 2))
        in (select (closed_on, account_id) from since where account_id is not null)
    else changed.system_date in (select closed_on from since) end as is_explained
from changed
left join causes
    on causes.system_date = changed.system_date
    and causes.ledger_account = changed.ledger_account
    and causes.commodity = changed.commodity
    and causes.measure = changed.measure
