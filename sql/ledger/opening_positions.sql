-- title: Positions that the books begin with
-- reads: statement_positions, opening
--
-- The broker's statement of the opening date. Without an opening the books begin at zero.
select
    statement_positions.account_id,
    statement_positions.symbol,
    statement_positions.qty,
    statement_positions.cost_basis
from statement_positions
inner join opening on opening.system_date = statement_positions.system_date
