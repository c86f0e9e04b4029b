-- What the accounts and symbols that are wanted held on that day, of the closing's balances; zero where
-- the closing knows the account without the position.
select
    positions_wanted.system_date, positions_wanted.account_id, positions_wanted.symbol,
    coalesce(sum(amount) filter (measure = 'QTY' and commodity = positions_wanted.symbol), 0)
from positions_wanted
inner join stored
    on account_of(stored.ledger_account) = positions_wanted.account_id
where positions_wanted.system_date = $day
group by positions_wanted.system_date, positions_wanted.account_id, positions_wanted.symbol
