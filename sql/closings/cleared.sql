-- What was cleared of each suspense group so far, by the account that took it.
with

every_clearing as (

    select contra, measure, commodity, cleared_to, amount from start_cleared
    union all
    select contra, measure, commodity, cleared_to, amount from suspense_clearings where system_date <= $day

)

select contra, measure, commodity, cleared_to, sum(amount) as amount
from every_clearing
group by contra, measure, commodity, cleared_to
having sum(amount) <> 0
order by contra, measure, commodity, cleared_to
