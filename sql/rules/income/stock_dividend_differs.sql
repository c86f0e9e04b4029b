-- title:    A stock dividend is not the entitled quantity times its rate less one
-- severity: S1
-- scope:    account
-- reads:    activities, activities_to_date
-- params:   none
--
-- The rate of a stock dividend is new shares for one old share (1.12, not 0.12), so what is paid
-- is the entitled quantity times the rate less one, rounded half-up at nine digits. One unit of
-- the ninth digit either way is within tolerance (law ULPq: the broker does not say how it rounds
-- quantities). What was paid and taken back is summed per entitlement, over all that is archived,
-- since the first payment may lie before the opening of the books.
-- An event without a sub type that moves shares is taken as a stock dividend.
-- `not_evaluated`: the event names no rate or no entitled quantity.
-- Clears when the broker takes the wrong quantity back or books the rest.
with

payments as (

    select
        account_id,
        symbol,
        settle_date,
        rate,
        entitled_qty,
        round(entitled_qty * (rate - 1)::decimal(38, 9), 9)::decimal(38, 9) as one_payment,
        case when entitled_qty < 0 then -qty else qty end as directed,
        qty,
        activity_id,
        activity_id in (select activity_id from activities) as in_books
    from activities_to_date
    where entry_type = 'DIV'
        and coalesce(entry_sub_type, case when qty <> 0 then 'SDIV' end) = 'SDIV'
        and status in ('executed', 'correct')

),

entitlements as (

    select
        account_id,
        symbol,
        settle_date,
        rate,
        entitled_qty,
        one_payment,
        count(*) filter (where directed >= 0) - count(*) filter (where directed < 0) as standing,
        count(*) as events,
        sum(qty) as paid,
        list(activity_id order by activity_id) as evidence
    from payments
    group by account_id, symbol, settle_date, rate, entitled_qty, one_payment
    having bool_or(in_books)

),

-- More taken back than paid: then the one payment is what was to be expected.
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
