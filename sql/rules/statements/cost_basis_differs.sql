-- title:    The statement's cost of a position is not its quantity at its average price
-- severity: S3
-- scope:    account
-- reads:    valued_positions
-- params:   none
--
-- A line of the positions statement prints quantity, average entry price and cost. The cost is the
-- quantity times the average, and times the multiplier of an option contract: the broker makes one of
-- the other. Where it is not, the customer sees a gain or loss that is not his.
-- HALF A DIGIT: cost and average are rounded to the digits that they are printed with; half a unit of
-- the last one is allowed, of the average for each unit held. Zeros at a number's end may be left out,
-- so that an average counts as printed with at least the digits of the account's currency.
-- Assumption: whether the cost of a short position is negative is not documented; either is right.
-- Not evaluated: a line without a readable quantity, average or cost (the cost is no required member),
-- of a class that is priced otherwise (a bond in per cent), or of an adjusted contract whose
-- multiplier nothing tells.
-- Clears with a statement that agrees with itself.
with

lines as (

    select
        account_id,
        symbol,
        try((units * avg_entry_price)::decimal(38, 9)) as product,
        if(units < 0, -abs(cost_basis), cost_basis) as stated,
        try(
            (abs(units) * half_digit(greatest(avg_entry_price_dp, digits))
            + half_digit(cost_basis_dp))::decimal(38, 9)
        ) as allowed
    from valued_positions

),

verdicts as (

    select
        account_id,
        symbol,
        unique_subject(
            account_id, symbol, 'cost basis',
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
        coalesce(plain(product), 'a quantity and an average that can be read') as expected,
        coalesce(plain(stated), 'no cost') as actual,
        try((stated - product)::decimal(38, 9)) as difference,
        'cost' as unit,
        []::varchar[] as evidence
    from lines

)

select * from verdicts
