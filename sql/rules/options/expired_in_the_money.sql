-- title:    A holder's contract expired though it was worth exercising
-- severity: S3
-- scope:    all
-- reads:    option_events, statement_positions
-- params:   smallest_share_of_strike = 0.01
--
-- The clearing house exercises what is in the money by a cent at expiry, unless the holder says no.
-- A long contract that expires though the underlying closed well beyond the strike was thrown away:
-- by a holder's instruction, for lack of money, or by mistake, and no stream says which, so that
-- somebody has to look.
-- The price is what a statement of the contract's last day values the underlying at, of several the
-- one least in the money. It moves after the close, when it is no longer decided by: up to one per
-- cent of the strike (an assumption, `smallest_share_of_strike`) is within tolerance.
-- `not_evaluated`: no statement of that day has the underlying, or the contract is adjusted, so that
-- nobody knows what it delivers. Written contracts are not looked at: who is assigned is drawn.
-- Clears when the expiry is reversed.
with

closing_prices as (

    select
        system_date, regexp_replace(symbol, '[^A-Z0-9]', '', 'g') as underlying,
        min(current_price) as lowest, max(current_price) as highest
    from statement_positions
    where current_price > 0
    group by system_date, underlying

),

values_at_expiry as (

    select
        option_events.*,
        if(kind = 'C', lowest - strike, strike - highest) as worth,
        if(kind = 'C', lowest, highest) as price
    from option_events
    left join closing_prices
        on closing_prices.system_date = option_events.last_day
        and closing_prices.underlying = option_events.underlying
    where entry_type = 'OPEXP' and qty < 0

),

verdicts as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        case
            when is_adjusted or worth is null then 'not_evaluated'
            when worth <= 0.01 then 'pass'
            when worth <= strike * $smallest_share_of_strike::decimal(9, 6) then 'within_tolerance'
            else 'break'
        end as verdict,
        'exercised beyond ' || plain(strike) as expected,
        coalesce('expired at ' || plain(price), 'no price of ' || last_day) as actual,
        worth::decimal(38, 9) as difference,
        'USD' as unit,
        [activity_id] as evidence
    from values_at_expiry

)

select * from verdicts
