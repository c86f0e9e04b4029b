-- title:    An exercise, assignment or expiry does not close what is held of the contract
-- severity: S2
-- scope:    account
-- reads:    option_events
-- params:   none
--
-- Who holds contracts exercises them, and they go; who wrote them is assigned, and the short
-- position goes; what expires goes either way. So the quantity has the opposite sign of the
-- position, and all such events of one contract and day are at most the position. A turned sign
-- doubles the position instead, and the statement may say the same.
-- `not_evaluated`: nothing that was held of the contract before is known to the books.
-- Clears when the activity is reversed or canceled, or the missing trade comes.
with

verdicts as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        case
            when entry_type = 'OPEXC' and qty >= 0 or entry_type = 'OPASN' and qty <= 0
                then 'break'
            when held is null then 'not_evaluated'
            when sign(qty) * sign(held) < 0 and abs(moved) <= abs(held) then 'pass'
            else 'break'
        end as verdict,
        case
            when held is not null then 'at most ' || plain(-held)
            when entry_type = 'OPEXC' then 'contracts that go'
            when entry_type = 'OPASN' then 'contracts that come'
            else 'a position'
        end as expected,
        plain(qty) || if(moved = qty, '', ' of ' || plain(moved)) as actual,
        [activity_id] as evidence
    from option_events

)

select * from verdicts
