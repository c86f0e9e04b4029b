-- title:    An Upvest account names a group that is not known, or that is younger than it
-- severity: S2
-- scope:    all
-- reads:    upvest_account_states, upvest_group_states, calendar
-- params:   none
--
-- Every account belongs to a group, which was made before it and whose own events say so. The
-- group's event may be delivered after the account's: pending until the next settlement day, a
-- break from then on. `not_evaluated`: the account was made before the first group event that is
-- archived, so its group's may lie before what was delivered. No row where no group was ever reported.
-- Clears when the group's event is delivered.
with

accounts as (

    select
        account_id,
        last(account_group_id order by step) as group_id,
        min(created_at) as created_at,
        min(system_date) as system_date,
        arg_max(event_id, step) as event_id
    from upvest_account_states
    where exists (select 1 from upvest_group_states)
    group by account_id

),

groups as (

    select group_id, min(created_at) as created_at
    from upvest_group_states
    group by group_id

),

accounts_with_group as (

    select
        accounts.*,
        groups.created_at as group_created_at,
        -- Only the group's event may still come; a group that is younger stays so.
        if(groups.group_id is null, calendar.next_settlement, null) as due_date,
        case
            when accounts.created_at < groups.created_at then 'break'
            when groups.group_id is not null then 'pass'
            when accounts.created_at < (select min(event_at) from upvest_group_states)
                then 'not_evaluated'
            else 'break'
        end as verdict
    from accounts
    left join groups on groups.group_id = accounts.group_id
    left join calendar on calendar.date = accounts.system_date

),

verdicts as (

    select
        account_id,
        'group' as subject,
        verdict,
        'group ' || coalesce(group_id, 'named') || ', made before the account' as expected,
        case
            when group_created_at is null then 'no event of it'
            when verdict = 'break' then 'made after the account'
            else 'made before the account'
        end as actual,
        due_date,
        if(verdict = 'pass', [], [event_id]) as evidence
    from accounts_with_group

)

select * from verdicts
