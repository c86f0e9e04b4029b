-- title:    A non-retail fee is not its quantity times its price
-- severity: S2
-- scope:    account
-- reads:    activities_to_date, account_currencies, currencies
-- params:   none
--
-- The commission for non-retail trading (NRC) prints the quantity that it is taken of and its price:
-- what is charged is their product, rounded half-up to the cent, or to the smallest unit of the
-- account's currency. The venue's fee (NRV) prints no quantity and may be a rebate; where it does
-- print one, its amount is judged and its sign is free.
-- Law CUT: the sample, 3.3525 charged as 3.35, does not tell rounding half-up from cutting the rest
-- off: the product cut off is within tolerance. A correction may carry either sign.
-- Not evaluated: a commission without a quantity or a price, or in a currency of unknown digits.
-- Clears when the broker corrects the amount.
with

fees as (

    select
        fees.*,
        coalesce(account_currencies.currency, 'USD') as account_currency,
        try(fees.qty * fees.price) as product,
        round_money(try((fees.qty * fees.price)::decimal(38, 18)), currencies.minor_units) as owed,
        minor_unit(currencies.minor_units) as unit,
        currencies.currency is not null and fees.qty <> 0 and fees.price is not null as is_priced,
        fees.entry_sub_type = 'NRV' or fees.previous_id is not null as is_either_sign
    from activities_to_date as fees
    left join account_currencies on account_currencies.account_id = fees.account_id
    left join currencies
        on currencies.currency = coalesce(account_currencies.currency, 'USD')
    where fees.entry_type = 'FEE' and fees.in_books and fees.is_booked
        and (fees.entry_sub_type = 'NRC' or fees.entry_sub_type = 'NRV' and fees.qty <> 0)

),

signed as (

    select
        *,
        if(is_either_sign and sign(net_amount) = sign(owed), net_amount, -net_amount) as paid
    from fees

)

select
    account_id,
    concat(entry_sub_type, ' fee ', activity_id) as subject,
    case
        when not is_priced or owed is null then 'not_evaluated'
        when paid = owed then 'pass'
        when abs(paid) <= abs(product) and abs(product) - abs(paid) < unit
            and sign(paid) * sign(owed) >= 0
        then 'within_tolerance'
        else 'break'
    end as verdict,
    if(is_priced, plain(owed), null) as expected,
    plain(paid) as actual,
    if(is_priced, paid - owed, null)::decimal(38, 9) as difference,
    account_currency as unit,
    [activity_id] as evidence
from signed
