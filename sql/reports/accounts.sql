-- The account reference as of the night: each account of both brokers, and since when it is so.
select
    broker,
    account_id,
    account_number,
    kind,
    status,
    crypto_status,
    since,
    is_open::varchar as is_open,
    trading_blocked::varchar as trading_blocked,
    account_blocked::varchar as account_blocked,
    account_group_id,
    closed_on,
    events
from accounts
order by broker, account_id
