-- title:    An event's postings do not sum to zero
-- severity: S0
-- scope:    account
-- reads:    postings
-- params:   system_date
--
-- Double entry: what an account gets, another gives, in every commodity apart. A remainder means
-- that the ledger itself is wrong, so nothing built on it can be trusted that night.
-- Clears when the ledger rule is mended and the night is run again.
with

remainders as (

    select event_id, account_id, commodity, sum(amount) as remainder
    from postings
    where system_date = $system_date::date
    group by event_id, account_id, commodity

),

verdicts as (

    select
        account_id,
        commodity as symbol,
        'event ' || event_id as subject,
        case when remainder = 0 then 'pass' else 'break' end as verdict,
        '0' as expected,
        remainder::varchar as actual,
        remainder::decimal(38, 9) as difference,
        commodity as unit,
        [event_id] as evidence
    from remainders

)

select * from verdicts
