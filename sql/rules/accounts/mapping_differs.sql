-- title:    An account at Alpaca and its account at Upvest do not belong to each other one to one
-- severity: S1
-- scope:    all
-- reads:    account_map, account_states, upvest_account_states, account_currencies, calendar
-- params:   none
--
-- Where a customer has an account at each broker, the user's list names the two beside each other:
-- one to one, and both must be there. Else one customer's money is shown or checked as another's.
-- An account that neither side of the list names may be new: pending until the next settlement day
-- after its first event, a break from then on; a line without an account at Upvest says that there
-- is none. The firm's own accounts are not judged.
-- `not_evaluated`: an account that the list names, made before the first event that is archived of
-- its broker, or whose making is not archived on the other side either.
-- No row where the list names no account at Upvest. Clears when the list or the accounts are mended.
with

listed as (

    select
        account_id,
        upvest_account_id,
        count(*) over (partition by account_id) as lines,
        count(upvest_account_id) over (partition by upvest_account_id) as sharing
    from account_map
    where kind is distinct from 'firm'
        and exists (select 1 from account_map where upvest_account_id is not null)

),

alpaca as (

    select
        account_id,
        min(event_at) as first_at,
        min(system_date) as first_date,
        min_by(event_id, step) as event_id,
        arg_max(status_to, step) as status,
        bool_or(step = 1 and status_from is null and status_to is not null) as is_made
    from account_states
    group by account_id

),

upvest as (

    select
        account_id,
        min(created_at) as first_at,
        min(system_date) as first_date,
        min_by(event_id, step) as event_id,
        arg_max(status, step) as status
    from upvest_account_states
    group by account_id

),

pairs as (

    select
        listed.account_id,
        'account ' || listed.upvest_account_id || ' at Upvest' as subject,
        case
            when max(listed.lines) > 1 or max(listed.sharing) > 1 then 'break'
            when (bool_or(alpaca.account_id is not null) or bool_or(known.account_id is not null))
                and bool_or(upvest.account_id is not null)
                then 'pass'
            when bool_or(alpaca.is_made)
                and min(alpaca.first_at) > (select min(event_at) from upvest_account_states)
                then 'break'
            when bool_or(upvest.account_id is not null)
                and min(upvest.first_at) > (select min(event_at) from account_states)
                then 'break'
            else 'not_evaluated'
        end as verdict,
        case
            when max(listed.lines) > 1 then max(listed.lines) || ' lines of the account at Alpaca'
            when max(listed.sharing) > 1
                then max(listed.sharing) || ' lines of the account at Upvest'
            when bool_or(upvest.account_id is null) then 'no event of the account at Upvest'
            when bool_or(alpaca.account_id is null and known.account_id is null)
                then 'no event of the account at Alpaca'
            else 'one to one'
        end as actual
    from listed
    left join alpaca on alpaca.account_id = listed.account_id
    left join account_currencies as known on known.account_id = listed.account_id
    left join upvest on upvest.account_id = listed.upvest_account_id
    where listed.upvest_account_id is not null
    group by listed.account_id, listed.upvest_account_id

),

unlisted as (

    select account_id, 'Upvest' as broker, first_date, event_id
    from upvest
    where status is distinct from 'CLOSED'
        and account_id not in (
            select upvest_account_id from account_map where upvest_account_id is not null
        )
        and exists (select 1 from listed)
    union all by name
    select account_id, 'Alpaca' as broker, first_date, event_id
    from alpaca
    where status not in ('ACCOUNT_CLOSED', 'REJECTED')
        and account_id not in (select account_id from account_map)
        and exists (select 1 from listed)

),

verdicts as (

    select
        account_id,
        subject,
        verdict,
        'one to one, both there' as expected,
        actual,
        []::varchar[] as evidence
    from pairs
    union all by name
    select
        unlisted.account_id,
        'line of the account at ' || unlisted.broker as subject,
        'break' as verdict,
        'a line of the list' as expected,
        'none' as actual,
        calendar.next_settlement as due_date,
        [unlisted.event_id] as evidence
    from unlisted
    left join calendar on calendar.date = unlisted.first_date

)

select * from verdicts
