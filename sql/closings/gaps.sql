-- By how much the position that the broker last reported after an execution differs from the books:
-- a gap that stays is not said again.
with

every_change as (

    select account_id, symbol, qty from start_gaps
    union all
    select account_id, symbol, change from reported_positions where system_date <= $day

)

select account_id, symbol, sum(qty) as qty
from every_change
group by account_id, symbol
having sum(qty) <> 0
order by account_id, symbol
