-- title:    A fee is not its quantity times its price
-- severity: S2
-- scope:    account
-- reads:    activities_to_date, account_currencies, currencies
-- params:   none
--
-- The commission for non-retail trading (NRC) prints the quantity that it is taken of and its price:
-- what is charged is their product, rounded half-up to the cent, or to the smallest unit of the
-- account's currency. No sample of another fee prints a quantity; where one does (the venue's NRV, a
-- depositary's ADR, a locate, the sweep's BSWP, OCOM), it is judged in the same way.
-- Law UP: a depositary's fee is rounded up for each charge; up is right for it as well.
-- Law CUT: the sample, 3.3525 charged as 3.35, does not tell rounding half-up from cutting the rest
-- off: the product cut off is within tolerance.
-- The venue's fee may be a rebate, and a correction may carry either sign.
-- Not evaluated: a non-retail commission without a quantity or a price, or in a currency of unknown
-- digits.
-- Clears when the broker corrects the amount.
with

fees as (

    select
        fees.*,
        coalesce(account_currencies.currency, 'USD') as account_currency,
        coalesce(fees.price, fees.per_share_amount) as unit_price,
        currencies.minor_units,
        minor_unit(currencies.minor_units) as unit,
        fees.entry_sub_type = 'NRV' or fees.previous_id is not null as is_either_sign
    from activities_to_date as fees
    left join account_currencies on account_currencies.account_id = fees.account_id
    left join currencies
        on currencies.currency = coalesce(account_currencies.currency, 'USD')
    where fees.entry_type = 'FEE' and fees.in_books and fees.is_booked
        and fees.entry_sub_type in ('NRC', 'NRV', 'ADR', 'LOC', 'BSWP', 'OCOM')

),

products as (

    select
        *,
        if(minor_units is not null and qty <> 0, try((qty * unit_price)::decimal(38, 18)), null)
            as product
    from fees
    where entry_sub_type = 'NRC' or qty <> 0 and unit_price is not null

),

signed as (

    select
        *,
        round_money(product, minor_units) as owed,
        sign(product) * round_up(abs(product), minor_units) as owed_up,
        if(is_either_sign and sign(net_amount) = sign(product), net_amount, -net_amount) as paid
    from products

)

select
    account_id,
    symbol,
    concat(entry_sub_type, ' fee ', activity_id) as subject,
    case
        when owed is null then 'not_evaluated'
        when paid = owed then 'pass'
        when entry_sub_type = 'ADR' and paid = owed_up then 'pass'
        when abs(paid) <= abs(product) and abs(product) - abs(paid) < unit
            and sign(paid) * sign(product) >= 0
        then 'within_tolerance'
        else 'break'
    end as verdict,
    plain(owed) as expected,
    plain(paid) as actual,
    (paid - owed)::decimal(38, 9) as difference,
    account_currency as unit,
    [activity_id] as evidence
from signed
