-- title:    A payment in lieu of a dividend has the wrong amount or sign
-- severity: S1
-- scope:    symbol
-- reads:    dividend_payments, issuer_holders, account_currencies, currencies
-- params:   none
--
-- Who lent shares is paid what the issuer would have paid (SPD), and who is short pays it. The amount is
-- the printed rate times the printed quantity, rounded half-up to the cent; nothing else passes. The
-- broker prints the quantity without a sign for both, so the sign follows from what the account held
-- when the dividend counted: long it receives, short it pays. Payments and reversals are summed.
-- A break is money of another amount, or taken from the account that it is owed to.
-- `not_evaluated`: no rate or quantity; a position that is not known or was nothing, or no dividend of
-- that date on any account that tells when it counted; an account in another currency than dollars
-- with another amount, since it may be converted.
-- Clears when the broker reverses the payment and books the right one.
with

payments as (

    select
        payments.*,
        coalesce(account_currencies.currency, 'USD') as currency,
        round_money(abs(rate * entitled_qty), currencies.minor_units) as one_payment
    from dividend_payments as payments
    left join account_currencies on account_currencies.account_id = payments.account_id
    left join currencies on currencies.currency = coalesce(account_currencies.currency, 'USD')
    where payments.kind = 'SPD'

),

positions as (

    select unnest(own_legs) as activity_id, sign(held) as direction
    from issuer_holders
    where area = 'income' and is_known and held is not null

),

totals as (

    select
        payments.account_id, payments.currency, payments.symbol, payments.settle_date,
        payments.rate, payments.entitled_qty, payments.one_payment,
        any_value(positions.direction) as direction,
        -- A payment of nothing is one all the same, where there is no other.
        if(bool_and(payments.net_amount = 0), 1, abs(sum(sign(payments.net_amount)))) as standing,
        sum(payments.net_amount) as paid,
        list(payments.activity_id order by payments.activity_id) as evidence
    from payments
    left join (select distinct * from positions) as positions
        on positions.activity_id = payments.activity_id
    group by
        payments.account_id, payments.currency, payments.symbol, payments.settle_date,
        payments.rate, payments.entitled_qty, payments.one_payment
    having bool_or(payments.in_books)

),

expectations as (

    select *, (standing * one_payment * direction)::decimal(38, 9) as expected
    from totals

),

verdicts as (

    select
        account_id,
        symbol,
        concat_ws(' ', 'SPD', 'of ' || settle_date, 'at ' || plain(rate),
            'on ' || plain(entitled_qty)) as subject,
        case
            when one_payment is null then 'not_evaluated'
            when paid = expected then 'pass'
            when abs(paid) <> standing * one_payment and currency = 'USD' then 'break'
            when expected is null or abs(paid) <> standing * one_payment then 'not_evaluated'
            else 'break'
        end as verdict,
        coalesce(plain(expected), plain(standing * one_payment) || ' or its negative') as expected,
        plain(paid) as actual,
        (paid - expected)::decimal(38, 9) as difference,
        currency as unit,
        evidence
    from expectations

)

select * from verdicts
