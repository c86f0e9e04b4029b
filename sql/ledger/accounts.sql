-- title: Each account of both brokers as it stands on the night
-- scope: account
-- reads: account_states, upvest_account_states, account_map
-- columns:
--   broker: alpaca or upvest
--   kind: customer or firm, as the user's file says
--   status: its state on the night
--   crypto_status: the state of its crypto side
--   is_open: whether it is open; null if its state is not known
--   since: the day that brought the present state
--   closed_on: the day on which it was closed
--   events: how many events told of it [events]
--
-- An Alpaca event has only what changed, so the last value told of each property holds; an Upvest
-- event has the whole object. `since` is the date of the event that brought the present status.
-- An account that only the user's list names has no event and no status; its kind is his word.
-- `is_open` is null where the status is not known; an account that was never set to trade shares is
-- open if its crypto side is.
with

changes as (

    select
        account_id,
        step,
        status_to,
        system_date
    from account_states
    where status_to is not null
    qualify status_to is distinct from
        lag(status_to) over (partition by account_id order by step)

),

alpaca_since as (

    select account_id, last(system_date order by step) as since
    from changes
    group by account_id

),

alpaca as (

    select
        account_id,
        last(account_number order by step) filter (where account_number is not null)
            as account_number,
        last(status_to order by step) filter (where status_to is not null) as status,
        last(crypto_status_to order by step) filter (where crypto_status_to is not null)
            as crypto_status,
        last(trading_blocked order by step) filter (where trading_blocked is not null)
            as trading_blocked,
        last(account_blocked order by step) filter (where account_blocked is not null)
            as account_blocked,
        count(*) as events
    from account_states
    group by account_id

),

upvest_changes as (

    select
        account_id,
        step,
        status,
        system_date
    from upvest_account_states
    qualify status is distinct from lag(status) over (partition by account_id order by step)
        or lag(step) over (partition by account_id order by step) is null

),

upvest_since as (

    select account_id, last(system_date order by step) as since
    from upvest_changes
    group by account_id

),

upvest as (

    select
        account_id,
        last(account_number order by step) as account_number,
        last(status order by step) as status,
        last(account_group_id order by step) as account_group_id,
        count(*) as events
    from upvest_account_states
    group by account_id

),

named as (

    select 'alpaca' as broker, account_id, min(kind) as kind
    from account_map
    group by account_id
    union all
    select 'upvest', upvest_account_id, min(kind)
    from account_map
    where upvest_account_id is not null
    group by upvest_account_id

),

reported as (

    select
        'alpaca' as broker,
        alpaca.account_id,
        alpaca.account_number,
        alpaca.status,
        alpaca.crypto_status,
        case
            when alpaca.status = 'INACTIVE' then coalesce(alpaca.crypto_status = 'ACTIVE', false)
            else alpaca.status not in ('ACCOUNT_CLOSED', 'REJECTED')
        end as is_open,
        alpaca.trading_blocked,
        alpaca.account_blocked,
        null::varchar as account_group_id,
        alpaca_since.since,
        if(alpaca.status = 'ACCOUNT_CLOSED', alpaca_since.since, null) as closed_on,
        alpaca.events
    from alpaca
    left join alpaca_since on alpaca_since.account_id = alpaca.account_id
    union all
    select
        'upvest', upvest.account_id, upvest.account_number, upvest.status, null,
        upvest.status <> 'CLOSED', null, null, upvest.account_group_id, upvest_since.since,
        if(upvest.status = 'CLOSED', upvest_since.since, null), upvest.events
    from upvest
    left join upvest_since on upvest_since.account_id = upvest.account_id

)

select
    coalesce(reported.broker, named.broker) as broker,
    coalesce(reported.account_id, named.account_id) as account_id,
    reported.account_number,
    named.kind,
    reported.status,
    reported.crypto_status,
    reported.is_open,
    reported.trading_blocked,
    reported.account_blocked,
    reported.account_group_id,
    reported.since,
    reported.closed_on,
    coalesce(reported.events, 0) as events
from reported
full join named on named.broker = reported.broker and named.account_id = reported.account_id
