-- title:    A cash dividend is not its rate times the entitled quantity
-- severity: S1
-- scope:    account
-- reads:    activities, account_currencies, currencies, activities_to_date
-- params:   none
--
-- Beside each cash dividend and return of capital the broker prints the rate and the entitled
-- quantity. The amount must be their product, rounded half-up to the cent; nothing else passes.
-- On an account in another currency than dollars it may be converted: no document says which
-- currency the printed rate is in, so that another amount is not evaluated there.
-- What was paid and taken back is summed per entitlement: the sum must be that amount times the
-- payments that still stand. The first payment may lie before the opening of the books, so all
-- that is archived is summed. A break is money paid at another rate or on another quantity.
-- An event without a sub type that moves no shares is taken as a cash dividend.
-- `not_evaluated`: the event names no rate or no quantity.
-- Clears when the broker takes the wrong amount back or books the rest.
with

payments as (

    select
        activities.account_id,
        coalesce(account_currencies.currency, 'USD') as currency,
        symbol,
        coalesce(entry_sub_type, 'CDIV') as kind,
        settle_date,
        rate,
        entitled_qty,
        round_money(rate * entitled_qty, currencies.minor_units) as one_payment,
        -- Who is short pays: there a positive amount is the reversal.
        case when entitled_qty < 0 then -net_amount else net_amount end as directed,
        net_amount,
        activity_id,
        activity_id in (select activity_id from activities) as in_books
    from activities_to_date as activities
    left join account_currencies on account_currencies.account_id = activities.account_id
    left join currencies on currencies.currency = coalesce(account_currencies.currency, 'USD')
    where entry_type = 'DIV'
        and coalesce(entry_sub_type, case when qty = 0 then 'CDIV' end) in ('CDIV', 'ROC')
        and status in ('executed', 'correct')

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
        count(*) filter (where directed >= 0) - count(*) filter (where directed < 0) as standing,
        sum(net_amount) as paid,
        list(activity_id order by activity_id) as evidence
    from payments
    group by account_id, currency, symbol, kind, settle_date, rate, entitled_qty, one_payment
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
