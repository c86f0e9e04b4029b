-- title: Which time of a corporate action the positions after the executions support
-- scope: account
-- reads: execution_effects, activity_entries, movements, opening_positions, accounting_assumptions
-- columns:
--   subject: the execution
--
-- An execution carries the position after it. One that lies between the beginning of an action's
-- system date (20:00 New York the evening before) and the instant at which its leg was sent tells
-- from which of them the broker counts the leg. One row per such execution: whether its position
-- is the sum of all known movements as the value in force has it, else the value that gives it.
with

activities as (

    select
        account_id,
        symbol,
        qty as moved,
        (system_date::timestamp - interval 4 hours) at time zone 'America/New_York' as begins_at,
        event_at as sent_at,
        event_id in (select activity_id from activity_entries where corporate_action)
        and count(*) over (partition by event_id) = 1 as is_leg
    from movements
    where kind = 'activity' and qty <> 0

),

executed as (

    select
        *,
        sum(coalesce(qty_delta, 0)) over (
            partition by account_id, symbol order by event_at, receipt_order rows unbounded preceding
        ) as traded
    from execution_effects
    where (account_id, symbol) in (select (account_id, symbol) from activities where is_leg)

),

seen as (

    select
        executed.execution_id,
        executed.account_id,
        executed.symbol,
        executed.position_qty - executed.traded as of_activities,
        coalesce(sum(moved) filter (not is_leg and sent_at <= event_at), 0) as of_others,
        coalesce(sum(moved) filter (is_leg and begins_at <= event_at), 0) as of_begun,
        coalesce(sum(moved) filter (is_leg and sent_at <= event_at), 0) as of_sent
    from executed
    inner join activities
        on activities.account_id = executed.account_id and activities.symbol = executed.symbol
    where executed.position_qty is not null
    group by executed.execution_id, executed.account_id, executed.symbol, of_activities
    having of_begun <> of_sent

),

opened as (

    select account_id, symbol, sum(qty) as qty
    from opening_positions
    group by account_id, symbol

),

judged as (

    select
        seen.*,
        case of_activities - of_others - coalesce(opened.qty, 0)
            when of_begun then 'beginning_of_day'
            when of_sent then 'as_sent'
        end as supported
    from seen
    left join opened on opened.account_id = seen.account_id and opened.symbol = seen.symbol

)

select
    'corporate_actions_at' as assumption,
    judged.account_id,
    'execution ' || judged.execution_id as subject,
    coalesce(judged.supported = chosen.value, false) as holds,
    nullif(judged.supported, chosen.value) as instead
from judged
inner join accounting_assumptions as chosen on chosen.assumption = 'corporate_actions_at'
