-- What the events of the day booked in the customers' accounts: a later event may reverse it.
select movement_id, line_no, ledger_account, other_account, commodity, measure, amount
from lines
where kind in ('execution', 'activity')
    and part = 'new'
    and not is_cost_rest
    and system_date > (select previous_session from events.calendar where date = $day)
    and system_date <= $day
order by movement_id, line_no
