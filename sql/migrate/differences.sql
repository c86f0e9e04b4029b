-- What the older streams and the activity stream report otherwise, identity by identity and field by
-- field, over system dates from $since to $until. `pair` is nta or trades, the older stream;
-- `only_in` the stream that alone has the id; `fields` those that both name and report otherwise, as
-- `name: older | activity`. Ids that are alike have one row too, with neither. What is no difference
-- stands in `paired_activities`.
with

activities as (

    select
        'nta' as pair,
        coalesce(older.entry_type, newer.entry_type) as type,
        coalesce(older.entry_sub_type, newer.entry_sub_type, '') as sub_type,
        activity_id as identity,
        account_id,
        coalesce(older.system_date, newer.system_date) as system_date,
        only_in,
        [
            {name: 'account_id', older: older.account_id, newer: newer.account_id},
            {name: 'type', older: older.entry_type, newer: newer_type},
            {name: 'sub_type', older: older.entry_sub_type, newer: newer.entry_sub_type},
            {name: 'canceled', older: older.is_canceled::varchar,
                newer: newer.is_canceled::varchar},
            {name: 'symbol', older: older.symbol, newer: newer.symbol},
            {name: 'cusip', older: older.cusip, newer: newer.cusip},
            {name: 'qty', older: plain(older.qty), newer: plain(newer.qty)},
            {name: 'price', older: plain(older.price), newer: plain(newer.price)},
            {name: 'net_amount', older: plain(older.net_amount), newer: plain(newer.net_amount)},
            {name: 'settle_date', older: older.settle_date::varchar,
                newer: newer.settle_date::varchar},
            {name: 'system_date', older: older.system_date::varchar,
                newer: newer.system_date::varchar},
            {name: 'swap_rate', older: older.swap_rate::varchar,
                newer: newer.swap_rate::varchar},
            {name: 'group_id', older: older.group_id, newer: newer.group_id},
            {name: 'corporate_action_id', older: older.corporate_action_id,
                newer: newer.corporate_action_id},
            {name: 'parent_id', older: older.parent_id, newer: newer.parent_id},
            {name: 'journal_id', older: older.journal_id, newer: newer.journal_id},
            {name: 'rate', older: plain(older.rate), newer: plain(newer.rate)},
            {name: 'entitled_qty', older: plain(older.entitled_qty),
                newer: plain(newer.entitled_qty)},
            {name: 'record_date', older: older.record_date::varchar,
                newer: newer.record_date::varchar},
            {name: 'old_qty', older: plain(older.old_qty), newer: plain(newer.old_qty)},
            {name: 'new_qty', older: plain(older.new_qty), newer: plain(newer.new_qty)},
            {name: 'cash_rate', older: plain(older.cash_rate), newer: plain(newer.cash_rate)},
            {name: 'exchange_rate', older: plain(older.exchange_rate),
                newer: plain(newer.exchange_rate)},
            {name: 'tax_rate', older: plain(older.tax_rate), newer: plain(newer.tax_rate)}
        ] as fields
    from paired_activities

),

-- An activity that is canceled and refers to no other is no execution.
executions as (

    select
        * exclude (only_in),
        case
            when only_in is not null then only_in
            when activity.status not in ('executed', 'correct')
                and activity.previous_execution_id is null then 'trades'
        end as only_in
    from paired_executions

),

trades as (

    select
        'trades' as pair,
        'TRD' as type,
        coalesce(trade.event, activity.event) as sub_type,
        execution_id as identity,
        account_id,
        system_date,
        only_in,
        [
            {name: 'account_id', older: trade.account_id, newer: activity.account_id},
            {name: 'event', older: trade.event, newer: if(
                activity.event = 'fill' and trade.event = 'partial_fill', trade.event, activity.event
            )},
            {name: 'previous_id', older: coalesce(trade.previous_execution_id, 'none'),
                newer: coalesce(activity.previous_execution_id, 'none')},
            {name: 'order_id', older: trade.order_id, newer: activity.order_id},
            {name: 'symbol', older: trade.symbol, newer: activity.symbol},
            {name: 'asset_id', older: trade.asset_id, newer: activity.asset_id},
            {name: 'side', older: replace(trade.side, 'sell_short', 'sell'), newer: activity.side},
            {name: 'qty', older: plain(abs(trade.qty)), newer: plain(activity.qty)},
            {name: 'price', older: plain(trade.price), newer: plain(activity.price)},
            {name: 'order_filled_qty', older: plain(trade.order_filled_qty),
                newer: plain(activity.order_filled_qty)},
            {name: 'settle_date', older: trade.settle_date::varchar,
                newer: activity.settle_date::varchar},
            {name: 'system_date', older: trade.system_date::varchar,
                newer: activity.system_date::varchar}
        ] as fields
    from executions

),

pairs as (

    select * from activities
    union all by name
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
from pairs
where system_date between $since and $until
order by all
