-- title:    A statement of the night is missing
-- severity: S0
-- reads:    statement_readings, statement_cash, account_currencies
-- params:   system_date
--
-- The books of a night are proven against the broker's statements of that same system date: its
-- positions, read to the last page, and a balance for every account that the books know. The
-- broker serves its last trading day only, and a statement of another date proves nothing, however
-- near it is. Without it a difference could not be seen, so the night cannot be certified.
-- A position that a whole statement does not list is zero and not missing.
-- Clears when the statement of that date is read; after the broker's next day that is too late.
with

accounts as (

    select
        account_currencies.account_id,
        'cash statement' as subject,
        count(statement_cash.cash) > 0 as is_there
    from account_currencies
    left join statement_cash
        on statement_cash.account_id = account_currencies.account_id
        and statement_cash.system_date = $system_date::date
    group by account_currencies.account_id

),

wanted as (

    select account_id, subject, is_there from accounts
    union all
    select
        null,
        'positions statement',
        $system_date::date in (select system_date from statement_readings)

),

verdicts as (

    select
        account_id,
        null::varchar as symbol,
        subject,
        case when is_there then 'pass' else 'break' end as verdict,
        'a statement of ' || $system_date::date as expected,
        case when is_there then 'read' else 'none' end as actual,
        null::decimal(38, 9) as difference,
        null::varchar as unit,
        null::date as due_date,
        []::varchar[] as evidence
    from wanted

)

select * from verdicts
