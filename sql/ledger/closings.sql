-- title: The balance of every ledger account at the end of each day that the night closes
-- reads: postings, closing_days
--
-- What each account had been given up to and with that day. Memo accounts are beside the books.
select
    closing_days.system_date,
    postings.ledger_account,
    postings.commodity,
    postings.measure,
    sum(postings.amount)::decimal(38, 9) as amount
from closing_days
inner join postings on postings.system_date <= closing_days.system_date
where not starts_with(postings.ledger_account, 'MEMO:')
group by closing_days.system_date, postings.ledger_account, postings.commodity, postings.measure
