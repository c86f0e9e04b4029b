-- What was cleared of each suspense group so far, by the account that took it.
with

every_clearing as (

    select contra, measure, commodity, place, amount from base_cleared
    union all
    select contra, measure, commodity, place, amount from drains where system_date <= $day

)

select contra, measure, commodity, place, sum(amount) as amount
from every_clearing
group by contra, measure, commodity, place
having sum(amount) <> 0
order by contra, measure, commodity, place
