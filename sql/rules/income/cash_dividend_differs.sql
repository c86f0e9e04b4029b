-- title:    A cash dividend, return of capital or capital gain is not its rate times the entitled quantity
-- severity: S1
-- scope:    account
-- reads:    dividend_payments, account_currencies, currencies
-- params:   none
--
-- Beside each cash dividend, return of capital and capital gain the broker prints the rate and the
-- entitled quantity; gains of the long and of the short term are two payments, or one. The amount must be their product, rounded half-up to the cent; nothing else passes.
-- On an account in another currency than dollars it may be converted: no document says which
-- currency the printed rate is in, so that another amount is not evaluated there.
-- Payments and reversals are summed per entitlement: the sum must be that amount times the
-- payments that still stand. The first payment may lie before the opening of the books, so all
-- that is archived is summed. A break is money paid at another rate or on another quantity.
-- An event without a sub type that moves no shares is taken as a cash dividend.
-- `not_evaluated`: the event names no rate or no quantity.
-- Clears when the broker reverses the wrong amount or books the rest.
with

payments as (

    select
        dividend_payments.*,
        coalesce(account_currencies.currency, 'USD') as currency,
        round_money(rate * entitled_qty, currencies.minor_units) as one_payment
    from dividend_payments
    left join account_currencies on account_currencies.account_id = dividend_payments.account_id
    left join currencies on currencies.currency = coalesce(account_currencies.currency, 'USD')
    where kind in ('CDIV', 'ROC', 'CGD', 'LTCG', 'STCG')

),

entitlements as (

    select
        account_id,
        currency,
        symbol,
        kind,
        settle_date,
        rate,
        entitled_qty,
        one_payment,
        count(*) filter (where not is_reversal) - count(*) filter (where is_reversal) as standing,
        sum(amount) as paid,
        list(activity_id order by activity_id) as evidence
    from payments
    group by account_id, currency, symbol, kind, settle_date, rate, entitled_qty, one_payment
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
        concat_ws(' ', kind, 'of ' || settle_date, 'at ' || plain(rate),
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
