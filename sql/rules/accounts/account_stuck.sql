-- title:    An account has waited too long to be opened or closed
-- severity: S3
-- scope:    all
-- reads:    accounts, account_map, suspense
-- params:   system_date, opening_days = 10, closing_days = 30
--
-- An application that nobody decides and a closing that does not end are customers who wait. From
-- the day of the status on it may take so many days: `opening_days` for what was submitted, awaits
-- approval or is approved but not active, `closing_days` for a closing.
-- A corporate action that is not through blocks a closing: while legs of one are open for the
-- account (at Upvest: for the account at Alpaca that the user's list names beside it) a closing
-- beyond its days is within tolerance.
-- Accounts in any other state pass. Clears when the account goes on.
with

ages as (

    select
        broker,
        account_id,
        status,
        since,
        $system_date::date - since as age,
        case
            when status in ('SUBMITTED', 'APPROVAL_PENDING', 'APPROVED', 'PENDING_APPROVAL')
                then $opening_days::int
            when status = 'CLOSING' then $closing_days::int
        end as days,
        status = 'CLOSING' and account_id in (
            select account_map.upvest_account_id
            from account_map
            inner join suspense
                on starts_with(suspense.ledger_account, 'SUSP:CA:' || account_map.account_id || ' ')
        ) as is_blocked
    from accounts
    where status is not null

),

verdicts as (

    select
        account_id,
        'waiting at ' || broker as subject,
        case
            when days is null or age <= days then 'pass'
            when is_blocked then 'within_tolerance'
            else 'break'
        end as verdict,
        coalesce('at most ' || days || ' days ' || status, 'any time ' || status) as expected,
        age || ' days' as actual,
        if(verdict = 'pass', 0, age - days)::decimal(38, 9) as difference,
        'days' as unit,
        []::varchar[] as evidence
    from ages

)

select * from verdicts
