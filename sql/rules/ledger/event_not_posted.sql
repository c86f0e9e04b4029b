-- title:    An event has no posting, or a posting no event
-- severity: S1
-- scope:    account
-- reads:    executions, execution_effects, activity_states, activity_entries, postings, night, books_after
-- params:   none
--
-- Every execution and every state of an activity is in the books, or is left out for a reason that
-- has a name: it moves nothing, it is canceled, it reverses what was reversed
-- before. And no posting is without its event. `not_evaluated`: a correction whose target never
-- came, since new minus old is not known. A break: a status that nobody knows, or a fault of
-- the ledger. Of the events of earlier days only the breaks are said again: they stay until the
-- status is learnt or the rule is mended.
with

booked_events as (

    select
        executions.execution_id as event_id,
        executions.account_id,
        executions.symbol,
        executions.system_date,
        case
            when effects.qty_delta is null then 'effect unknown'
            when effects.reversal_rank > 1 then 'reversed before'
            when effects.new_qty = 0 and effects.old_qty = 0 then 'moves nothing'
        end as reason
    from executions
    left join execution_effects as effects on effects.execution_id = executions.execution_id
    union all by name
    select
        states.activity_id as event_id,
        states.account_id,
        states.symbol,
        states.system_date,
        case
            when not states.changed then 'sent again'
            when states.status = 'canceled' then 'canceled'
            when (effects.is_counted or effects.is_memo)
                and effects.qty_delta = 0 and effects.cash_delta = 0 then 'moves nothing'
        end as reason
    from activity_states as states
    inner join books_after on states.system_date > books_after.system_date
    left join activity_entries as effects
        on effects.activity_id = states.activity_id and effects.state = states.state

),

posted_events as (

    select distinct event_id from postings

),

archived_events as (

    select execution_id as event_id from executions
    union
    select activity_id from activity_states

),

treatments as (

    select
        booked_events.account_id,
        booked_events.symbol,
        booked_events.event_id,
        max(booked_events.system_date) as system_date,
        if(count(posted_events.event_id) > 0, 'posted', min(booked_events.reason)) as treatment
    from booked_events
    left join posted_events on posted_events.event_id = booked_events.event_id
    group by booked_events.account_id, booked_events.symbol, booked_events.event_id

),

postings_without_event as (

    select postings.account_id, postings.event_id, max(postings.system_date) as system_date
    from postings
    left join archived_events on archived_events.event_id = postings.event_id
    where postings.kind in ('execution', 'activity', 'memo') and archived_events.event_id is null
    group by postings.account_id, postings.event_id

),

checks as (

    from treatments
    union all by name
    from postings_without_event

),

verdicts as (

    select
        account_id,
        symbol,
        'event ' || event_id as subject,
        case
            when treatment = 'effect unknown' then 'not_evaluated'
            when treatment is not null then 'pass'
            else 'break'
        end as verdict,
        'posted, or left out for a named reason' as expected,
        coalesce(treatment, 'neither') as actual,
        [event_id] as evidence
    from checks
    cross join night
    where treatment is null or checks.system_date = night.system_date

)

select * from verdicts
