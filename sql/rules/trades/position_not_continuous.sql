-- title:    The position the broker reports after an execution does not follow from the last one
-- severity: S1
-- reads:    start_gaps, execution_effects, movements, opening_positions, opening, calendar
-- params:   system_date
--
-- Every execution carries the position after it. It must be the position before, plus what the
-- execution moved, plus what activities moved in between: per account and symbol the gap between
-- the broker's position and the sum of all known movements may never change. Where it changes, an
-- event was lost, doubled or booked wrongly just before; a gap that stays is not said again, nor is
-- one from before the closing that the night begins with. A
-- correction's unknown effect and an absent number are not evaluated, and the next gap counts
-- from there; so does a bust of an execution from before books that have no opening.
-- Order: that of receipt or that of the broker's `at`, whichever leaves fewer changes, since an
-- event brought by a re-reading is received last but has its old place. Never the execution's
-- own timestamp: the broker's samples run against it. A system day begins at 20:00 New York.
-- Corporate actions count from its beginning (unless the books read them as sent), other
-- activities from their `at`, which is not believed if it lies further back than the session
-- before; a cancel takes back from its own `at`.
-- Law NEAR: when exactly the broker counts an activity is not documented. A change as large as an
-- activity of that symbol, or all of one day, within one session of it is pending. It is within
-- tolerance once it is undone, or if by the due date nothing traded since the next session.
-- What only the activity stream tells has no position and no row.
-- Clears when a later replay brings the lost event.
with

orderings as (

    select unnest(['receipt', 'at']) as ordering

),

executed as (

    select
        *,
        row_number() over (
            partition by ordering, account_id, symbol
            order by case when ordering = 'at' then event_at end, receipt_order, execution_id
        ) as place
    from execution_effects cross join orderings

),

booked as (

    select movements.*, calendar.previous_session, calendar.next_session
    from movements
    left join calendar on calendar.date = movements.system_date
    where kind = 'activity' and qty <> 0

),

timeline as (

    select
        ordering, account_id, symbol, 'execution' as kind, place, execution_id, event, source,
        target_known, qty_delta, trade_date,
        case when symbol is not null then position_qty end as position_qty,
        max(event_at) over (
            partition by ordering, account_id, symbol order by place rows unbounded preceding
        ) as moment
    from executed
    union all
    select
        ordering, account_id, symbol, 'activity', receipt_order, null, null, null, null, qty, null, null,
        case when phase = 0
        then (system_date::timestamp - interval 4 hours) at time zone 'America/New_York'
        else greatest(moment, (previous_session::timestamp - interval 4 hours)
            at time zone 'America/New_York') end
    from booked cross join orderings

),

summed as (

    select
        *,
        sum(coalesce(qty_delta, 0)) over until_here as moved,
        count(*) filter (where qty_delta is null) over until_here as unknown
    from timeline
    window until_here as (
        partition by ordering, account_id, symbol order by moment, kind, place
        rows unbounded preceding
    )

),

opened as (

    select account_id, symbol, sum(qty) as qty
    from (
        select account_id, symbol, qty from opening_positions
        union all
        select account_id, symbol, qty from start_gaps
    ) as begun
    group by account_id, symbol

),

gaps as (

    select summed.*, position_qty - moved - coalesce(opened.qty, 0) as gap
    from summed
    left join opened
        on opened.account_id = summed.account_id and opened.symbol = summed.symbol
    where kind = 'execution'

),

before as (

    select
        *,
        coalesce(last_value(gap ignore nulls) over earlier, 0) as gap_before,
        coalesce(
            last_value(case when gap is not null then unknown end ignore nulls) over earlier, 0
        ) as unknown_before
    from gaps
    window earlier as (
        partition by ordering, account_id, symbol order by place
        rows between unbounded preceding and 1 preceding
    )

),

-- No change is known where an effect since the gap before is not known.
compared as (

    select
        *,
        case when unknown = unknown_before then gap - gap_before end as change,
        count(*) filter (where unknown = unknown_before and gap <> gap_before) over (
            partition by ordering, account_id, symbol
        ) as changes
    from before

),

chosen as (

    select *
    from compared
    qualify row_number() over (partition by execution_id order by changes, ordering desc) = 1

),

neighbours as (

    select
        chosen.*,
        calendar.next_session,
        calendar.next_settlement as due_date,
        lag(execution_id) over in_place as execution_before,
        lag(nullif(change, 0) ignore nulls) over in_place as change_before,
        lead(nullif(change, 0) ignore nulls) over in_place as change_after,
        max(trade_date) over (partition by account_id, symbol) as last_traded
    from chosen
    left join calendar on calendar.date = chosen.trade_date
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
