-- title: What each activity does to the position and the cash of its account
-- reads: activities, activity_types
--
-- `executed` and `correct` count alike; `pending` and `canceled` do not. The allow-list of types
-- says whether the quantity is a share movement (a fee's is not) and the amount is cash. A type
-- that is not on the list counts with both, against suspense: money is never dropped.
with

effective as (

    select
        activities.*,
        coalesce(exact.moves_qty, whole.moves_qty, symbol is not null) as moves_qty,
        coalesce(exact.moves_cash, whole.moves_cash, true) as moves_cash,
        coalesce(exact.corporate_action, whole.corporate_action, false) as corporate_action,
        coalesce(exact.contra, whole.contra, 'SUSP:UNCLASSIFIED') as contra
    from activities
    left join activity_types as exact
        on exact.entry_type = activities.entry_type
        and exact.entry_sub_type = activities.entry_sub_type
    left join activity_types as whole
        on whole.entry_type = activities.entry_type and whole.entry_sub_type is null
    where activities.status in ('executed', 'correct')

)

select
    activity_id,
    account_id,
    symbol,
    entry_type,
    entry_sub_type,
    case when moves_qty then qty else 0 end::decimal(38, 9) as qty_delta,
    case when moves_cash then net_amount else 0 end::decimal(38, 9) as cash_delta,
    corporate_action,
    contra,
    group_key,
    system_date,
    settle_date,
    event_at,
    received
from effective
