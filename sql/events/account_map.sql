-- title: What the user says of his accounts
-- reads: stream_account_map, fetches
-- columns:
--   kind: customer or firm
--   upvest_account_id: the account of the same customer at Upvest
--
-- What the user says of his accounts, from the last reading of his file.
select
    account_id,
    kind,
    nullif(upvest_account_id, '') as upvest_account_id
from stream_account_map
where left(segment, 6)::bigint = (
    select max(fetch_id) from events.fetches where stream = 'account_map'
)
