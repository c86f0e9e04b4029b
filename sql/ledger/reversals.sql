-- title: Which event reverses or corrects which execution, and in which order they came
-- scope: account
-- reads: night
--
-- One row per bust and correction up to the night, over everything archived, since what it names
-- may lie before the night's books. Where two events name one execution the first received counts:
-- its `reversal_rank` is 1. One that names nothing stands alone.
select
    execution_id,
    previous_execution_id,
    system_date,
    row_number() over (
        partition by coalesce(previous_execution_id, execution_id)
        order by receipt_order, execution_id
    ) as reversal_rank
from events.executions
where event not in ('fill', 'partial_fill')
    and system_date <= (select night.system_date from night)
