-- The account reference as of the night: each account of both brokers, since when it is so, and the
-- settings that its events named, each as it was last reported; `default` is the broker's own value.
with

current_settings as (

    select account_id, setting, last(coalesce(new_value, 'default') order by step) as value
    from account_settings
    where setting not in ('account_blocked', 'trading_blocked')
    group by account_id, setting

),

settings_per_account as (

    select account_id, string_agg(setting || '=' || value, '; ' order by setting) as settings
    from current_settings
    group by account_id

)

select
    broker,
    accounts.account_id,
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
    events,
    if(broker = 'alpaca', settings_per_account.settings, null) as settings
from accounts
left join settings_per_account on settings_per_account.account_id = accounts.account_id
order by broker, accounts.account_id
