-- title: What each event of an account changed
-- scope: account
-- reads: account_states, account_settings, upvest_account_states
-- columns:
--   broker: alpaca or upvest
--   changed: what changed beside the status, in words
--
-- One row an event and account, `step` its order. An event of Alpaca has the statuses that were sent in
-- it, empty where it is about other things; one of Upvest shows the whole object, so `status_from` is
-- that of the event before. `changed` names what changed beside the status: each setting with its
-- new value, and the old one where the event says it. Upvest's users are named by id and type.
with

settings as (

    select
        account_id,
        step,
        string_agg(
            setting || ' ' || coalesce(old_value || ' to ', '') || coalesce(new_value, 'none'),
            ', ' order by setting
        ) as changed
    from account_settings
    group by account_id, step

),

alpaca as (

    select
        'alpaca' as broker, states.account_id, states.step, event_at, system_date, event_id,
        status_from, status_to,
        concat_ws(
            ', ',
            'crypto status ' || coalesce(crypto_status_from, 'none') || ' to ' || crypto_status_to,
            case when account_number is distinct from lag(account_number ignore nulls) over history
            then 'account_number ' || account_number end,
            'reason ' || reason, settings.changed
        ) as changed
    from account_states as states
    left join settings on settings.account_id = states.account_id and settings.step = states.step
    window history as (partition by states.account_id order by states.step)

),

upvest as (

    select
        'upvest' as broker, account_id, step, event_at, system_date, event_id,
        lag(status) over history as status_from, status as status_to,
        concat_ws(
            ', ',
            type,
            if(step > 1 and name is distinct from lag(name) over history, 'name', null),
            case when users is distinct from lag(users) over history
            then 'users ' || coalesce(nullif(array_to_string(list_transform(
                json_extract(users::json, '$[*]'),
                lambda user: concat_ws(' ', user ->> '$.type', user ->> '$.id')
            ), ' and '), ''), 'none') end,
            case when webhook_id is distinct from lag(webhook_id) over history
            then 'webhook ' || webhook_id end,
            case when account_number is distinct from lag(account_number) over history
            then 'account_number ' || account_number end,
            case when account_group_id is distinct from lag(account_group_id) over history
            then 'account_group_id ' || account_group_id end,
            case when account_type is distinct from lag(account_type) over history
            then 'type ' || account_type end
        ) as changed
    from upvest_account_states
    window history as (partition by account_id order by step)

)

from alpaca
union all by name
from upvest
