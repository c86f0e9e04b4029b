-- title:    The position the broker reports after an execution does not follow from the last one
-- severity: S1
-- scope:    account
-- reads:    reported_positions, movements, opening, calendar
-- params:   system_date
--
-- Every execution carries the position after it. It must be the position before, plus what the
-- execution moved, plus what activities moved in between (`reported_positions` has by how much it
-- is not). Where it changes otherwise, an event was lost, doubled or booked wrongly just before; a
-- gap that stays is not said again, nor is one from before the closing that the night begins with.
-- A correction's unknown effect and an absent number are not evaluated, and the next gap counts
-- from there; so does a bust of an execution from before books that have no opening.
-- Law NEAR: when exactly the broker counts an activity is not documented. A change as large as an
-- activity of that symbol, or all of one day, within one session of it is pending. It is within
-- tolerance once it is undone, or if by the due date nothing traded since the next session.
-- What only the activity stream tells has no position and no row.
-- Clears when a later replay brings the lost event.
with

booked as (

    select movements.*, calendar.previous_session, calendar.next_session
    from movements
    left join calendar on calendar.date = movements.system_date
    where kind = 'activity' and qty <> 0

),

neighbours as (

    select
        reported_positions.*,
        calendar.next_session,
        calendar.next_settlement as due_date,
        lag(execution_id) over in_place as execution_before,
        lag(nullif(change, 0) ignore nulls) over in_place as change_before,
        lead(nullif(change, 0) ignore nulls) over in_place as change_after,
        max(trade_date) over (partition by account_id, symbol) as last_traded
    from reported_positions
    left join calendar on calendar.date = reported_positions.trade_date
    window in_place as (partition by account_id, symbol order by place)

),

sizes as (

    select account_id, symbol, abs(qty) as size, previous_session, next_session
    from booked
    union
    select account_id, symbol, abs(sum(qty)), previous_session, next_session
    from booked
    group by account_id, symbol, system_date, previous_session, next_session

),

judged as (

    select
        *,
        case
            when change is null then 'not_evaluated'
            when change = 0 then 'pass'
            when event = 'trade_bust' and not target_known
                and not exists (select 1 from opening)
            then 'not_evaluated'
            when not exists (
                select 1 from sizes
                where sizes.account_id = neighbours.account_id and sizes.symbol = neighbours.symbol
                    and sizes.size = abs(neighbours.change)
                    and neighbours.trade_date between sizes.previous_session and sizes.next_session
            ) then 'break'
            when -change in (change_before, change_after) then 'within_tolerance'
            when $system_date::date < due_date then 'pending'
            when last_traded <= next_session then 'within_tolerance'
            else 'break'
        end as verdict
    from neighbours

),

verdicts as (

    select
        account_id,
        symbol,
        'execution ' || execution_id as subject,
        verdict,
        plain(position_qty - change) as expected,
        plain(position_qty) as actual,
        change::decimal(38, 9) as difference,
        symbol as unit,
        case when verdict = 'pending' then due_date end as due_date,
        case when execution_before is null then [execution_id]
        else [execution_before, execution_id] end as evidence
    from judged
    where not (coalesce(source, 'trades') = 'activities' and position_qty is null)

)

select * from verdicts
