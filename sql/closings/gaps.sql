-- By how much the position that the broker last reported after an execution differs from the books,
-- as trades/position_not_continuous found it: a gap that stays is not said again.
with

every_change as (

    select account_id, symbol, qty from start_gaps
    union all
    select verdicts.account_id, verdicts.symbol, verdicts.difference
    from verdicts
    inner join executions on 'execution ' || executions.execution_id = verdicts.subject
    where verdicts.rule = 'trades/position_not_continuous' and executions.system_date <= $day

)

select account_id, symbol, sum(qty) as qty
from every_change
group by account_id, symbol
having sum(qty) <> 0
order by account_id, symbol
