-- title:    An account has booked events but the broker never reported its opening
-- severity: S2
-- scope:    all
-- reads:    executions, activities, statement_cash, account_states, account_map, books_after, coverage, calendar
-- params:   none
--
-- The broker reports every step of an account's life, so an account that trades or holds cash must
-- be known by its status events: else an onboarding was missed, or the events belong to somebody
-- else's books. It may be reported after the first booking, hence pending until the next settlement
-- day. The broker's own accounts are on the streams too; the user's list says which those are.
-- `not_evaluated`: an account seen on or before the day of the first status event that is archived,
-- or in the statement that opens the books: its opening may lie before what can be read.
-- No row where the stream of account events is not read.
-- Clears when the event comes, or the account is listed as the firm's.
with

bookings as (

    select account_id, system_date, execution_id as event_id
    from executions
    union all by name
    select account_id, system_date, activity_id as event_id
    from activities
    union all by name
    select account_id, system_date
    from statement_cash

),

accounts as (

    select
        account_id,
        account_id in (select account_id from account_states) as is_reported,
        min(system_date) as first_date,
        arg_min(event_id, (system_date, event_id)) as event_id
    from bookings
    where account_id is not null
        and exists (select 1 from coverage where coverage.stream = 'account_status')
        and account_id not in (select account_id from account_map where kind = 'firm')
    group by account_id

),

first_state as (

    select min(system_date) as system_date from account_states

),

verdicts as (

    select
        accounts.account_id,
        'account' as subject,
        case
            when accounts.is_reported then 'pass'
            when accounts.first_date > first_state.system_date
                and accounts.first_date > books_after.system_date
                then 'break'
            else 'not_evaluated'
        end as verdict,
        'an event of its opening' as expected,
        if(accounts.is_reported, 'reported', 'none; first seen ' || accounts.first_date) as actual,
        calendar.next_settlement as due_date,
        if(accounts.is_reported or event_id is null, [], [event_id]) as evidence
    from accounts
    cross join first_state
    cross join books_after
    left join calendar on calendar.date = accounts.first_date

)

select * from verdicts
