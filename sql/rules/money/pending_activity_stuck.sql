-- title:    An activity was announced as pending and has never come to an end
-- severity: S3
-- scope:    account
-- reads:    activities_to_date, activity_states, settlement_days
-- params:   pending_days = 3
--
-- A pending activity is no cash yet: a journal above the broker's limit waits for the run of the
-- next morning, and then is executed or canceled under the same id. One that does neither was
-- forgotten, and what the customer was told of has not come.
-- A break on the third settlement day after it was first announced (`pending_days`), until then
-- pending. An activity that came to an end passes.
-- `not_evaluated`: it has no date. Clears when the activity is executed or canceled.
with

announced as (

    select activity_id, min(system_date) as announced_on
    from activity_states
    where status = 'pending'
    group by activity_id

),

verdicts as (

    select
        activities.account_id,
        activities.symbol,
        'pending ' || activities.activity_id as subject,
        case
            when activities.status <> 'pending' then 'pass'
            when due.date is null then 'not_evaluated'
            else 'break'
        end as verdict,
        'executed or canceled' as expected,
        activities.status || ' since ' || announced.announced_on as actual,
        due.date as due_date,
        [activities.activity_id] as evidence
    from announced
    inner join activities_to_date as activities
        on activities.activity_id = announced.activity_id
    left join settlement_days as first_day on first_day.date = announced.announced_on
    left join settlement_days as due
        on due.is_settlement and due.number = first_day.number + $pending_days::int
    where activities.in_books

)

select * from verdicts
