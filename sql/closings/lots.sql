-- The lots of each position: those of the last day on which it moved.
select account_id, symbol, seq, qty, cost
from lots
where (account_id, symbol, system_date) in (
    select (account_id, symbol, max(system_date))
    from movements
    where cost_rule is not null and system_date <= $day
    group by account_id, symbol
)
order by account_id, symbol, seq
