-- title:    An Upvest account's state contradicts that of its group
-- severity: S1
-- scope:    account
-- reads:    upvest_account_states, upvest_group_states, calendar
-- params:   none
--
-- An account is active only in an active group, and in a closed group every account is closed; in
-- any other case somebody can act, or holds something, where nobody should. Each has events
-- of its own, so they may differ until the next settlement day after the later of the two, and are
-- a break from then on. Closing takes time: an account that is still active, or closing, in a group
-- that is closing is within tolerance.
-- No row for an account whose group is not known: a rule of its own says that.
-- Clears when the event that is missing is delivered.
with

account_steps as (

    select
        *,
        status is distinct from lag(status) over (partition by account_id order by step) as is_new
    from upvest_account_states

),

accounts as (

    select
        account_id,
        last(account_group_id order by step) as group_id,
        last(status order by step) as status,
        last(system_date order by step) filter (where is_new) as since,
        last(event_id order by step) filter (where is_new) as event_id
    from account_steps
    group by account_id

),

group_steps as (

    select
        *,
        status is distinct from lag(status) over (partition by group_id order by step) as is_new
    from upvest_group_states

),

groups as (

    select
        group_id,
        last(status order by step) as status,
        last(system_date order by step) filter (where is_new) as since,
        last(event_id order by step) filter (where is_new) as event_id
    from group_steps
    group by group_id

),

pairs as (

    select
        accounts.account_id,
        accounts.status,
        groups.group_id,
        groups.status as group_status,
        accounts.event_id,
        groups.event_id as group_event_id,
        calendar.next_settlement as due_date,
        case
            when accounts.status is null or groups.status is null then 'not_evaluated'
            when accounts.status = 'ACTIVE' and groups.status = 'CLOSING' then 'within_tolerance'
            when (accounts.status <> 'ACTIVE' or groups.status = 'ACTIVE')
                and (groups.status <> 'CLOSED' or accounts.status = 'CLOSED')
                then 'pass'
            else 'break'
        end as verdict
    from accounts
    inner join groups on groups.group_id = accounts.group_id
    left join calendar
        on calendar.date = greatest(accounts.since, groups.since)

),

verdicts as (

    select
        account_id,
        'state in group ' || group_id as subject,
        verdict,
        'what a group that is ' || group_status || ' allows' as expected,
        status as actual,
        due_date,
        if(verdict = 'pass', [], [event_id, group_event_id]) as evidence
    from pairs

)

select * from verdicts
