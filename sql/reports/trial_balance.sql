-- What every ledger account holds at the end of the night. Each commodity sums to zero; memo
-- accounts stand beside the books and sum to zero by themselves.
select ledger_account, commodity, plain(amount) as amount, measure
from trial_balance
order by is_memo, ledger_account, commodity, measure
