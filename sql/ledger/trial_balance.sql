-- title: What every ledger account holds of every commodity
-- scope: all
-- reads: postings
--
-- Only what is not zero. Every commodity sums to zero over all accounts; memo accounts are apart.
select
    ledger_account,
    commodity,
    sum(amount)::decimal(38, 9) as amount,
    measure,
    starts_with(ledger_account, 'MEMO:') as is_memo
from postings
group by ledger_account, commodity, measure
having sum(amount) <> 0
