-- title:    One of two streams lacks an execution that the other has
-- severity: S1
-- scope:    account
-- reads:    paired_executions, coverage, calendar
-- params:   since = 2026-02-11
--
-- The trade stream reports each execution, bust and correction, and the activity stream reports
-- each again as a TRD under the same id, each leg of a multi-leg order by itself. So where a night
-- reads both, the two sets of ids are the same. A break: one stream lost an event, and what it
-- says of positions, cash or orders is short of it. The books take the execution from either.
-- The two may lie some time apart: pending until the next settlement day, then a break. The
-- activity stream begins on 2026-02-11 (`since`). An activity that is canceled and names no other
-- has no execution. Nothing is said where a night reads only one of the two.
-- Clears when the other stream reports it.
with

executions as (

    select *
    from paired_executions
    where system_date >= $since::date
        and exists (select 1 from coverage where stream = 'trades')
        and exists (select 1 from coverage where stream = 'activities')

),

verdicts as (

    select
        executions.account_id,
        executions.symbol,
        'execution ' || executions.execution_id as subject,
        'break' as verdict,
        'both streams' as expected,
        if(executions.only_in = 'trades', 'only the trade stream', 'only the activity stream')
            as actual,
        calendar.next_settlement as due_date,
        [executions.execution_id] as evidence
    from executions
    left join calendar on calendar.date = executions.system_date
    where executions.only_in is not null
    union all by name
    select
        'executions of ' || system_date as subject,
        'pass' as verdict,
        count(*)::varchar as expected,
        count(*)::varchar as actual,
        'executions' as unit,
        []::varchar[] as evidence
    from executions
    where only_in is null
    group by system_date

)

select * from verdicts
