-- A break whose events lie before the beginning keeps its state, unless the night judged it anew:
-- its rule has a verdict on the same subject, or on one of its events together with one that no open
-- break of the rule rests on, or one of its events has a state that is later, or that came after
-- the last night. Rules on balances judge all of them each night, other rules what was booked
-- after the closing that the books begin with, those `from_books_start` what was booked after the
-- first day since (`books_start`).
-- What was awaited until a day that has come is awaited no longer; what has no such day any more
-- could not be evaluated when it was last judged.
insert into main.verdicts by name
with

open_items as (

    select
        start_open.* exclude (due_date),
        nullif(start_open.due_date, '')::date as due_date,
        start_open.until <= if(
            list_contains($from_books_start, start_open.rule),
            books_start.begins, opening.system_date
        ) as is_before
    from events.start_open
    cross join main.books_start
    cross join (select max(system_date) as system_date from events.opening) as opening

),

open_events as (

    select break_id, rule, until, known_fetch, unnest(evidence) as identity from open_items

),

judged_events as (

    select rowid as verdict, rule, unnest(evidence) as identity from main.verdicts

),

judged_with_others as (

    select distinct verdict
    from judged_events
    left join open_events
        on open_events.rule = judged_events.rule and open_events.identity = judged_events.identity
    where open_events.identity is null

),

judged_anew as (

    select open_items.break_id
    from open_items
    inner join main.verdicts
        on verdicts.rule = open_items.rule
        and verdicts.subject = open_items.subject
        and coalesce(verdicts.account_id, '') = open_items.account_id
        and coalesce(verdicts.symbol, '') = open_items.symbol
    union all
    select open_events.break_id
    from open_events
    inner join judged_events
        on judged_events.rule = open_events.rule and judged_events.identity = open_events.identity
    inner join judged_with_others on judged_with_others.verdict = judged_events.verdict
    union all
    select open_events.break_id
    from open_events
    inner join events.activity_states on activity_states.activity_id = open_events.identity
    where activity_states.system_date > (select max(system_date) from events.opening)
        and (
            activity_states.system_date > open_events.until
            or fetch_of(activity_states.receipt_order) > open_events.known_fetch
        )

)

select
    open_items.rule,
    open_items.severity,
    nullif(open_items.account_id, '') as account_id,
    nullif(open_items.symbol, '') as symbol,
    open_items.subject,
    case
        when open_items.state <> 'pending' then open_items.state
        when open_items.due_date is null then 'not_evaluated'
        when open_items.due_date <= $system_date::date then 'break'
        else 'pending'
    end as verdict,
    nullif(open_items.expected, '') as expected,
    nullif(open_items.actual, '') as actual,
    nullif(open_items.difference, '')::decimal(38, 9) as difference,
    nullif(open_items.unit, '') as unit,
    if(open_items.state = 'pending' and open_items.due_date > $system_date::date,
        open_items.due_date, null) as due_date,
    open_items.evidence
from open_items
inner join main.rule_pack on rule_pack.rule = open_items.rule
where open_items.is_before
    and not list_contains($on_balances, open_items.rule)
    and open_items.break_id not in (select break_id from judged_anew)
