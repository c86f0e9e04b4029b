-- The night's own postings, reversals beside what they reverse.
select
    postings.posting_id,
    postings.event_id as event,
    postings.system_date,
    postings.trade_date,
    postings.settle_date,
    postings.ledger_account,
    postings.commodity,
    plain(postings.amount) as amount,
    postings.measure,
    postings.kind,
    postings.account_id,
    coalesce(postings.reverses, '') as reverses
from postings
inner join night on night.system_date = postings.system_date
order by postings.event_id, postings.posting_id
