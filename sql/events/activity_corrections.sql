-- title: Which activity reverses or replaces which earlier one
-- reads: merged_states
-- columns:
--   target_symbol: the security of the activity that it reverses or replaces
--   seq: its number among those that refer to the same activity, in the order received
--
-- One row for each activity whose last state refers to an earlier one in `previous_id`.
-- What is the exact opposite of what it refers to, and says nothing new, only reverses it
-- (`is_exact_reversal`). What is the opposite of such a reversal books the money again.
-- Of several that replace one activity, the first received counts (`reversal_rank` 1).
with

last_states as (

    from events.merged_states where is_last

),

references_to_earlier as (

    select
        own.activity_id,
        own.previous_id,
        own.status,
        own.system_date,
        own.event_at,
        own.receipt_order,
        target.symbol as target_symbol,
        coalesce(
            own.status <> 'canceled'
            and own.entry_type = target.entry_type
            and own.account_id = target.account_id
            and (own.symbol is not distinct from target.symbol
                or coalesce(own.symbol_from, 'details') = 'details')
            and own.qty = -target.qty
            and own.net_amount = -target.net_amount
            and (own.qty <> 0 or own.net_amount <> 0),
            false
        ) as is_opposite
    from last_states as own
    left join last_states as target on target.activity_id = own.previous_id
    where own.previous_id is not null and own.status in ('executed', 'correct', 'canceled')

),

classified as (

    select
        own.* exclude (is_opposite),
        own.is_opposite and not coalesce(target.is_opposite, false) as is_exact_reversal
    from references_to_earlier as own
    left join references_to_earlier as target on target.activity_id = own.previous_id

)

select
    * exclude (status),
    row_number() over (partition by previous_id order by receipt_order) as seq,
    if(is_exact_reversal or status = 'canceled', 1, row_number() over (
        partition by previous_id, is_exact_reversal or status = 'canceled' order by receipt_order
    )) as reversal_rank
from classified
