-- title:    A transaction that was canceled by hand is still counted
-- severity: S1
-- scope:    account
-- reads:    admin_actions, calendar, coverage, books_after, activities_to_date
-- params:   none
--
-- When the broker's staff cancel a transaction they say so on the stream of admin actions, with its
-- id. So the activity of that id is canceled too, or an opposite one of the same account, type and
-- security is booked; if neither, the books count what the broker does not. An action that another
-- one replaces says nothing any more.
-- Pending until the next settlement day after the action, then a break. `not_evaluated`: no
-- activity with that id is archived; it may be older than the books. That an activity is canceled
-- without any such action is no break: not every cancel is done by hand.
-- Clears when the activity is canceled or reversed.
with

actions as (

    select event_id, transaction_id, entry_type, belongs_to_kind, belongs_to_id, system_date
    from admin_actions
    where type = 'transaction_cancel_admin_event'
        and system_date > (select books_after.system_date from books_after)
        and event_id not in (
            select replaces_event_id from admin_actions where replaces_event_id is not null
        )
        and exists (select 1 from coverage where stream = 'admin_action')

),

transactions as (

    select
        transaction_id,
        if(bool_or(belongs_to_kind = 'account'), max(belongs_to_id), null) as belongs_to_id,
        max(entry_type) as entry_type,
        min(system_date) as canceled_on,
        list(event_id order by event_id) as event_ids
    from actions
    group by transaction_id, if(transaction_id is null, event_id, null)

),

canceled_activities as (

    select
        transactions.*,
        activities.account_id,
        activities.symbol,
        activities.status,
        activities.is_booked,
        activities.activity_id,
        (
            select min(opposite.activity_id) from activities_to_date as opposite
            where opposite.account_id = activities.account_id
                and opposite.entry_type = activities.entry_type
                and opposite.symbol is not distinct from activities.symbol
                and opposite.qty = -activities.qty
                and opposite.net_amount = -activities.net_amount
                and (opposite.qty <> 0 or opposite.net_amount <> 0)
                and opposite.is_booked
                and opposite.receipt_order > activities.receipt_order
        ) as opposite_id
    from transactions
    left join activities_to_date as activities
        on activities.activity_id = transactions.transaction_id

),

verdicts as (

    select
        coalesce(account_id, belongs_to_id) as account_id,
        symbol,
        coalesce('activity ' || transaction_id, 'action ' || event_ids[1]) as subject,
        case
            when activity_id is null then 'not_evaluated'
            when not is_booked or opposite_id is not null then 'pass'
            else 'break'
        end as verdict,
        'canceled' as expected,
        case
            when activity_id is null then 'not known'
            when opposite_id is not null then 'reversed'
            else status
        end as actual,
        calendar.next_settlement as due_date,
        list_filter(event_ids || [activity_id, opposite_id], lambda one: one is not null)
            as evidence
    from canceled_activities
    left join calendar on calendar.date = canceled_activities.canceled_on

)

select * from verdicts
