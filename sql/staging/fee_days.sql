-- The accounts and days before the beginning whose fees on executions a night judges again: a fee for
-- such a day came after it, or a bust or a correction of one of its executions. Their session is that
-- of sql/events/executions.sql. Days until the books were opened are not judged.
with

fees as (

    select
        account_id,
        try_cast(unnest(regexp_extract_all(description, '\d{4}-\d{2}-\d{2}')) as date) as day
    from archived_nta
    where entry_sub_type in ('REG', 'TAF', 'ORF', 'CAT')
        or entry_type = 'FEE' and starts_with(description, 'ORF fee for')
    union all
    select
        account_id,
        (to_microseconds(coalesce(executed_at, event_at)) at time zone 'America/New_York')::date
    from archived_activities
    where activity_subtype in ('REG', 'TAF', 'ORF', 'OCC', 'CAT')

),

executed as (

    select identity, previous_execution_id, account_id, side, executed_at, event_at
    from archived_trades
    union all
    select identity, previous_execution_id, account_id, side, executed_at, event_at
    from archived_trades_v1
    union all
    select identity, previous_id, account_id, details ->> '$.side', executed_at, event_at
    from archived_activities
    where activity_type = 'TRD'

),

reversed as (

    select
        target.account_id,
        broker_day(to_microseconds(coalesce(target.executed_at, target.event_at))) as day
    from executed as own
    inner join executed as target on target.identity = own.previous_execution_id
    union all
    select
        target.account_id,
        broker_day(to_microseconds(coalesce(target.executed_at, target.event_at)))
    from archived_nta as fees
    inner join executed as target on target.identity = fees.execution_id
    where fees.entry_type = 'FEE' and starts_with(fees.description, 'OCC')

)

select distinct account_id, day
from (
    from fees
    union all
    select reversed.account_id, calendar.session_date
    from reversed
    inner join events.calendar on calendar.date = reversed.day
) as judged_again
where day <= $base and day > $opened
