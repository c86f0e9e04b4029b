-- title:    The broker's closing cash is not what the books have
-- severity: S1
-- reads:    cash_proof, movements
-- params:   system_date
--
-- Opening cash plus every booked amount must be the balance that the broker states for the night,
-- to the last digit, for every account. A difference is either an amount that only one side has,
-- or one that differs. The evidence is what moved the cash on the day, the last twenty as
-- received: a difference that is new tonight lies there or in what is not there.
-- Not evaluated where the balance of the night was not read; statement_missing speaks.
-- Clears when both sides agree again.
with

events_of_the_day as (

    select account_id, event, max(received) as received
    from movements
    where system_date = $system_date::date
        and kind in ('execution', 'activity')
        and cash <> 0
    group by account_id, event

),

moved as (

    select account_id, list(event order by received desc, event)[1:20] as evidence
    from events_of_the_day
    group by account_id

),

verdicts as (

    select
        cash_proof.account_id,
        null::varchar as symbol,
        'cash ' || cash_proof.currency as subject,
        case
            when cash_proof.statement is null then 'not_evaluated'
            when cash_proof.difference = 0 then 'pass'
            else 'break'
        end as verdict,
        plain(cash_proof.closing) as expected,
        coalesce(plain(cash_proof.statement), 'no statement') as actual,
        cash_proof.difference,
        cash_proof.currency as unit,
        null::date as due_date,
        coalesce(moved.evidence, []) as evidence
    from cash_proof
    left join moved on moved.account_id = cash_proof.account_id

)

select * from verdicts
