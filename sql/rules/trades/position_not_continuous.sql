-- title:    The position the broker reports after an execution does not follow from the last one
-- severity: S1
-- scope:    account
-- reads:    reported_positions, movements, opening, calendar
-- params:   system_date
--
-- Every execution carries the position after it. It must be the position before, plus what the
-- execution moved, plus what activities moved in between (`reported_positions` has by how much it
-- is not). Where it changes otherwise, an event was lost, doubled or booked wrongly just before; a
-- gap that stays is no second break, nor is one from before the closing that the night begins with.
-- A correction's unknown effect and an absent number are not evaluated, and the next gap counts
-- from there; so does a bust of an execution from before books that have no opening.
-- Law NEAR: when exactly the broker counts an activity is not documented. A change as large as an
-- activity of that symbol, or all of one day, within one session of it is pending. It is within
-- tolerance once the next or the last change reverses it, or if by the due date nothing traded
-- since the next session.
-- What only the activity stream reports has no position and no row.
-- Clears when a later replay brings the lost event.
with

activity_moves as (

    select account_id, symbol, system_date, qty
    from movements
    where kind = 'activity' and qty <> 0

),

-- Each activity alone, and all of one day together.
activity_sizes as (

    select account_id, symbol, system_date, abs(qty) as size from activity_moves
    union by name
    select account_id, symbol, system_date, abs(sum(qty)) as size
    from activity_moves
    group by account_id, symbol, system_date

),

changes_near_activities as (

    select distinct positions.execution_id
    from reported_positions as positions
    inner join activity_sizes as sizes
        on sizes.account_id = positions.account_id
        and sizes.symbol = positions.symbol
        and sizes.size = abs(positions.change)
    inner join calendar
        on calendar.date = sizes.system_date
        and positions.trade_date between calendar.previous_session and calendar.next_session

),

positions_in_order as (

    select
        *,
        lag(execution_id) over in_order as execution_before,
        lag(nullif(change, 0) ignore nulls) over in_order as change_before,
        lead(nullif(change, 0) ignore nulls) over in_order as change_after,
        max(trade_date) over (partition by account_id, symbol) as last_traded
    from reported_positions
    window in_order as (partition by account_id, symbol order by place)

),

-- Only a change near an activity may still be reversed.
positions_with_deadline as (

    select
        positions_in_order.*,
        near.execution_id is not null as is_near_activity,
        if(is_near_activity, calendar.next_settlement, null) as due_date,
        calendar.next_session
    from positions_in_order
    left join changes_near_activities as near
        on near.execution_id = positions_in_order.execution_id
    left join calendar on calendar.date = positions_in_order.trade_date

),

verdicts as (

    select
        account_id,
        symbol,
        'execution ' || execution_id as subject,
        case
            when change is null then 'not_evaluated'
            when change = 0 then 'pass'
            when event = 'trade_bust' and not target_known
                and not exists (select 1 from opening)
            then 'not_evaluated'
            when not is_near_activity then 'break'
            when -change in (change_before, change_after) then 'within_tolerance'
            when $system_date::date >= due_date and last_traded <= next_session
            then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(position_qty - change) as expected,
        plain(position_qty) as actual,
        change as difference,
        symbol as unit,
        due_date,
        list_filter([execution_before, execution_id], lambda id: id is not null) as evidence
    from positions_with_deadline
    where not (coalesce(source, 'trades') = 'activities' and position_qty is null)

)

select * from verdicts
