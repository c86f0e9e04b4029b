-- title:    An Upvest account or group took a step that there is not
-- severity: S2
-- scope:    account
-- reads:    upvest_account_states, upvest_group_states, calendar
-- params:   none
--
-- Upvest publishes what each status means and no graph of them, so only what the meanings exclude is
-- wrong: CLOSED is the end ("closed with zero balance successfully"), nothing becomes
-- PENDING_APPROVAL again after its creation, and what is pending cannot be acted on, so it is never
-- CLOSING, which is a time of selling; an application that is turned down is CLOSED at once. Any
-- status may be LOCKED, and a lock may end in any. A wrong step means that an event was lost, or
-- that the state was set by hand.
-- Deliveries keep no order, so the states are taken in the order of the object's own updates; the
-- one between may still come: pending until the next settlement day, a break from then on.
-- `not_evaluated`: a status that is not among those. The first state reported may be any.
-- Clears when the event between is delivered, or when somebody accepts it.
with

states as (

    select account_id, 'account' as kind, step, status, event_id, system_date
    from upvest_account_states
    union all by name
    select group_id as account_id, 'group' as kind, step, status, event_id, system_date
    from upvest_group_states

),

steps as (

    select
        *,
        lag(status) over (partition by account_id, kind order by step) as before,
        lag(event_id) over (partition by account_id, kind order by step) as event_before
    from states
    where status is not null

),

steps_with_verdict as (

    select
        steps.*,
        calendar.next_settlement as due_date,
        case
            when status not in ('PENDING_APPROVAL', 'ACTIVE', 'CLOSING', 'CLOSED', 'LOCKED')
                or before not in ('PENDING_APPROVAL', 'ACTIVE', 'CLOSING', 'CLOSED', 'LOCKED')
                then 'not_evaluated'
            when before is null or before = status then 'pass'
            when before <> 'CLOSED'
                and status <> 'PENDING_APPROVAL'
                and (before <> 'PENDING_APPROVAL' or status <> 'CLOSING')
                then 'pass'
            else 'break'
        end as verdict
    from steps
    left join calendar on calendar.date = steps.system_date

),

verdicts as (

    select
        account_id,
        kind || ' event ' || event_id as subject,
        verdict,
        'a step from ' || coalesce(before, 'none') as expected,
        'to ' || status as actual,
        due_date,
        list_filter([event_before, event_id], lambda event: event is not null) as evidence
    from steps_with_verdict
    where verdict <> 'pass'
    union all by name
    select
        account_id,
        kind || ' states' as subject,
        'pass' as verdict,
        'steps that there are' as expected,
        count(*) || ' states' as actual,
        []::varchar[] as evidence
    from steps_with_verdict
    group by account_id, kind
    having count(*) filter (where verdict <> 'pass') = 0

)

select * from verdicts
