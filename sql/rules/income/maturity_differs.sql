-- title:    A matured bond did not pay its price times its face amount
-- severity: S1
-- scope:    account
-- reads:    activities, account_currencies, currencies
-- params:   none
--
-- One event (FIMAT) takes the face amount away and pays for it. The price is for each 100 of the face
-- amount: the sample pays 1,000 for 1,000 at 100. The payment must be that, rounded half-up to the cent,
-- with the other sign than the face amount, so that a reversal, or one of a short position, is right too.
-- `not_evaluated`: no price; an account in another currency than dollars with another amount, since it
-- may be converted.
-- Clears when the broker reverses the event and books the right one.
with

maturities as (

    select
        maturities.* exclude (currency),
        coalesce(account_currencies.currency, 'USD') as currency,
        round_money(-try(qty * price) * 0.01, currencies.minor_units) as expected
    from activities as maturities
    left join account_currencies on account_currencies.account_id = maturities.account_id
    left join currencies on currencies.currency = coalesce(account_currencies.currency, 'USD')
    where maturities.entry_type = 'FIMAT' and is_booked(maturities.status)

),

verdicts as (

    select
        account_id,
        symbol,
        'maturity activity ' || activity_id as subject,
        case
            when expected is null then 'not_evaluated'
            when net_amount = expected then 'pass'
            when currency <> 'USD' then 'not_evaluated'
            else 'break'
        end as verdict,
        plain(expected) as expected,
        plain(net_amount) as actual,
        (net_amount - expected)::decimal(38, 9) as difference,
        currency as unit,
        [activity_id] as evidence
    from maturities

)

select * from verdicts
