-- title: The broker's positions at the end of a day
-- reads: stream_eod_positions
--
-- The broker's positions at the end of a system date: the pages of the last whole reading. An account
-- whose positions are no list has one row without symbol and quantity, so that nobody takes it for
-- an account without positions.
with

last_reading as (

    select *
    from stream_eod_positions
    qualify dense_rank() over (partition by statement_date order by left(segment, 6) desc) = 1

),

accounts as (

    -- Not json_each: beside each account it keeps a copy of the whole page.
    select
        statement_date,
        unnest(json_keys(positions)) as account_id,
        unnest(positions -> '$.*') as positions
    from last_reading

),

lines as (

    select
        statement_date,
        account_id,
        unnest(coalesce(from_json(positions, '[{"asset_id": "VARCHAR", "symbol": "VARCHAR",
            "asset_class": "VARCHAR", "qty": "VARCHAR", "side": "VARCHAR",
            "avg_entry_price": "VARCHAR", "market_value": "VARCHAR", "cost_basis": "VARCHAR",
            "current_price": "VARCHAR"}]'), [null])) as line
    from accounts

)

select
    statement_date as system_date,
    account_id,
    line.symbol as symbol,
    line.asset_id as asset_id,
    line.asset_class as asset_class,
    case when line.side = 'short' then -abs(exact_decimal(line.qty))
    else exact_decimal(line.qty) end as qty,
    line.side as side,
    exact_decimal(line.avg_entry_price) as avg_entry_price,
    exact_decimal(line.market_value) as market_value,
    exact_decimal(line.cost_basis) as cost_basis,
    exact_decimal(line.current_price) as current_price,
    printed_digits(line.avg_entry_price) as avg_entry_price_dp,
    printed_digits(line.market_value) as market_value_dp,
    printed_digits(line.cost_basis) as cost_basis_dp,
    printed_digits(line.current_price) as current_price_dp
from lines
