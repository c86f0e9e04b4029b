-- title:    A fill that the account's state at Upvest does not allow
-- severity: S2
-- scope:    all
-- reads:    upvest_account_states, upvest_group_states, account_map, executions, order_events
-- params:   none
--
-- An account that is closing may sell only; one that awaits approval, is locked or is closed, or is
-- in a group that is locked, trades not at all. Its trades are booked in the account at Alpaca that
-- the user's list names beside it, and each fill is held against the state at its very moment.
-- An order that was placed before that state may still be filled: within tolerance. A purchase that
-- only covers shares sold short is no purchase. A bust or a correction is no new trade.
-- `not_evaluated`: the order's placing is not archived, so it may have been before.
-- No row for an account that the list does not name. Clears when the fills are busted.
with

account_statuses as (

    select
        account_id,
        updated_at,
        status,
        lead(updated_at) over (partition by account_id order by step) as until
    from upvest_account_states

),

group_statuses as (

    select
        group_id,
        updated_at,
        status,
        lead(updated_at) over (partition by group_id order by step) as until
    from upvest_group_states

),

mapped as (

    select account_map.account_id, account_map.upvest_account_id, groups.account_group_id
    from account_map
    inner join (
        select account_id, last(account_group_id order by step) as account_group_id
        from upvest_account_states
        group by account_id
    ) as groups on groups.account_id = account_map.upvest_account_id

),

fills as (

    select
        mapped.*,
        executions.execution_id,
        executions.order_id,
        executions.side = 'buy' and coalesce(executions.position_qty, 1) > 0 as is_purchase,
        coalesce(executions.executed_at, executions.event_at) as at
    from executions
    inner join mapped on mapped.account_id = executions.account_id
    where executions.event in ('fill', 'partial_fill')
        and executions.execution_id not in (
            select previous_execution_id
            from executions
            where event = 'trade_bust' and previous_execution_id is not null
        )

),

placed as (

    select order_id, min(event_at) as placed_at
    from order_events
    where event not in ('fill', 'partial_fill', 'trade_bust', 'trade_correct')
    group by order_id

),

fills_against_state as (

    select
        fills.account_id,
        fills.execution_id,
        case
            when account_statuses.status in ('PENDING_APPROVAL', 'LOCKED', 'CLOSED')
                then account_statuses.status
            when account_statuses.status = 'CLOSING' and fills.is_purchase then 'CLOSING'
            when group_statuses.status = 'LOCKED' then 'LOCKED group'
        end as against,
        if(against = 'LOCKED group', group_statuses.updated_at, account_statuses.updated_at) as since,
        case
            when against is null then 'pass'
            when placed.placed_at < since then 'within_tolerance'
            when placed.placed_at is null then 'not_evaluated'
            else 'break'
        end as verdict
    from fills
    left join account_statuses
        on account_statuses.account_id = fills.upvest_account_id
        and fills.at >= account_statuses.updated_at
        and fills.at < coalesce(account_statuses.until, 'infinity'::timestamptz)
    left join group_statuses
        on group_statuses.group_id = fills.account_group_id
        and fills.at >= group_statuses.updated_at
        and fills.at < coalesce(group_statuses.until, 'infinity'::timestamptz)
    left join placed on placed.order_id = fills.order_id

),

accounts as (

    select
        account_id,
        count(*) filter (where verdict = 'break') as wrong,
        case
            when bool_or(verdict = 'break') then 'break'
            when bool_or(verdict = 'not_evaluated') then 'not_evaluated'
            when bool_or(verdict = 'within_tolerance') then 'within_tolerance'
            else 'pass'
        end as worst
    from fills_against_state
    group by account_id

),

verdicts as (

    select
        accounts.account_id,
        'fills against the state at Upvest' as subject,
        worst as verdict,
        '0' as expected,
        wrong::varchar
        || coalesce(' while ' || max(fills.against) filter (where fills.verdict = worst), '')
            as actual,
        wrong::decimal(38, 9) as difference,
        'fills' as unit,
        coalesce(
            list(fills.execution_id order by fills.execution_id)
                filter (where fills.verdict = worst and worst <> 'pass'),
            []
        ) as evidence
    from accounts
    inner join fills_against_state as fills on fills.account_id = accounts.account_id
    group by accounts.account_id, worst, wrong

)

select * from verdicts
