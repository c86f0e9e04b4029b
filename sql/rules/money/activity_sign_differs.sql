-- title:    An activity pays where its type charges, or charges where it pays
-- severity: S3
-- scope:    account
-- reads:    activity_terms
-- params:   none
--
-- A deposit adds cash, a withdrawal takes it; taxes and fees are charged, credit interest is paid.
-- Who holds shares is paid their dividend, who is short of them pays it. data/activity_types.csv
-- says the sign of each type; a venue fee (NRV) may be a rebate and has none, nor has a payment in
-- lieu. A turned sign is a booking error that the statement follows, so that no proof shows it.
-- What reverses or corrects an earlier activity has the other sign, and passes.
-- `not_evaluated`: a dividend is charged, and no stream says whether it is on shares or on a short.
-- Clears when the activity is reversed or canceled.
with

signed_activities as (

    select
        *,
        case sign
            when 'credit' then 1
            when 'debit' then -1
            when 'holder' then sign(entitled_qty)
        end as direction
    from activity_terms
    where sign <> 'any' and net_amount <> 0

),

verdicts as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        case
            when coalesce(direction, 1) * net_amount >= 0 or is_reversal then 'pass'
            when direction is null then 'not_evaluated'
            else 'break'
        end as verdict,
        concat_ws(' ', type, case direction when 1 then 'a credit' when -1 then 'a debit' end)
            as expected,
        plain(net_amount) as actual,
        currency as unit,
        [activity_id] as evidence
    from signed_activities

)

select * from verdicts
