-- reads: activity_states, nta_states, typed_states
--
-- One row per non-trade activity: the last state of its id. One that only takes another back, or
-- replaces what was replaced before, is shown as canceled: it is no money of its own. `conflicts`
-- says how many other contents one stream sent for the same id and status.
with

messages as (

    select source, activity_id, status, account_id, entry_type, symbol, qty, price, net_amount
    from events.nta_states
    union all
    select source, activity_id, status, account_id, entry_type, symbol, qty, price, net_amount
    from events.typed_states

),

repeated as (

    select *
    from messages
    qualify count(*) over (partition by activity_id) > 1

),

counted as (

    select
        activity_id,
        count(distinct (source, status, account_id, entry_type, symbol, qty, price, net_amount))
        - count(distinct (source, status)) as conflicts
    from repeated
    group by activity_id

)

select
    activity_states.* exclude (is_latest) replace (
        if(mirrors_target or claim > 1, 'canceled', status) as status
    ),
    coalesce(counted.conflicts, 0) as conflicts
from events.activity_states
left join counted on counted.activity_id = activity_states.activity_id
where activity_states.is_latest
