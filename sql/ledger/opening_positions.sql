-- title: Positions that the books begin with
-- scope: account
-- reads: statement_positions, opening, start_balances
--
-- The closing that the night begins with, else the broker's statement of the opening date; without
-- an opening the books begin at zero.
select
    statement_positions.account_id,
    statement_positions.symbol,
    statement_positions.qty,
    statement_positions.cost_basis
from statement_positions
inner join opening on opening.system_date = statement_positions.system_date
where not exists (select 1 from start_balances)
    and (statement_positions.symbol is not null or statement_positions.qty is not null)
union all
select
    regexp_extract(held.ledger_account, '^[CF]:(.*):POS$', 1),
    held.commodity,
    held.amount,
    coalesce(cost.amount, 0)
from start_balances as held
left join start_balances as cost
    on cost.ledger_account
    = regexp_extract(held.ledger_account, '^([CF]:.*):POS$', 1) || ':COST:' || held.commodity
where held.measure = 'QTY' and regexp_matches(held.ledger_account, '^[CF]:')
