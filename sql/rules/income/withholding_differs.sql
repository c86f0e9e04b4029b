-- title:    Tax withheld on a dividend is not the dividend times the tax rate
-- severity: S2
-- scope:    account
-- reads:    activities_to_date, account_currencies, currencies
-- params:   none
--
-- The event prints the dividend and the percentage. What is withheld is their product, cut to
-- whole cents, or to the smallest unit of the account's currency: the broker's sample takes 8.47
-- where the product is 8.475. One cent away is within
-- tolerance (law CENT): the broker documents no rounding, and the printed dividend is itself
-- rounded. What was withheld and given back is summed, over all that is archived, since it may
-- have been withheld before the opening of the books.
-- `not_evaluated`: the event names no dividend or no percentage.
-- Clears when the broker gives the tax back or withholds the rest.
with

taxes as (

    select
        activities.account_id,
        coalesce(account_currencies.currency, 'USD') as currency,
        minor_unit(currencies.minor_units) as cent,
        symbol,
        settle_date,
        gross_amount,
        tax_rate,
        gross_amount * tax_rate * 0.01 as product,
        -(product - product % cent)::decimal(38, 9) as one_tax,
        net_amount,
        activity_id,
        in_books
    from activities_to_date as activities
    left join account_currencies on account_currencies.account_id = activities.account_id
    left join currencies on currencies.currency = coalesce(account_currencies.currency, 'USD')
    where entry_type = 'DIVNRA' and is_booked

),

totals as (

    select
        account_id,
        currency,
        cent,
        symbol,
        settle_date,
        gross_amount,
        tax_rate,
        one_tax,
        count(*) filter (where net_amount <= 0)
        - count(*) filter (where net_amount > 0) as standing,
        count(*) as events,
        sum(net_amount) as withheld,
        list(activity_id order by activity_id) as evidence
    from taxes
    group by account_id, currency, cent, symbol, settle_date, gross_amount, tax_rate, one_tax
    having bool_or(in_books)

),

-- More given back than withheld: then the one tax is what was to be expected.
expectations as (

    select
        *,
        (case when standing < 0 then 1 else standing end * one_tax)::decimal(38, 9) as expected
    from totals

),

verdicts as (

    select
        account_id,
        symbol,
        concat_ws(' ', 'tax', 'of ' || settle_date, 'on ' || plain(gross_amount),
            'at ' || plain(tax_rate) || '%') as subject,
        case
            when expected is null then 'not_evaluated'
            when withheld = expected then 'pass'
            when abs(withheld - expected) <= cent * events then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(expected) as expected,
        plain(withheld) as actual,
        (withheld - expected)::decimal(38, 9) as difference,
        currency as unit,
        evidence
    from expectations

)

select * from verdicts
