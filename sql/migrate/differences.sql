-- What the older streams and the activity stream tell otherwise, identity by identity and field by
-- field, over system dates from $since to $until. `pair` is nta or trades, the older stream;
-- `only_in` the stream that alone has the id; `fields` those that both name and tell otherwise, as
-- `name: older | activity`. Ids that are alike have one row too, with neither. No difference:
-- a price of zero for none, a type that the broker renamed, a cancel that the one tells by the
-- status of the id and the other by a reference, and an announcement (pending).
with

legacy as (

    select
        *,
        bool_or(status = 'canceled') over (partition by activity_id) as is_canceled
    from events.nta_states
    where status <> 'pending'
    qualify row_number() over (
        partition by activity_id order by status = 'canceled', is_outdated, receipt_order desc
    ) = 1

),

newer as (

    select
        *,
        bool_or(status = 'canceled') over (partition by activity_id)
        or activity_id in (
            select previous_id from events.typed_states where previous_id is not null
        ) as is_canceled
    from events.typed_states
    qualify row_number() over (
        partition by activity_id order by status = 'canceled', is_outdated, receipt_order desc
    ) = 1

),

activities as (

    select
        'nta' as pair,
        coalesce(legacy.entry_type, newer.entry_type) as type,
        coalesce(legacy.entry_sub_type, newer.entry_sub_type, '') as sub_type,
        coalesce(legacy.activity_id, newer.activity_id) as identity,
        coalesce(legacy.account_id, newer.account_id) as account_id,
        coalesce(legacy.system_date, newer.system_date) as system_date,
        case
            when legacy.activity_id is null then 'activities'
            when newer.activity_id is null then 'nta'
        end as only_in,
        [
            {name: 'account_id', older: legacy.account_id, newer: newer.account_id},
            {name: 'type', older: legacy.entry_type, newer: if(
                'MEM' in (legacy.entry_type, newer.entry_type)
                or (newer.entry_type = 'FOPT' and legacy.entry_type in ('ACATS', 'ACATC'))
                or (newer.entry_type = 'REO' and legacy.entry_type = 'REORG'),
                legacy.entry_type, newer.entry_type
            )},
            {name: 'sub_type', older: legacy.entry_sub_type, newer: newer.entry_sub_type},
            {name: 'canceled', older: legacy.is_canceled::varchar,
                newer: newer.is_canceled::varchar},
            {name: 'symbol', older: legacy.symbol, newer: newer.symbol},
            {name: 'cusip', older: legacy.cusip, newer: newer.cusip},
            {name: 'qty', older: plain(legacy.qty), newer: plain(newer.qty)},
            {name: 'price', older: plain(coalesce(legacy.price, 0)),
                newer: plain(coalesce(newer.price, 0))},
            {name: 'net_amount', older: plain(legacy.net_amount), newer: plain(newer.net_amount)},
            {name: 'settle_date', older: legacy.settle_date::varchar,
                newer: newer.settle_date::varchar},
            {name: 'system_date', older: legacy.system_date::varchar,
                newer: newer.system_date::varchar},
            {name: 'swap_rate', older: legacy.swap_rate::varchar,
                newer: newer.swap_rate::varchar},
            {name: 'group_id', older: legacy.group_id, newer: newer.group_id},
            {name: 'corporate_action_id', older: legacy.corporate_action_id,
                newer: newer.corporate_action_id},
            {name: 'parent_id', older: legacy.parent_id, newer: newer.parent_id},
            {name: 'journal_id', older: legacy.journal_id, newer: newer.journal_id},
            {name: 'rate', older: plain(legacy.rate), newer: plain(newer.rate)},
            {name: 'entitled_qty', older: plain(legacy.entitled_qty),
                newer: plain(newer.entitled_qty)},
            {name: 'record_date', older: legacy.record_date::varchar,
                newer: newer.record_date::varchar},
            {name: 'old_qty', older: plain(legacy.old_qty), newer: plain(newer.old_qty)},
            {name: 'new_qty', older: plain(legacy.new_qty), newer: plain(newer.new_qty)},
            {name: 'cash_rate', older: plain(legacy.cash_rate), newer: plain(newer.cash_rate)},
            {name: 'exchange_rate', older: plain(legacy.exchange_rate),
                newer: plain(newer.exchange_rate)},
            {name: 'tax_rate', older: plain(legacy.tax_rate), newer: plain(newer.tax_rate)}
        ] as fields
    from legacy
    full join newer on newer.activity_id = legacy.activity_id
    -- What only takes another back has no id of its own on the older stream.
    where legacy.activity_id is not null
        or newer.previous_id is null
        or (newer.status <> 'canceled' and newer.activity_id not in (
            select activity_id from events.activity_states where is_exact_reversal
        ))

),

trades as (

    select
        'trades' as pair,
        'TRD' as type,
        coalesce(older.event, newer.event) as sub_type,
        coalesce(older.execution_id, newer.execution_id) as identity,
        coalesce(older.account_id, newer.account_id) as account_id,
        coalesce(older.system_date, newer.system_date) as system_date,
        case
            when older.execution_id is null then 'activities'
            when newer.execution_id is null then 'trades'
        end as only_in,
        [
            {name: 'account_id', older: older.account_id, newer: newer.account_id},
            {name: 'event', older: older.event, newer: if(
                newer.event = 'fill' and older.event = 'partial_fill', older.event, newer.event
            )},
            {name: 'previous_id', older: coalesce(older.previous_execution_id, 'none'),
                newer: coalesce(newer.previous_execution_id, 'none')},
            {name: 'order_id', older: older.order_id, newer: newer.order_id},
            {name: 'symbol', older: older.symbol, newer: newer.symbol},
            {name: 'asset_id', older: older.asset_id, newer: newer.asset_id},
            {name: 'side', older: replace(older.side, 'sell_short', 'sell'), newer: newer.side},
            {name: 'qty', older: plain(abs(older.qty)), newer: plain(newer.qty)},
            {name: 'price', older: plain(older.price), newer: plain(newer.price)},
            {name: 'order_filled_qty', older: plain(older.order_filled_qty),
                newer: plain(newer.order_filled_qty)},
            {name: 'settle_date', older: older.settle_date::varchar,
                newer: newer.settle_date::varchar},
            {name: 'system_date', older: older.system_date::varchar,
                newer: newer.system_date::varchar}
        ] as fields
    from (select * from events.executions where source = 'trades') as older
    full join (
        select *
        from events.trade_activities
        where status in ('executed', 'correct') or previous_execution_id is not null
    ) as newer on newer.execution_id = older.execution_id

),

every_one as (

    select * from activities
    union all
    select * from trades

)

select
    pair,
    concat_ws('/', type, nullif(sub_type, '')) as type,
    identity,
    account_id,
    system_date,
    only_in,
    case when only_in is null then list_transform(
        list_filter(fields, lambda field: field.older <> field.newer),
        lambda field: field.name || ': ' || field.older || ' | ' || field.newer
    ) else [] end as fields
from every_one
where system_date between $since and $until
order by all
