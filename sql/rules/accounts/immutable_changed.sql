-- title:    Something of an Upvest account or group changed that never changes
-- severity: S2
-- scope:    account
-- reads:    upvest_account_states, upvest_group_states
-- params:   none
--
-- Its group, its type and the time it was made are an account's for ever, and so are the type and
-- the time of a group: holdings are kept and taxed by them. A name may change, users may. An event
-- that leaves one out says nothing of it.
-- Clears only when somebody accepts it: what was reported stays reported.
with

distinct_values as (

    select
        account_id,
        'account' as kind,
        count(distinct account_group_id) as account_groups,
        count(distinct account_type) as types,
        count(distinct created_at) as times,
        list(distinct event_id order by event_id) as evidence
    from upvest_account_states
    group by account_id
    union all by name
    select
        group_id as account_id,
        'group' as kind,
        0 as account_groups,
        count(distinct group_type) as types,
        count(distinct created_at) as times,
        list(distinct event_id order by event_id) as evidence
    from upvest_group_states
    group by group_id

),

owners_with_changes as (

    select
        *,
        concat_ws(
            ', ',
            if(account_groups > 1, account_groups || ' groups', null),
            if(types > 1, types || ' types', null),
            if(times > 1, times || ' times of making', null)
        ) as changes
    from distinct_values

),

verdicts as (

    select
        account_id,
        'what never changes of the ' || kind as subject,
        if(changes = '', 'pass', 'break') as verdict,
        '1 of each' as expected,
        if(changes = '', '1 of each', changes) as actual,
        if(changes = '', [], evidence) as evidence
    from owners_with_changes

)

select * from verdicts
