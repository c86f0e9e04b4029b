-- title: What the trade stream and the activity stream report under each execution id
-- scope: account
-- reads: executions, trade_activities_to_date
-- columns:
--   only_in: the stream that alone has it: trades or activities; null if both have
--   trade: the row of executions, where the trade stream has it
--   activity: the row of trade_activities; its columns are null if there is none
--
-- One row an execution of the books. `trade` is what the trade stream reports of it and `activity`
-- what the activity stream does, whatever its status; `only_in` is the stream that alone has it.
select
    executions.execution_id,
    executions.account_id,
    executions.symbol,
    executions.system_date,
    case
        when executions.source = 'activities' then 'activities'
        when activities.execution_id is null then 'trades'
    end as only_in,
    if(executions.source = 'trades', executions, null) as trade,
    activities as activity
from executions
left join trade_activities_to_date as activities
    on activities.execution_id = executions.execution_id
