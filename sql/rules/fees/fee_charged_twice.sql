-- title:    A fee was charged more than once
-- severity: S1
-- scope:    account
-- reads:    day_fees, activities_to_date
-- params:   none
--
-- An account is charged each regulatory fee once for a trade day, OCC once for an execution, and the
-- non-retail commission once for a quantity and price of a day. A second line is money that the
-- broker will have to give back, also where it is a cent, which the rules of the amounts allow. Lines
-- less refunds may be one at most.
-- Law PARTS: lines that together make no more than the fee of the day, or whose texts together print
-- what was traded on it, are one fee that was charged in parts.
-- Not evaluated: a day without a known rate, one before the opening, one on which an exercise sold
-- shares; several lines of the audit trail fee (CAT), which may be charged in a line for each of its
-- rates; two equal non-retail commissions that name no trade day, since they may be of two.
-- Clears when the broker gives the second fee back.
with

fees_of_days as (

    select
        account_id,
        fee || ' fee of ' || day as subject,
        case
            when repeats <= 0 then 'pass'
            when obstacle is not null then 'not_evaluated'
            when paid <= if(currency = 'USD', greatest(at_close, as_now), most_paid)
            then 'within_tolerance'
            when printed is not null and len(printable_units) > 0 and fits_print and fee <> 'CAT'
            then 'within_tolerance'
            when fee = 'CAT' or is_exercised or unsettled > 0 then 'not_evaluated'
            else 'break'
        end as verdict,
        charges - repeats as expected,
        charges as actual,
        evidence
    from day_fees
    where amount is not null

),

commissions as (

    select
        account_id,
        coalesce(fee_date, system_date) as day,
        qty,
        price,
        bool_and(fee_date is not null) as is_dated,
        count(*) filter (where net_amount < 0) as charges,
        count(*) filter (where net_amount > 0) as refunds,
        list(activity_id order by activity_id) as evidence
    from activities_to_date
    where entry_type = 'FEE' and entry_sub_type = 'NRC' and is_booked
        and qty <> 0 and price is not null
    group by account_id, coalesce(fee_date, system_date), qty, price
    having bool_or(in_books)

),

commissions_of_days as (

    select
        account_id,
        concat('NRC fee of ', day, ' on ', plain(qty), ' at ', plain(price)) as subject,
        case
            when charges - refunds <= 1 then 'pass'
            when is_dated then 'break'
            else 'not_evaluated'
        end as verdict,
        refunds + 1 as expected,
        charges as actual,
        evidence
    from commissions

)

select
    account_id,
    subject,
    verdict,
    if(verdict = 'pass', actual, expected)::varchar as expected,
    actual::varchar as actual,
    if(verdict = 'pass', 0, actual - expected)::decimal(38, 9) as difference,
    'lines' as unit,
    evidence[1:20] as evidence
from (from fees_of_days union all by name from commissions_of_days) as lines_of_fees
