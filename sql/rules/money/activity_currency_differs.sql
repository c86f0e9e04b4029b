-- title:    An activity is in another currency than its account
-- severity: S2
-- scope:    account
-- reads:    activity_terms
-- params:   none
--
-- An account has one currency of cash, which its statement names, and the books add up its amounts
-- as if all were in it. An activity that names another one is counted at the wrong worth. A rate of
-- exchange other than 1 belongs to an account in another currency than the dollar; on a dollar
-- account it says that an amount was converted that should not have been.
-- `not_evaluated`: no statement names the currency of the account. Activities that name neither a
-- currency nor a rate, as those of the legacy stream, are not looked at.
-- Clears when the activity is reversed, canceled or sent again right.
with

verdicts as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        case
            when own_currency = account_currency
                and (own_currency <> 'USD' or coalesce(swap_rate, 1) = 1) then 'pass'
            when own_currency is null
                and (account_currency <> 'USD' or swap_rate = 1) then 'pass'
            when not account_currency_is_known then 'not_evaluated'
            else 'break'
        end as verdict,
        account_currency as expected,
        concat_ws(' ', coalesce(own_currency, account_currency),
            if(swap_rate <> 1, 'at ' || regexp_replace(swap_rate::varchar, '\.?0+$', ''), null))
            as actual,
        [activity_id] as evidence
    from activity_terms
    where own_currency is not null or swap_rate is not null

)

select * from verdicts
