-- title: The multipliers of adjusted option contracts
-- reads: nta_states, typed_states, trade_activities
-- columns:
--   multiplier: underlying units for one contract
--
-- How many dollars a price of one dollar is for an adjusted option contract, whose root ends with a
-- digit: a stock dividend of three per cent makes ITUB2 of ITUB, 103 shares and not 100. No stream
-- has a column for it, but the broker prints amounts beside quantities and prices: on the legs of
-- the contract swap, and on executions of the activity stream, there with fees of up to five cents
-- a contract. The whole number that gives the printed amount counts where only one does; the swap
-- before executions, and of these what most of them say. A contract of which nothing tells is not
-- here. Done in whole numbers of 1e-9, as a division of decimals would be binary.
with

printed as (

    select symbol, 1 as rank, abs(qty) as qty, price, abs(net_amount) as amount, 0.005 as slack
    from events.nta_states
    where entry_type = 'OPCA' and is_booked(status)
    union all
    select symbol, 1, abs(qty), price, abs(net_amount), 0.005
    from events.typed_states
    where entry_type = 'OPCA' and is_booked(status)
    union all
    select symbol, 2, abs(qty), price, abs(net_amount), 0.005 + 0.05 * least(abs(qty), 1000000)
    from events.trade_activities
    where asset_class = 'us_option' and is_booked(status)

),

scaled as (

    select
        symbol,
        rank,
        (amount * 1000000000)::hugeint as amount,
        (qty::bigint * price * 1000000000)::hugeint as unit,
        (slack * 1000000000)::hugeint as slack
    from printed
    where regexp_full_match(symbol, '.*\d{7}[CP]\d{8}')
        and qty = trunc(qty) and qty between 1 and 1000000
        and price between 0.000000001 and 1000000
        and amount between 0.01 and 1000000000000

),

implied as (

    select symbol, rank, (2 * amount + unit) // (2 * unit) as multiplier, count(*) as witnesses
    from scaled
    where 2 * slack < unit
        and abs(amount - (2 * amount + unit) // (2 * unit) * unit) <= slack
    group by symbol, rank, multiplier

),

foremost as (

    select *
    from implied
    where multiplier between 1 and 1000000
    qualify rank() over (partition by symbol order by implied.rank, witnesses desc) = 1

)

select symbol, min(multiplier)::int as multiplier
from foremost
group by symbol
having count(*) = 1
