-- title:    A coupon is not its rate times the face amount
-- severity: S2
-- scope:    account
-- reads:    activities_to_date, account_currencies, currencies
-- params:   none
--
-- Beside each coupon (INT/FI) the broker prints the dollars for each 1,000 of the face amount, and the
-- face amount. The payment must be their product, rounded half-up to the cent: the sample pays 3,203.13
-- on 205,000 at 15.625. Who is short pays it. Payments and reversals are summed per coupon, over all
-- that is archived, since the first may lie before the opening of the books.
-- `not_evaluated`: no rate or no face amount, as of accrued interest on a call or on the older stream;
-- an account in another currency than dollars with another amount, since it may be converted.
-- Clears when the broker reverses the wrong amount or books the rest.
with

coupons as (

    select
        coupons.* exclude (currency),
        coalesce(account_currencies.currency, 'USD') as currency,
        round_money(try(rate * entitled_qty) * 0.001, currencies.minor_units) as one_payment,
        if(entitled_qty < 0, net_amount > 0, net_amount < 0) as is_reversal
    from activities_to_date as coupons
    left join account_currencies on account_currencies.account_id = coupons.account_id
    left join currencies on currencies.currency = coalesce(account_currencies.currency, 'USD')
    where coupons.entry_type = 'INT' and coupons.entry_sub_type = 'FI' and coupons.is_booked

),

totals as (

    select
        account_id, currency, symbol, settle_date, rate, entitled_qty, one_payment,
        count(*) filter (where not is_reversal) - count(*) filter (where is_reversal) as standing,
        sum(net_amount) as paid,
        list(activity_id order by activity_id) as evidence
    from coupons
    group by account_id, currency, symbol, settle_date, rate, entitled_qty, one_payment
    having bool_or(in_books)

),

-- More reversals than payments: then the one payment is what was to be expected.
expectations as (

    select
        *,
        (case when standing < 0 then 1 else standing end * one_payment)::decimal(38, 9) as expected
    from totals

),

verdicts as (

    select
        account_id,
        symbol,
        concat_ws(' ', 'coupon', 'of ' || settle_date, 'at ' || plain(rate),
            'on ' || plain(entitled_qty)) as subject,
        case
            when expected is null then 'not_evaluated'
            when paid = expected then 'pass'
            when currency <> 'USD' then 'not_evaluated'
            else 'break'
        end as verdict,
        plain(expected) as expected,
        plain(paid) as actual,
        (paid - expected)::decimal(38, 9) as difference,
        currency as unit,
        evidence
    from expectations

)

select * from verdicts
