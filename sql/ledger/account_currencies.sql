-- title: The currency an account's cash is in
-- reads: statement_cash, executions, activities
--
-- The streams name no currency; the statement does. An account without one is taken as USD.
with

accounts as (

    select account_id from executions
    union
    select account_id from activities
    union
    select account_id from statement_cash

)

select accounts.account_id, coalesce(max(statement_cash.currency), 'USD') as currency
from accounts
left join statement_cash on statement_cash.account_id = accounts.account_id
group by accounts.account_id
