-- What the accounts and symbols that are wanted held on that day, of the closing's balances; zero where
-- the closing knows the account without the position. And what any other account held of a symbol that
-- is wanted, since a dividend is paid to all who held it.
with

held as (

    select account_of(ledger_account) as account_id, commodity as symbol, sum(amount) as qty
    from stored
    where measure = 'QTY' and commodity in (
        select symbol from positions_wanted where positions_wanted.system_date = $day
    )
    group by account_of(ledger_account), commodity

),

known as (

    select distinct positions_wanted.account_id, positions_wanted.symbol
    from positions_wanted
    where positions_wanted.system_date = $day
        and account_id in (select account_of(stored.ledger_account) from stored)

)

select $day, account_id, symbol, coalesce(held.qty, 0)
from known
full join held using (account_id, symbol)
where account_id is not null
