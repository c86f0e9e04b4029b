-- title: Cash that the books begin with
-- scope: account
-- reads: statement_cash, opening, start_balances
-- columns:
--   cash: the cash that the account begins with [currency]
--
-- The closing that the night begins with, else the broker's statement of the opening date; without
-- an opening the books begin at zero.
select statement_cash.account_id, statement_cash.currency, statement_cash.cash
from statement_cash
inner join opening on opening.system_date = statement_cash.system_date
where not exists (select 1 from start_balances)
union all
select regexp_extract(ledger_account, '^[CF]:(.*):CASH$', 1), commodity, amount
from start_balances
where measure = 'CASH' and regexp_matches(ledger_account, '^[CF]:')
