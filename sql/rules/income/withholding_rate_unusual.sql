-- title:    Tax was withheld at a rate that no rule of withholding gives
-- severity: S2
-- scope:    account
-- reads:    activities_to_date
-- params:   none
--
-- On dividends of non-residents 30 per cent is withheld, or what a treaty gives a portfolio holder: 5,
-- 10, 12, 12.5, 15, 20, 25, 27.5 or 28. Beside these there are backup withholding (24), gains of real
-- estate (21) and partnerships (37, 10). The broker prints the rate beside each tax; it is not said
-- which of these an account is to have, so that any of them passes. A break is a rate that was
-- mistyped, or that a country does not have: the customer pays too much, or owes the rest.
-- Assumption: the broker publishes no list of rates; these are those of the tax law and its treaties.
-- What was given back is judged as what was withheld, since it prints the same rate.
-- `not_evaluated`: the event prints no rate.
-- Clears when the broker reverses the tax.
with

taxes as (

    select
        account_id,
        symbol,
        settle_date,
        tax_rate,
        bool_or(in_books) as in_books,
        sum(net_amount) as withheld,
        list(activity_id order by activity_id) as evidence
    from activities_to_date
    where entry_type = 'DIVNRA' and is_booked
    group by account_id, symbol, settle_date, tax_rate

),

verdicts as (

    select
        account_id,
        symbol,
        concat_ws(' ', 'tax of', settle_date::varchar, 'at ' || plain(tax_rate) || '%') as subject,
        case
            when tax_rate is null then 'not_evaluated'
            when withheld = 0 then 'pass'
            when tax_rate in (5, 10, 12, 12.5, 15, 20, 21, 24, 25, 27.5, 28, 30, 37) then 'pass'
            else 'break'
        end as verdict,
        'a rate of withholding' as expected,
        plain(tax_rate) || '%' as actual,
        evidence
    from taxes
    where in_books

)

select * from verdicts
