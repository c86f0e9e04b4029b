-- title: The broker's cash of each account at the end of a day
-- reads: stream_eod_cash
-- columns:
--   equity: the equity at the end of the day; null where it was not sent [currency]
--   long_market_value: the value of all long positions at the end of the day [currency]
--   short_market_value: the value of all short positions at the end of the day [currency]
--   accrued_fees: fees that the broker has accrued when asked [currency]
--   memoposts: memo postings outstanding when asked [currency]
--   cash: the balance at the end of the day [currency]
--
-- The broker's cash of each account at the end of a system date: the last answer for that date. The
-- equity and the values of the positions beside it are null where an answer does not have them, or was
-- archived by a release that did not type them.
select
    balance_asof as system_date,
    account_id,
    coalesce(currency, 'USD') as currency,
    rounded_decimal(last_equity) as equity,
    rounded_decimal(last_long_market_value) as long_market_value,
    rounded_decimal(last_short_market_value) as short_market_value,
    rounded_decimal(accrued_fees) as accrued_fees,
    rounded_decimal(memoposts) as memoposts,
    last_cash as cash
from stream_eod_cash
qualify row_number() over (partition by account_id, balance_asof order by receipt_order desc) = 1
