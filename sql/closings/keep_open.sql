-- A break whose events lie before the beginning keeps its state, unless the night judged it anew:
-- its rule has a verdict on the same subject, or on one of its events together with later ones, or
-- one of its events has a later state. Rules on balances judge all of them each night.
-- What was awaited until a day that has come is awaited no longer.
insert into main.verdicts by name
with

open_events as (

    select break_id, rule, unnest(evidence) as identity from events.start_open

),

judged_events as (

    select distinct rule, identity
    from (select rule, unnest(evidence) as identity from main.verdicts) as named
    where identity in (select identity from open_events)

),

judged_anew as (

    select start_open.break_id
    from events.start_open
    inner join main.verdicts
        on verdicts.rule = start_open.rule
        and verdicts.subject = start_open.subject
        and coalesce(verdicts.account_id, '') = start_open.account_id
        and coalesce(verdicts.symbol, '') = start_open.symbol
    union all
    select open_events.break_id
    from open_events
    inner join judged_events
        on judged_events.rule = open_events.rule and judged_events.identity = open_events.identity
    union all
    select open_events.break_id
    from open_events
    inner join events.activity_states on activity_states.activity_id = open_events.identity
    where activity_states.system_date > (select max(system_date) from events.opening)

)

select
    start_open.rule,
    start_open.severity,
    nullif(start_open.account_id, '') as account_id,
    nullif(start_open.symbol, '') as symbol,
    start_open.subject,
    if(start_open.state = 'pending' and start_open.due_date::date <= $system_date::date, 'break',
        start_open.state) as verdict,
    nullif(start_open.expected, '') as expected,
    nullif(start_open.actual, '') as actual,
    nullif(start_open.difference, '')::decimal(38, 9) as difference,
    nullif(start_open.unit, '') as unit,
    if(start_open.state = 'pending' and start_open.due_date::date > $system_date::date,
        start_open.due_date::date, null) as due_date,
    start_open.evidence
from events.start_open
inner join main.rule_pack on rule_pack.rule = start_open.rule
cross join main.books_start
where start_open.until <= books_start.begins
    and not list_contains($on_balances, start_open.rule)
    and start_open.break_id not in (select break_id from judged_anew)
