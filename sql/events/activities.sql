-- title: Every non-trade activity as it stands, its last state
-- reads: activity_states, nta_states, typed_states
--
-- One row per non-trade activity: the last state of its id. One that only takes another back, or
-- replaces what was replaced before, is shown as canceled: it is no money of its own. `conflicts`
-- says how many other contents one stream sent for the same id and status.
with

messages as (

    from events.nta_states
    union all by name
    from events.typed_states

),

repeated as (

    select *
    from messages
    qualify count(*) over (partition by activity_id) > 1

),

-- What only one of the copies says contradicts none.
parsed as (

    select
        activity_id,
        greatest(
            count(distinct (account_id, entry_type, symbol, qty, price, net_amount)),
            count(distinct entry_sub_type), count(distinct cusip), count(distinct currency),
            count(distinct settle_date), count(distinct system_date), count(distinct group_id),
            count(distinct corporate_action_id), count(distinct parent_id),
            count(distinct previous_id), count(distinct journal), count(distinct source_symbol),
            count(distinct target_symbol), count(distinct old_qty), count(distinct new_qty),
            count(distinct swap_rate)
        ) as contents
    from repeated
    group by activity_id, source, status

),

counted as (

    select activity_id, (sum(contents) - count(*))::bigint as conflicts
    from parsed
    group by activity_id

)

select
    activity_states.* exclude (is_latest) replace (
        if(is_exact_reversal or reversal_rank > 1, 'canceled', status) as status
    ),
    coalesce(counted.conflicts, 0) as conflicts
from events.activity_states
left join counted on counted.activity_id = activity_states.activity_id
where activity_states.is_latest
