-- What every ledger account holds at the end of the day, where that is not zero.
select ledger_account, commodity, measure, amount
from closings
where system_date = $day and amount <> 0
order by ledger_account, commodity, measure
