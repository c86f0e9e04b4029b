-- title:    An amount has more digits than its currency
-- severity: S3
-- scope:    account
-- reads:    activity_terms
-- params:   none
--
-- Cash is paid in the smallest unit of its currency: cents of a dollar, whole yen. An amount with
-- more digits is an accrual that was sent as a posting, or is in another currency than it says.
-- The currency is the activity's own, else the account's.
-- `not_evaluated`: the list of currencies does not have it, or neither the activity nor a statement
-- names the currency and the amount fits no dollar.
-- Clears when the activity is reversed, canceled or sent again right.
with

verdicts as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        case
            when minor_units is null then 'not_evaluated'
            when net_amount = round_money(net_amount, minor_units) then 'pass'
            when own_currency is null and not account_currency_is_known then 'not_evaluated'
            else 'break'
        end as verdict,
        coalesce(minor_units || ' digits of ' || currency, 'a known currency') as expected,
        plain(net_amount) as actual,
        if(minor_units is null, null, net_amount - round_money(net_amount, minor_units))
            ::decimal(38, 9) as difference,
        currency as unit,
        [activity_id] as evidence
    from activity_terms
    where net_amount <> 0

)

select * from verdicts
