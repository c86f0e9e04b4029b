-- title:    An event has no posting, or a posting no event
-- severity: S1
-- scope:    account
-- reads:    executions, execution_effects, activity_states, activity_entries, postings, night
-- params:   none
--
-- Every execution and every state of an activity is in the books of its night, or is left out for
-- a reason that has a name: it moves nothing, it is canceled, it takes back what was taken back
-- before. And no posting is without its event. `not_evaluated`: a correction whose target nobody
-- has seen, since new minus old is not known. A break: a status that nobody knows, or a fault of
-- the ledger. Clears when the status is learnt or the rule is mended.
with

found as (

    select
        executions.execution_id as event_id,
        executions.account_id,
        executions.symbol,
        case
            when effects.qty_delta is null then 'effect unknown'
            when effects.reversal_rank > 1 then 'reversed before'
            when effects.new_qty = 0 and effects.old_qty = 0 then 'moves nothing'
        end as reason
    from executions
    inner join night on night.system_date = executions.system_date
    left join execution_effects as effects on effects.execution_id = executions.execution_id
    union all
    select
        states.activity_id,
        states.account_id,
        states.symbol,
        case
            when not states.changed then 'sent again'
            when states.status = 'canceled' then 'canceled'
            when (effects.is_counted or effects.is_memo)
                and effects.qty_delta = 0 and effects.cash_delta = 0 then 'moves nothing'
        end
    from activity_states as states
    inner join night on night.system_date = states.system_date
    left join activity_entries as effects
        on effects.activity_id = states.activity_id and effects.state = states.state

),

booked as (

    select event_id, count(*) as postings
    from postings
    group by event_id

),

known as (

    select execution_id as event_id from executions
    union
    select activity_id from activity_states

),

compared as (

    select
        found.account_id,
        found.symbol,
        found.event_id,
        if(max(booked.postings) > 0, 'posted', min(found.reason)) as treatment
    from found
    left join booked on booked.event_id = found.event_id
    group by found.account_id, found.symbol, found.event_id
    union all
    select distinct postings.account_id, null, postings.event_id, null
    from postings
    inner join night on night.system_date = postings.system_date
    left join known on known.event_id = postings.event_id
    where postings.kind in ('execution', 'activity', 'memo') and known.event_id is null

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
    from compared

)

select * from verdicts
