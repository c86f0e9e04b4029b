-- The activities from before the beginning that have a further state after it: they are shown with all
-- their states.
with

days as (

    select activity_id, system_date from events.nta_states
    union all
    select activity_id, system_date from events.typed_states

)

select activity_id
from days
group by activity_id
having min(system_date) <= $base and max(system_date) > $base
