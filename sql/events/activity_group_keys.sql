-- title: Which corporate action of its account each state of an activity is a leg of
-- reads: merged_states
--
-- One row for each row of `merged_states`, known by its stream and order of receipt.
-- The legs of one action come minutes apart, on both sides of midnight, and not all of them name
-- their group. `group_key` ties them by the broker's group or action where a leg names one; else by
-- the one that all legs near it name; else by type, symbol and the first of their booking dates.
-- Legs are near each other if each is booked at most five days after the one before it.
with

legs as (

    select
        source, receipt_order, activity_id, account_id, system_date,
        action_family, entry_sub_type, group_hint, group_id,
        coalesce(group_id, if(entry_type = 'OPCA', null, corporate_action_id)) as named_action
    from events.merged_states

),

spaced as (

    select
        *,
        coalesce(system_date - lag(system_date) over same_hint > 5, false) as begins_group
    from legs
    window same_hint as (
        partition by account_id, action_family, entry_sub_type, group_hint
        order by system_date, receipt_order
    )

),

numbered as (

    select
        *,
        sum(begins_group::int) over (
            partition by account_id, action_family, entry_sub_type, group_hint
            order by system_date, receipt_order
        ) as group_number
    from spaced

),

-- What the legs near a leg name, if they all name the same.
near as (

    select
        *,
        min(system_date) over near_legs as first_date,
        if(
            min(named_action) over near_legs = max(named_action) over near_legs,
            min(named_action) over near_legs, null
        ) as near_action,
        max(group_id) over near_legs as near_group
    from numbered
    window near_legs as (
        partition by account_id, action_family, entry_sub_type, group_hint, group_number
    )

)

select
    source,
    receipt_order,
    activity_id,
    system_date,
    if(named_action is null and near_action is not null, near_group, group_id) as group_id,
    account_id || ' ' || action_family || ' ' || coalesce(
        named_action,
        near_action,
        concat_ws(' ', entry_sub_type, nullif(group_hint, ''), first_date)
    ) as group_key
from near
