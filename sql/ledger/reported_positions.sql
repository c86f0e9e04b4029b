-- title: The position that the broker reports after each execution, and by how much it is not expected
-- scope: account
-- reads: start_gaps, execution_effects, movements, opening_positions, calendar
-- columns:
--   place: the number of the execution in the order that was chosen
--   change: by how much the reported position is not expected; null if not known [units of the symbol]
--
-- Expected is the position that the execution before reported, plus what the execution moved, plus
-- what activities moved in between: per account and symbol the gap between the broker's position
-- and the sum of all known movements may never change. `change` is by how much it does; null where
-- a number is absent or the effect of an execution since the last gap is not known. A closing
-- keeps the sum of the changes until its day.
-- Order: that of receipt or that of the broker's `at`, whichever leaves fewer changes, since an
-- event brought by a second fetch is received last but has its old place. Never the execution's
-- own timestamp: the broker's samples run against it. A system day begins at 20:00 New York.
-- Corporate actions count from its beginning (unless the books count them as sent), other
-- activities from their `at`, which is not believed if it lies further back than the session
-- before; a cancel reverses from its own `at`.
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
        target_known, qty_delta, trade_date, system_date,
        case when symbol is not null then position_qty end as position_qty,
        max(event_at) over (
            partition by ordering, account_id, symbol order by place rows unbounded preceding
        ) as moment
    from executed
    union all by name
    select
        ordering, account_id, symbol, 'activity' as kind, receipt_order as place, qty as qty_delta,
        case when phase = 0
        then (system_date::timestamp - interval 4 hours) at time zone 'America/New_York'
        else greatest(moment, (previous_session::timestamp - interval 4 hours)
            at time zone 'America/New_York') end as moment
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

    select summed.*, try(position_qty - moved - coalesce(opened.qty, 0)) as gap
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
        case when unknown = unknown_before then try(gap - gap_before) end as change,
        count(*) filter (where unknown = unknown_before and gap <> gap_before) over (
            partition by ordering, account_id, symbol
        ) as changes
    from before

),

chosen as (

    select *
    from compared
    qualify row_number() over (partition by execution_id order by changes, ordering desc) = 1

)

select
    account_id,
    symbol,
    execution_id,
    event,
    source,
    target_known,
    trade_date,
    system_date,
    place,
    position_qty,
    change::decimal(38, 9) as change
from chosen
