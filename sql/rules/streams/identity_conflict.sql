-- title:    An activity was sent twice under one id with different contents
-- severity: S1
-- scope:    account
-- reads:    activities
-- params:   system_date
--
-- The books know an activity by its id and keep its last state. That a pending activity becomes
-- executed, or an executed one canceled, is a step of its life. But with the same status the same
-- id must say the same account, type, symbol, quantity, price and amount, and whatever else books
-- anything: currency, dates, security, group, parent, what it reverses. Else money was booked
-- that another text of the broker contradicts, and which one holds has to be asked. What only one
-- text says contradicts nothing. Each stream is held to its own word here; where two streams differ
-- another rule says so.
-- The counts are over everything archived. Activities without a conflict are one row for each day.
-- Clears only when somebody accepts it: what was received stays received.
with

found as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        case when conflicts is null then 'not_evaluated' else 'break' end as verdict,
        '1 content' as expected,
        (conflicts + 1) || ' contents' as actual,
        conflicts as difference,
        [activity_id] as evidence
    from activities
    where conflicts is distinct from 0 and system_date <= $system_date::date
    union all
    select
        null, null, 'activities of ' || system_date, 'pass',
        count(*)::varchar, count(*)::varchar, 0, []::varchar[]
    from activities
    where conflicts = 0 and system_date <= $system_date::date
    group by system_date

),

verdicts as (

    select
        account_id,
        symbol,
        subject,
        verdict,
        expected,
        actual,
        difference::decimal(38, 9) as difference,
        case when verdict = 'pass' then 'activities' else 'contents' end as unit,
        null::date as due_date,
        evidence
    from found

)

select * from verdicts
