-- What later events changed in days that were closed before, and which events those are.
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

causes as (

    select distinct
        changed.system_date, changed.ledger_account, changed.commodity, changed.measure,
        postings.event
    from changed
    inner join known on known.system_date = changed.system_date
    inner join postings
        on postings.ledger_account = changed.ledger_account
        and postings.commodity = changed.commodity
        and postings.measure = changed.measure
        and postings.system_date <= changed.system_date
    inner join received
        on received.identity = postings.event and received.fetch_id > known.fetch_id

)

select
    changed.system_date,
    changed.ledger_account,
    changed.commodity,
    plain(changed.before) as before,
    plain(changed.after) as after,
    plain(changed.after - changed.before) as change,
    coalesce(string_agg(causes.event, ' ' order by causes.event), '') as events
from changed
left join causes
    on causes.system_date = changed.system_date
    and causes.ledger_account = changed.ledger_account
    and causes.commodity = changed.commodity
    and causes.measure = changed.measure
group by all
order by all
