-- title:    An account traded while it was blocked
-- severity: S2
-- scope:    account
-- reads:    executions, account_states, admin_actions, coverage
-- params:   none
--
-- While an account, or its trading, is blocked no order of it may be filled: the moment of the fill
-- is compared with the moments of the block and its end. A bust or a correction is no new trade.
-- The broker's staff may sell what a blocked account holds: a liquidation that they reported for that
-- account (and symbol, if it names one) on the date of the fill or within the five days before it
-- is within tolerance.
-- `not_evaluated`: fills while blocked where the stream of the staff's actions is not read.
-- No row where the stream of account events is not read, nor for an account it does not know.
-- Clears when the fills are busted, or the event that ended the block is read.
with

changes as (

    select
        account_id,
        event_at,
        coalesce(last_value(trading_blocked ignore nulls) over so_far, false)
        or coalesce(last_value(account_blocked ignore nulls) over so_far, false) as is_blocked
    from account_states
    where exists (select 1 from coverage where coverage.stream = 'account_status')
    window so_far as (
        partition by account_id order by step rows between unbounded preceding and current row
    )
    qualify row_number() over (partition by account_id, event_at order by step desc) = 1

),

spans as (

    select
        *,
        lead(event_at) over (partition by account_id order by event_at) as until
    from changes

),

fills as (

    select
        account_id, symbol, execution_id, system_date, coalesce(executed_at, event_at) as at
    from executions
    where event in ('fill', 'partial_fill')
        and execution_id not in (
            select previous_execution_id
            from executions
            where event = 'trade_bust' and previous_execution_id is not null
        )

),

fills_with_block as (

    select
        fills.account_id,
        fills.execution_id,
        spans.is_blocked,
        exists (
            select 1
            from admin_actions
            where admin_actions.type = 'liquidation_admin_event'
                and admin_actions.belongs_to_id = fills.account_id
                and coalesce(nullif(admin_actions.symbol, ''), fills.symbol) = fills.symbol
                and admin_actions.system_date between fills.system_date - 5 and fills.system_date
        ) as is_liquidation
    from fills
    inner join spans
        on spans.account_id = fills.account_id
        and fills.at >= spans.event_at
        and fills.at < coalesce(spans.until, 'infinity'::timestamptz)

),

accounts as (

    select
        account_id,
        count(*) filter (where is_blocked and not is_liquidation) as wrong,
        count(*) filter (where is_blocked and is_liquidation) as liquidated,
        list(execution_id order by execution_id) filter (where is_blocked and not is_liquidation)
            as wrong_fills,
        list(execution_id order by execution_id) filter (where is_blocked) as all_fills
    from fills_with_block
    group by account_id

),

verdicts as (

    select
        account_id,
        'fills while blocked' as subject,
        case
            when wrong > 0
                and not exists (select 1 from coverage where coverage.stream = 'admin_action')
                then 'not_evaluated'
            when wrong > 0 then 'break'
            when liquidated > 0 then 'within_tolerance'
            else 'pass'
        end as verdict,
        '0' as expected,
        concat(wrong, if(liquidated > 0, ' and ' || liquidated || ' by liquidation', '')) as actual,
        wrong::decimal(38, 9) as difference,
        'fills' as unit,
        coalesce(if(wrong > 0, wrong_fills, all_fills), [])::varchar[] as evidence
    from accounts

)

select * from verdicts
