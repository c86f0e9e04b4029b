-- title:    An Upvest account or group lacks its owner, child, guardian or business
-- severity: S3
-- scope:    account
-- reads:    upvest_account_states, upvest_group_states
-- params:   none
--
-- Somebody owns every account. A group of a child has the child, who owns it, and a guardian; a
-- group of a business names the business and no users; any other has an owner. Else nobody can be
-- sure whose positions these are. An account without users is right only in a business's group.
-- `not_evaluated`: an account without an owner whose group is not known.
-- Judged as they were last reported. Clears when an event names the owner.
with

groups as (

    select
        group_id,
        last(group_type order by step) as group_type,
        last(business_id order by step) as business_id,
        last(users order by step) as users,
        last(owners order by step) as owners,
        last(children order by step) as children,
        last(guardians order by step) as guardians,
        last(event_id order by step) as event_id
    from upvest_group_states
    group by group_id

),

accounts as (

    select
        account_id,
        last(account_group_id order by step) as group_id,
        last(owners order by step) as owners,
        last(event_id order by step) as event_id
    from upvest_account_states
    group by account_id

),

owners as (

    select
        group_id as account_id,
        'owners of the group' as subject,
        case group_type
            when 'CHILD' then if(children > 0 and guardians > 0, 'pass', 'break')
            when 'BUSINESS' then if(business_id is not null and users = 0, 'pass', 'break')
            else if(owners > 0, 'pass', 'break')
        end as verdict,
        case group_type
            when 'CHILD' then 'a child and a guardian'
            when 'BUSINESS' then 'a business and no users'
            else 'an owner'
        end as expected,
        concat(
            coalesce(users, 0), ' users: ', coalesce(owners, 0), ' owners, ',
            coalesce(children, 0), ' children, ', coalesce(guardians, 0), ' guardians',
            if(business_id is null, '', '; a business')
        ) as actual,
        event_id
    from groups
    union all by name
    select
        accounts.account_id,
        'owners' as subject,
        case
            when accounts.owners > 0 or groups.group_type = 'BUSINESS' then 'pass'
            when groups.group_id is null then 'not_evaluated'
            else 'break'
        end as verdict,
        'an owner' as expected,
        coalesce(accounts.owners, 0) || ' owners' as actual,
        accounts.event_id
    from accounts
    left join groups on groups.group_id = accounts.group_id

),

verdicts as (

    select
        account_id,
        subject,
        verdict,
        expected,
        actual,
        if(verdict = 'pass', [], [event_id]) as evidence
    from owners

)

select * from verdicts
