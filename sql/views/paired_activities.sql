-- title: What the older and the newer stream of activities report under each id
-- scope: account
-- reads: nta_states, typed_states, activity_states
-- columns:
--   only_in: the stream that alone has it: nta or activities; null if both have
--   newer_type: the newer stream's type under the name that the older one had for it
--   older: the row of nta_states; its columns are null if there is none
--   newer: the row of typed_states; its columns are null if there is none
--
-- One row an activity that either stream reports. `older` and `newer` are the states in which both
-- can be compared: the last that is neither a cancel nor, of the older stream, an announcement
-- (pending). `only_in` is the stream that alone has the activity.
-- What is no difference between the streams is levelled here: no price is a price of zero;
-- `newer_type` is the newer stream's type under the name that the older one had for it (transfers
-- free of payment were ACATS or ACATC, reorganisations REORG, and memos came under other names);
-- a cancel is the status of the id on the older stream, and an activity that refers to it on the
-- newer: `is_canceled` says either. What only reverses another has no id on the older stream, and
-- so no row here.
with

older as (

    select
        * replace (coalesce(price, 0) as price),
        coalesce(bool_or(status = 'canceled') over (partition by activity_id), false) as is_canceled
    from nta_states
    where status <> 'pending'
    qualify row_number() over (
        partition by activity_id order by status = 'canceled', is_outdated, receipt_order desc
    ) = 1

),

newer as (

    select
        * replace (coalesce(price, 0) as price),
        coalesce(bool_or(status = 'canceled') over (partition by activity_id), false)
        or activity_id in (
            select previous_id from typed_states where previous_id is not null
        ) as is_canceled
    from typed_states
    qualify row_number() over (
        partition by activity_id order by status = 'canceled', is_outdated, receipt_order desc
    ) = 1

)

select
    coalesce(older.activity_id, newer.activity_id) as activity_id,
    coalesce(older.account_id, newer.account_id) as account_id,
    coalesce(older.symbol, newer.symbol) as symbol,
    case
        when older.activity_id is null then 'activities'
        when newer.activity_id is null then 'nta'
    end as only_in,
    if(
        'MEM' in (older.entry_type, newer.entry_type)
        or (newer.entry_type = 'FOPT' and older.entry_type in ('ACATS', 'ACATC'))
        or (newer.entry_type = 'REO' and older.entry_type = 'REORG'),
        older.entry_type, newer.entry_type
    ) as newer_type,
    older,
    newer
from older
full join newer on newer.activity_id = older.activity_id
where older.activity_id is not null
    or newer.previous_id is null
    or (newer.status <> 'canceled' and newer.activity_id not in (
        select activity_id from activity_states where is_exact_reversal
    ))
