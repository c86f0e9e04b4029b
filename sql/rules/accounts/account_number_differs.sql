-- title:    An account number was changed, or two accounts have the same
-- severity: S2
-- scope:    all
-- reads:    account_states, upvest_account_states, upvest_group_states
-- params:   none
--
-- A number is given once, to one account, for ever: transfers, journals and statements name it.
-- At Alpaca it is unique among all accounts, and empty until it is given. At Upvest the serial
-- number of an account is unique within its group, and the securities account number among groups.
-- Clears only when somebody accepts it: a number once reported stays numbers.
with

numbers as (

    select
        account_id,
        'account number' as subject,
        account_number as number,
        '' as scope,
        event_id
    from account_states
    where account_number is not null
    union all by name
    select
        account_id,
        'account number at Upvest' as subject,
        account_number as number,
        account_group_id as scope,
        event_id
    from upvest_account_states
    where account_number is not null
    union all by name
    select
        group_id as account_id,
        'securities account number of the group' as subject,
        securities_account_number as number,
        '' as scope,
        event_id
    from upvest_group_states
    where securities_account_number is not null

),

shared as (

    select subject, scope, number, count(distinct account_id) as accounts
    from numbers
    group by subject, scope, number

),

owners as (

    select
        numbers.account_id,
        numbers.subject,
        count(distinct numbers.number) as numbers,
        max(shared.accounts) as accounts,
        list(distinct numbers.number order by numbers.number) as texts,
        list(distinct numbers.event_id order by numbers.event_id) as evidence
    from numbers
    inner join shared
        on shared.subject = numbers.subject
        and shared.scope is not distinct from numbers.scope
        and shared.number = numbers.number
    group by numbers.account_id, numbers.subject

),

verdicts as (

    select
        account_id,
        subject,
        case when numbers = 1 and accounts = 1 then 'pass' else 'break' end as verdict,
        '1 number of its own' as expected,
        concat(
            array_to_string(texts, ', '), if(accounts > 1, ', of ' || accounts || ' accounts', '')
        ) as actual,
        (numbers + accounts - 2)::decimal(38, 9) as difference,
        'numbers' as unit,
        case when numbers = 1 and accounts = 1 then [] else evidence end as evidence
    from owners

)

select * from verdicts
