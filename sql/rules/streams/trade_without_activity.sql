-- title:    One of two streams lacks an execution that the other has
-- severity: S1
-- scope:    account
-- reads:    executions, coverage, calendar, trade_activities_to_date
-- params:   system_date, since = 2026-02-11
--
-- The trade stream tells of each execution, bust and correction, and the activity stream tells of
-- each again as a TRD under the same id, each leg of a multi-leg order by itself. So where a night
-- reads both, the two sets of ids are the same. A break: one stream lost an event, and what it
-- says of positions, cash or orders is short of it. The books take the execution from either.
-- The two may lie some time apart: pending until the next settlement day, then a break. The
-- activity stream begins on 2026-02-11 (`since`). An activity that is canceled and names no other
-- has no execution. Nothing is said where a night reads only one of the two.
-- Clears when the other stream tells of it.
with

both_read as (

    select count(distinct stream) = 2 as is_so
    from coverage
    where stream in ('trades', 'activities')

),

reported as (

    select
        executions.account_id,
        executions.symbol,
        executions.execution_id,
        executions.system_date,
        executions.source = 'trades' as has_trade,
        trade_activities_to_date.execution_id is not null as has_activity
    from executions
    cross join both_read
    left join trade_activities_to_date
        on trade_activities_to_date.execution_id = executions.execution_id
    where both_read.is_so
        and executions.system_date >= $since::date
        and executions.system_date <= $system_date::date

),

found as (

    select
        reported.account_id,
        reported.symbol,
        'execution ' || reported.execution_id as subject,
        case when $system_date::date < calendar.next_settlement then 'pending' else 'break' end
            as verdict,
        'both streams' as expected,
        case when reported.has_trade then 'only the trade stream' else 'only the activity stream' end
            as actual,
        null::varchar as unit,
        calendar.next_settlement as due_date,
        [reported.execution_id] as evidence
    from reported
    left join calendar on calendar.date = reported.system_date
    where not (reported.has_trade and reported.has_activity)
    union all
    select
        null, null, 'executions of ' || system_date, 'pass', count(*)::varchar, count(*)::varchar,
        'executions', null, []::varchar[]
    from reported
    where has_trade and has_activity
    group by system_date

),

verdicts as (

    select
        account_id,
        symbol,
        subject,
        verdict,
        expected,
        actual,
        null::decimal(38, 9) as difference,
        unit,
        case when verdict = 'pending' then due_date end as due_date,
        evidence
    from found

)

select * from verdicts
