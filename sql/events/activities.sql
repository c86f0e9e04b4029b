-- reads: activity_states, stream_nta
--
-- One row per non-trade activity: the last state of its id. `conflicts` says how many other
-- contents were seen for the same id and status.
with

counted as (

    select
        identity,
        count(distinct (status, account_id, entry_type, symbol, qty, price, net_amount))
        - count(distinct status) as conflicts
    from stream_nta
    group by identity

)

select activity_states.*, counted.conflicts
from events.activity_states
inner join counted on counted.identity = activity_states.activity_id
qualify row_number() over (
    partition by activity_states.activity_id order by activity_states.received desc
) = 1
