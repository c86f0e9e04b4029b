-- What events of the books name or change that was booked before them, and the session of each.
with

targets as (

    select target.execution_id as movement_id, target.system_date
    from events.executions as own
    inner join events.executions as target on target.execution_id = own.previous_execution_id
    where own.system_date > $base and target.system_date <= $base
    union
    select activity_id || if(state > 1, '/' || state, ''), system_date
    from events.activity_states
    where system_date <= $base
        and activity_id in
            (select activity_id from events.activity_states where system_date > $base)

)

select movement_id, session_date::varchar as closed_on
from targets
left join events.calendar on calendar.date = targets.system_date
