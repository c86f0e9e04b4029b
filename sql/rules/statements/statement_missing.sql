-- title:    A statement of the night is missing
-- severity: S0
-- scope:    account
-- reads:    statement_fetches, known_accounts, cash_proof, positions_proof, night
-- params:   none
--
-- The books of a night are proven against the broker's statements of that same system date: its
-- positions, read to the last page, and a balance for every account that any source names. The
-- broker serves its last trading day only, and a statement of another date proves nothing, however
-- near it is. Without it a difference could not be seen, so the night cannot be certified.
-- A position that a whole statement does not list is zero and not missing.
-- An account that the broker does not know has no statement: a break where the books have money or
-- shares of it, for they are of nobody; else not evaluated, since nothing speaks for it or against.
-- Clears when the statement of that date is read; after the broker's next day that is too late.
with

accounts_with_balances as (

    select account_id from cash_proof where closing <> 0 or activity <> 0
    union
    select account_id from positions_proof where closing <> 0 or activity <> 0

),

positions_statement as (

    select
        system_date,
        system_date in (select system_date from statement_fetches) as is_read
    from night

),

statements as (

    select
        account_id,
        'cash statement' as subject,
        case
            when answer = 'answered' then 'pass'
            when answer = 'unknown to the broker'
                and account_id not in (
                    select account_id from accounts_with_balances where account_id is not null
                )
            then 'not_evaluated'
            else 'break'
        end as verdict,
        case answer when 'answered' then 'read' when 'not asked' then 'none' else answer end
            as actual,
        night.system_date
    from known_accounts
    cross join night
    union all by name
    select
        'positions statement' as subject,
        if(is_read, 'pass', 'break') as verdict,
        if(is_read, 'read', 'none') as actual,
        system_date
    from positions_statement

),

verdicts as (

    select
        account_id,
        subject,
        verdict,
        'a statement of ' || system_date as expected,
        actual,
        []::varchar[] as evidence
    from statements

)

select * from verdicts
