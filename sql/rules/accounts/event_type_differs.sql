-- title:    An Upvest event's type and the status in it do not fit
-- severity: S2
-- scope:    account
-- reads:    upvest_account_states, upvest_group_states
-- params:   none
--
-- The type says what happened, the object how it stands: activated is ACTIVE, closing initiated is
-- CLOSING, and so on; what is created waits for approval or is active at once; an update leaves the
-- status as the state before it had it, or as another event of the same moment has it; that a
-- lock ends has no type of its own, so an update may report it. Only accounts are updated. Where they
-- do not fit, one of them is wrong, or an event between was lost.
-- An object updated after the event was made may have been sent with a newer state: that is within
-- tolerance. `not_evaluated`: a type that is not known.
-- Clears when the lost event comes, or when somebody accepts it.
with

states as (

    select
        account_id, 'account' as kind, type, split_part(type, '.', 2) as verb, status, step,
        updated_at, event_at, event_id
    from upvest_account_states
    union all by name
    select
        group_id as account_id, 'group' as kind, type, split_part(type, '.', 2) as verb, status,
        step, updated_at, event_at, event_id
    from upvest_group_states

),

moments as (

    select
        account_id,
        kind,
        updated_at,
        last(status order by step) as status,
        list(status) filter (where verb <> 'UPDATED') as statuses
    from states
    group by account_id, kind, updated_at

),

moments_with_before as (

    select
        account_id,
        kind,
        updated_at,
        statuses,
        lag(status) over (partition by account_id, kind order by updated_at) as before
    from moments

),

states_with_fitting as (

    select
        states.*,
        case
            when verb = 'CREATED' then ['PENDING_APPROVAL', 'ACTIVE']
            when verb = 'ACTIVATED' then ['ACTIVE']
            when verb = 'CLOSING_INITIATED' then ['CLOSING']
            when verb in ('CLOSED', 'LOCKED') then [verb]
            when verb = 'UPDATED' and states.kind = 'account'
                then list_concat(
                    coalesce(preceded.statuses, []),
                    [coalesce(preceded.before, states.status)],
                    if(preceded.before = 'LOCKED', ['ACTIVE', 'CLOSING'], [])
                )
        end as fitting,
        case
            when fitting is null then 'not_evaluated'
            when list_contains(fitting, states.status) then 'pass'
            when states.updated_at > states.event_at then 'within_tolerance'
            else 'break'
        end as verdict
    from states
    inner join moments_with_before as preceded
        on preceded.account_id = states.account_id
        and preceded.kind = states.kind
        and preceded.updated_at = states.updated_at

),

verdicts as (

    select
        account_id,
        kind || ' event ' || event_id as subject,
        verdict,
        type || ' with ' || array_to_string(fitting, ' or ') as expected,
        coalesce(status, 'no status') as actual,
        [event_id] as evidence
    from states_with_fitting
    where verdict <> 'pass'
    union all by name
    select
        account_id,
        kind || ' events' as subject,
        'pass' as verdict,
        count(*)::varchar as expected,
        count(*)::varchar as actual,
        0::decimal(38, 9) as difference,
        'events' as unit,
        []::varchar[] as evidence
    from states_with_fitting
    where verdict = 'pass'
    group by account_id, kind

)

select * from verdicts
