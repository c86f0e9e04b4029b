-- title:    An account has booked events but the broker never told of its opening
-- severity: S2
-- scope:    account
-- reads:    executions, activities, statement_cash, account_states, account_map, opening, coverage, calendar
-- params:   system_date
--
-- The broker tells of every step of an account's life, so an account that trades or holds cash must
-- be known by its status events: else an onboarding was missed, or the events belong to somebody
-- else's books. It may be told after the first booking, hence pending until the next settlement day.
-- The broker's own accounts are on the streams too; the user's list says which those are.
-- `not_evaluated`: an account seen on or before the day of the first status event that is archived,
-- or in the statement that opens the books: its opening may lie before what can be read.
-- No row where the stream of account events is not read.
-- Clears when the event comes, or the account is listed as the firm's.
with

seen as (

    select account_id, system_date, execution_id as event
    from executions
    union all
    select account_id, system_date, activity_id
    from activities
    union all
    select account_id, system_date, null
    from statement_cash

),

accounts as (

    select
        account_id,
        min(system_date) as first_date,
        arg_min(event, (system_date, event)) as event
    from seen
    where account_id is not null
        and exists (select 1 from coverage where coverage.stream = 'account_status')
        and account_id not in (select account_id from account_map where kind = 'firm')
    group by account_id

),

judged as (

    select
        accounts.*,
        calendar.next_settlement as due_date,
        case
            when accounts.account_id in (select account_id from account_states) then 'pass'
            when accounts.first_date > (select min(system_date) from account_states)
                and accounts.first_date > coalesce(
                    (select opening.system_date from opening), '0001-01-01'::date
                )
                then if($system_date::date < calendar.next_settlement, 'pending', 'break')
            else 'not_evaluated'
        end as verdict
    from accounts
    left join calendar on calendar.date = accounts.first_date

),

verdicts as (

    select
        account_id,
        'account' as subject,
        verdict,
        'an event of its opening' as expected,
        case verdict when 'pass' then 'reported' else 'none; first seen ' || first_date end as actual,
        due_date,
        case when verdict = 'pass' or event is null then [] else [event] end as evidence
    from judged

)

select * from verdicts
