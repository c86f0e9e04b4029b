-- A break whose events lie before the beginning keeps its state, unless the night judged it anew:
-- its rule has a verdict on the same subject, or on one of its events together with later ones, or
-- one of its events has a later state. Rules on balances judge all of them each night.
-- What was awaited until a day that has come is awaited no longer.
insert into main.verdicts by name
with

open_events as (

    select break_id, rule, unnest(evidence) as identity from events.base_open

),

judged_events as (

    select distinct rule, identity
    from (select rule, unnest(evidence) as identity from main.verdicts) as named
    where identity in (select identity from open_events)

),

judged_anew as (

    select base_open.break_id
    from events.base_open
    inner join main.verdicts
        on verdicts.rule = base_open.rule
        and verdicts.subject = base_open.subject
        and coalesce(verdicts.account_id, '') = base_open.account_id
        and coalesce(verdicts.symbol, '') = base_open.symbol
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
    base_open.rule,
    base_open.severity,
    nullif(base_open.account_id, '') as account_id,
    nullif(base_open.symbol, '') as symbol,
    base_open.subject,
    if(base_open.state = 'pending' and base_open.due_date::date <= $system_date::date, 'break',
        base_open.state) as verdict,
    nullif(base_open.expected, '') as expected,
    nullif(base_open.actual, '') as actual,
    nullif(base_open.difference, '')::decimal(38, 9) as difference,
    nullif(base_open.unit, '') as unit,
    if(base_open.state = 'pending' and base_open.due_date::date > $system_date::date,
        base_open.due_date::date, null) as due_date,
    base_open.evidence
from events.base_open
inner join main.rule_pack on rule_pack.rule = base_open.rule
cross join main.beginning
where base_open.until <= beginning.begins
    and not list_contains($on_balances, base_open.rule)
    and base_open.break_id not in (select break_id from judged_anew)
