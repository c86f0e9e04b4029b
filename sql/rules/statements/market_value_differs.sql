-- title:    The statement's market value of a position is not its quantity at its price
-- severity: S3
-- scope:    account
-- reads:    valued_positions
-- params:   none
--
-- A line of the positions statement prints quantity, price and market value. The value is the
-- quantity times the price, and times the multiplier of an option contract. Where it is not, one of
-- the three is wrong, or the broker values the contract with another multiplier.
-- HALF A DIGIT: value and price are rounded to the digits that they are printed with; half a unit of
-- the last one is allowed, of the price for each unit held. Zeros at a number's end may be left out,
-- so that a price counts as printed with at least the digits of the account's currency.
-- Assumption: whether the value of a short position is negative is not documented; either is right.
-- Not evaluated: a line without a readable quantity, price or value, of a class that is priced
-- otherwise (a bond in per cent), or of an adjusted contract whose multiplier nothing tells.
-- Clears with a statement that agrees with itself.
with

lines as (

    select
        account_id,
        symbol,
        try((units * current_price)::decimal(38, 9)) as product,
        if(units < 0, -abs(market_value), market_value) as stated,
        try(
            (abs(units) * half_digit(greatest(current_price_dp, digits))
            + half_digit(market_value_dp))::decimal(38, 9)
        ) as allowed
    from valued_positions

),

verdicts as (

    select
        account_id,
        symbol,
        unique_subject(
            account_id, symbol, 'market value',
            'of line ' || row_number() over (
                partition by account_id, symbol order by stated, product, allowed
            )
        ) as subject,
        case
            when product is null or stated is null or allowed is null then 'not_evaluated'
            when stated = product then 'pass'
            when try(abs(stated - product)) <= allowed then 'within_tolerance'
            else 'break'
        end as verdict,
        coalesce(plain(product), 'a quantity and a price that can be read') as expected,
        coalesce(plain(stated), 'no value') as actual,
        try((stated - product)::decimal(38, 9)) as difference,
        'value' as unit,
        []::varchar[] as evidence
    from lines

)

select * from verdicts
