-- title: The broker's cash of each account at the end of a day
-- reads: stream_eod_cash
-- columns:
--   cash: the balance at the end of the day [currency]
--
-- The broker's cash of each account at the end of a system date: the last answer for that date.
select
    balance_asof as system_date,
    account_id,
    coalesce(currency, 'USD') as currency,
    last_cash as cash
from stream_eod_cash
qualify row_number() over (partition by account_id, balance_asof order by receipt_order desc) = 1
