-- title: The currency an account's cash is in
-- scope: account
-- reads: statement_cash, executions, activities, start_accounts
--
-- The statement names it; the trade stream and the legacy activities do not. Accounts that were
-- there before the night begins come from its closing. An account without a statement is taken to
-- be in the currency that the closing has, or most of its activities name, else in USD.
with

accounts as (

    select account_id from executions
    union
    select account_id from activities
    union
    select account_id from statement_cash
    union
    select account_id from start_accounts

),

named as (

    select account_id, mode(currency order by currency) as currency
    from activities
    group by account_id

)

select
    accounts.account_id,
    coalesce(
        max(statement_cash.currency), max(start_accounts.currency), max(named.currency), 'USD'
    ) as currency
from accounts
left join statement_cash on statement_cash.account_id = accounts.account_id
left join start_accounts on start_accounts.account_id = accounts.account_id
left join named on named.account_id = accounts.account_id
group by accounts.account_id
