-- title: What each activity does to the position and the cash of its account
-- reads: state_effects, activity_states
--
-- The last state of each id that the night may see, where it counts.
select
    state_effects.activity_id,
    state_effects.account_id,
    state_effects.symbol,
    state_effects.entry_type,
    state_effects.entry_sub_type,
    state_effects.qty_delta,
    state_effects.cash_delta,
    state_effects.corporate_action,
    state_effects.contra,
    state_effects.group_key,
    state_effects.system_date,
    state_effects.settle_date,
    state_effects.event_at,
    state_effects.received
from state_effects
semi join activity_states
    on activity_states.activity_id = state_effects.activity_id
    and activity_states.state = state_effects.state
where state_effects.is_last and state_effects.is_counted
