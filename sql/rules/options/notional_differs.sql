-- title:    The notional of a contract swap is not quantity times price times multiplier
-- severity: S2
-- scope:    symbol
-- reads:    activities, contract_multipliers
-- params:   none
--
-- A contract is for 100 shares, an adjusted one, whose root ends with a digit, for what the amounts
-- beside its prices say. The legs of a swap print such an amount: the notional, to the cent, which
-- comes with what goes and goes with what comes. It is the cost that the new contract has, so a
-- wrong one is a wrong cost, and says that the contract is taken for another number of shares. Of
-- executions the same is looked at where the activity stream prints their amounts.
-- Law CENT: a price is exact as printed; a cent of rounding the product is within tolerance.
-- `not_evaluated`: price, amount or contract is absent, or nothing tells the adjusted multiplier.
-- Clears when the leg is reversed, canceled or sent again right.
with

legs as (

    select
        activities.*,
        regexp_extract(
            activities.symbol, '^.+?(\d?)\d{6}([CP])\d{8}$', ['digit', 'kind']
        ) as contract
    from activities
    where activities.entry_type = 'OPCA'
        and is_booked(activities.status)
        and activities.qty <> 0

),

notionals as (

    select
        legs.*,
        round_money(try(-qty * price * case
            when contract.digit <> '' then contract_multipliers.multiplier
            when contract.kind <> '' then 100
        end), 2) as notional
    from legs
    left join contract_multipliers on contract_multipliers.symbol = legs.symbol

),

verdicts as (

    select
        account_id,
        symbol,
        'leg ' || activity_id as subject,
        case
            when notional is null or price = 0 or net_amount = 0 then 'not_evaluated'
            when net_amount = notional then 'pass'
            when abs(net_amount - notional) <= 0.01 then 'within_tolerance'
            else 'break'
        end as verdict,
        coalesce(plain(notional), 'a price and a multiplier') as expected,
        plain(net_amount) as actual,
        (net_amount - notional)::decimal(38, 9) as difference,
        'USD' as unit,
        [activity_id] as evidence
    from notionals

)

select * from verdicts
