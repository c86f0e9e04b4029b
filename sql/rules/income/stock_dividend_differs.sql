-- title:    A stock dividend is not the entitled quantity times its rate less one
-- severity: S1
-- scope:    account
-- reads:    dividend_payments
-- params:   none
--
-- The rate of a stock dividend is new shares for one old share (1.12, not 0.12), so what is paid
-- is the entitled quantity times the rate less one, rounded half-up at nine digits. One unit of
-- the ninth digit either way is within tolerance (law ULPq: the broker does not say how it rounds
-- quantities). Payments and reversals are summed per entitlement, over all that is archived,
-- since the first payment may lie before the opening of the books.
-- An event without a sub type that moves shares is taken as a stock dividend.
-- `not_evaluated`: the event names no rate or no entitled quantity.
-- Clears when the broker reverses the wrong quantity or books the rest.
with

payments as (

    select
        *,
        round(entitled_qty * (rate - 1)::decimal(38, 9), 9)::decimal(38, 9) as one_payment
    from dividend_payments
    where kind = 'SDIV'

),

entitlements as (

    select
        account_id,
        symbol,
        settle_date,
        rate,
        entitled_qty,
        one_payment,
        count(*) filter (where not is_reversal) - count(*) filter (where is_reversal) as standing,
        count(*) as events,
        sum(amount) as paid,
        list(activity_id order by activity_id) as evidence
    from payments
    group by account_id, symbol, settle_date, rate, entitled_qty, one_payment
    having bool_or(in_books)

),

-- More reversals than payments: then the one payment is what was to be expected.
expectations as (

    select
        *,
        (case when standing < 0 then 1 else standing end * one_payment)::decimal(38, 9) as expected
    from entitlements

),

verdicts as (

    select
        account_id,
        symbol,
        concat_ws(' ', 'SDIV', 'of ' || settle_date, 'at ' || plain(rate),
            'on ' || plain(entitled_qty)) as subject,
        case
            when expected is null then 'not_evaluated'
            when paid = expected then 'pass'
            when abs(paid - expected) <= 0.000000001 * events then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(expected) as expected,
        plain(paid) as actual,
        (paid - expected)::decimal(38, 9) as difference,
        symbol as unit,
        evidence
    from expectations

)

select * from verdicts
