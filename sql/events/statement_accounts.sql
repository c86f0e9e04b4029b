-- title: Whom a night asked for a balance, and what came of it
-- reads: stream_eod_accounts
-- columns:
--   begins: where its cash begins: with the statement, at zero, or unknown
--
-- Whom a night wanted a balance of, a row for each account that any source named by that date, and
-- what came of asking. `begins` says where the cash of the account begins in books that a statement
-- opened: with the `statement`, at `zero` (the broker knew no such account then, or it was opened
-- after), or `unknown`. The last record of each date holds.
select
    statement_date as system_date,
    account_id,
    answer,
    begins,
    from_json(sources, '["VARCHAR"]') as sources
from stream_eod_accounts
qualify dense_rank() over (partition by statement_date order by left(segment, 6) desc) = 1
    and answer <> 'later'
