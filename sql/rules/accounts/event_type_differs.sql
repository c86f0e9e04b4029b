-- title:    An Upvest event's type and the status in it do not fit
-- severity: S2
-- scope:    account
-- reads:    upvest_account_states, upvest_group_states
-- params:   none
--
-- The type says what happened, the object how it stands: activated is ACTIVE, closing initiated is
-- CLOSING, and so on; what is created waits for approval or is active at once; an update leaves the
-- status as the state before it had it, or as another event of the same moment tells it; that a
-- lock ends has no type of its own, so an update may tell it. Only accounts are updated. Where they
-- do not fit, one of them is wrong, or an event between was lost.
-- An object updated after the event was made may have been sent with a newer state: that is within
-- tolerance. `not_evaluated`: a type that is not known.
-- Clears when the lost event comes, or when somebody accepts it.
with

reported as (

    select
        account_id, 'account' as kind, type, split_part(type, '.', 2) as verb, status, step,
        updated_at, event_at, event_id
    from upvest_account_states
    union all
    select
        group_id, 'group', type, split_part(type, '.', 2), status, step,
        updated_at, event_at, event_id
    from upvest_group_states

),

moments as (

    select
        account_id,
        kind,
        updated_at,
        last(status order by step) as status,
        list(status) filter (where verb <> 'UPDATED') as statuses
    from reported
    group by account_id, kind, updated_at

),

preceded as (

    select
        account_id,
        kind,
        updated_at,
        statuses,
        lag(status) over (partition by account_id, kind order by updated_at) as before
    from moments

),

judged as (

    select
        reported.*,
        case
            when verb = 'CREATED' then ['PENDING_APPROVAL', 'ACTIVE']
            when verb = 'ACTIVATED' then ['ACTIVE']
            when verb = 'CLOSING_INITIATED' then ['CLOSING']
            when verb in ('CLOSED', 'LOCKED') then [verb]
            when verb = 'UPDATED' and reported.kind = 'account'
                then list_concat(
                    coalesce(preceded.statuses, []),
                    [coalesce(preceded.before, reported.status)],
                    if(preceded.before = 'LOCKED', ['ACTIVE', 'CLOSING'], [])
                )
        end as fitting,
        case
            when fitting is null then 'not_evaluated'
            when list_contains(fitting, reported.status) then 'pass'
            when reported.updated_at > reported.event_at then 'within_tolerance'
            else 'break'
        end as verdict
    from reported
    inner join preceded
        on preceded.account_id = reported.account_id
        and preceded.kind = reported.kind
        and preceded.updated_at = reported.updated_at

),

verdicts as (

    select
        account_id,
        kind || ' event ' || event_id as subject,
        verdict,
        type || ' with ' || array_to_string(fitting, ' or ') as expected,
        coalesce(status, 'no status') as actual,
        [event_id] as evidence
    from judged
    where verdict <> 'pass'
    union all
    select
        account_id, null, kind || ' events', 'pass', count(*)::varchar, count(*)::varchar,
        0::decimal(38, 9), 'events', null, []::varchar[]
    from judged
    where verdict = 'pass'
    group by account_id, kind

)

select * from verdicts
