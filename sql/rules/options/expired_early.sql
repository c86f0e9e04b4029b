-- title:    An option expired before its last day
-- severity: S1
-- scope:    account
-- reads:    option_events
-- params:   none
--
-- A contract lives until the session of its expiry ends, which its symbol names; where that day is
-- no session, until the one before. A contract that is taken away earlier is a right, or a duty,
-- that the account lost while it was still worth something. It is booked on that day or later: what
-- expires on a Friday comes on Monday.
-- `not_evaluated`: the symbol is absent or names no day of the calendar.
-- Clears when the activity is reversed or canceled.
with

verdicts as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        case
            when last_day is null then 'not_evaluated'
            when system_date < last_day then 'break'
            else 'pass'
        end as verdict,
        coalesce('on ' || last_day || ' or later', 'a contract with an expiry') as expected,
        system_date::varchar as actual,
        (system_date - last_day)::decimal(38, 9) as difference,
        'days' as unit,
        [activity_id] as evidence
    from option_events
    where entry_type = 'OPEXP'

)

select * from verdicts
