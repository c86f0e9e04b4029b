-- title: Every state of every non-trade activity, each economic event once
-- reads: merged_states, activity_group_keys, activity_corrections
-- columns:
--   is_latest: whether it is the activity's last state
--
-- The states that the broker sent, and one more for each activity that a later one refers to: it is
-- canceled on the date of the later one (`corrected_by`), unless it is canceled already.
-- `state` counts an activity's states in the order received. `changed` is false where a state was
-- sent again with the same economics.
with

-- An exact reversal is of the security that it reverses, whatever its own details name.
sent as (

    select
        states.* exclude (action_family, group_hint) replace (
            if(own.is_exact_reversal, own.target_symbol, states.symbol) as symbol,
            group_keys.group_id as group_id
        ),
        group_keys.group_key,
        null::varchar as corrected_by,
        coalesce(own.is_exact_reversal, false) as is_exact_reversal,
        coalesce(own.reversal_rank, 1) as reversal_rank
    from events.merged_states as states
    inner join events.activity_group_keys as group_keys
        on group_keys.source = states.source and group_keys.receipt_order = states.receipt_order
    left join events.activity_corrections as own on own.activity_id = states.activity_id

),

-- A tax on a dividend that does not print what it was withheld on refers to the dividend.
sent_with_gross as (

    select
        sent.* replace (
            case when sent.entry_type in ('DIVNRA', 'DIVWH')
            then coalesce(sent.gross_amount, abs(parent.net_amount))
            else sent.gross_amount end as gross_amount
        )
    from sent
    left join events.merged_states as parent
        on parent.activity_id = sent.parent_id and parent.is_last

),

canceled_by_later as (

    select
        sent.* replace (
            'canceled' as status,
            correction.system_date as system_date,
            correction.event_at as event_at,
            correction.receipt_order as receipt_order,
            correction.activity_id as corrected_by
        )
    from sent
    inner join events.activity_corrections as correction
        on correction.previous_id = sent.activity_id and correction.seq = 1
    where sent.is_last and sent.status <> 'canceled'

),

every_state as (

    from sent_with_gross
    union all by name
    from canceled_by_later

)

select
    * exclude (is_last),
    row_number() over states as state,
    lead(activity_id) over states is null as is_latest,
    corrected_by is not null
    or lag((status, account_id, entry_type, entry_sub_type, symbol, qty, price, net_amount,
        system_date, settle_date)) over states
    is distinct from (status, account_id, entry_type, entry_sub_type, symbol, qty, price,
        net_amount, system_date, settle_date) as changed
from every_state
-- What the older stream only announced is before what the newer one says of it.
window states as (
    partition by activity_id order by corrected_by is not null, source = 'activities', receipt_order
)
