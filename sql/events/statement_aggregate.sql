-- title: The broker's totals per security
-- reads: stream_eod_aggregate
-- columns:
--   asset_type: the broker's type of asset
--   num_accounts: how many accounts hold it [accounts]
--
-- The broker's totals per security over all its accounts, as of 20:00 New York: the last answer for
-- each system date. Digits are as sent; a total that does not fit exactly is null.
with

last_answer as (

    select statement_date, lines
    from stream_eod_aggregate
    qualify row_number() over (partition by statement_date order by receipt_order desc) = 1

),

listed as (

    select
        statement_date,
        unnest(from_json(lines, '[{"symbol": "VARCHAR", "cusip": "VARCHAR",
            "asset_type": "VARCHAR", "long_qty": "VARCHAR", "short_qty": "VARCHAR",
            "num_accounts": "VARCHAR"}]')) as line
    from last_answer

)

select
    statement_date as system_date,
    line.symbol as symbol,
    line.cusip as cusip,
    line.asset_type as asset_type,
    exact_decimal(line.long_qty) as long_qty,
    exact_decimal(line.short_qty) as short_qty,
    exact_decimal(line.num_accounts) as num_accounts
from listed
