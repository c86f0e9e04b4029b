-- title: What each activity does to the position and the cash of its account
-- scope: account
-- reads: activity_entries, activity_states
--
-- The last state of each id that the night may see, where it counts.
select
    activity_entries.activity_id,
    activity_entries.account_id,
    activity_entries.symbol,
    activity_entries.entry_type,
    activity_entries.entry_sub_type,
    activity_entries.qty_delta,
    activity_entries.cash_delta,
    activity_entries.corporate_action,
    activity_entries.contra,
    activity_entries.group_key,
    activity_entries.system_date,
    activity_entries.settle_date,
    activity_entries.event_at,
    activity_entries.receipt_order
from activity_entries
semi join activity_states
    on activity_states.activity_id = activity_entries.activity_id
    and activity_states.state = activity_entries.state
where activity_entries.is_last and activity_entries.is_counted
