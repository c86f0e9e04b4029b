-- title: Cash that the books begin with
-- reads: statement_cash, opening
--
-- The broker's statement of the opening date. Without an opening the books begin at zero.
select statement_cash.account_id, statement_cash.currency, statement_cash.cash
from statement_cash
inner join opening on opening.system_date = statement_cash.system_date
