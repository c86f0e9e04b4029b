-- title:    An activity was sent twice under one id with different contents
-- severity: S1
-- scope:    account
-- reads:    activities
-- params:   none
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

verdicts as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        if(conflicts is null, 'not_evaluated', 'break') as verdict,
        '1 content' as expected,
        (conflicts + 1) || ' contents' as actual,
        conflicts::decimal(38, 9) as difference,
        'contents' as unit,
        [activity_id] as evidence
    from activities
    where conflicts is distinct from 0
    union all by name
    select
        'activities of ' || system_date as subject,
        'pass' as verdict,
        count(*)::varchar as expected,
        count(*)::varchar as actual,
        0 as difference,
        'activities' as unit,
        []::varchar[] as evidence
    from activities
    where conflicts = 0
    group by system_date

)

select * from verdicts
