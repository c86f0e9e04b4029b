-- title:    The two streams of activities do not tell the same
-- severity: S1
-- scope:    account
-- reads:    nta_states, typed_states, activity_states, executions, coverage, calendar, trade_activities_to_date
-- params:   system_date, since = 2026-02-11
--
-- The newer stream of activities tells what the legacy one tells under the same id, and what the
-- trade stream tells of executions: the same account, type, quantity, price, amount and settle
-- date, or side. Where they differ, the books depend on which of the two is read, and one of them
-- is wrong. What one lacks is pending until the next settlement day, then a break; so is a cancel
-- that only one shows: the legacy stream by the status of the id, the newer one by an activity
-- that refers to it. Executions that one lacks have a rule of their own.
-- Guards: pending journals are on the legacy stream only; transfers free of payment were called
-- ACATS or ACATC, and memos by other names; reorganisations changed theirs. A price of zero is
-- none. The newer stream begins on 2026-02-11 (`since`). Nothing is said of a pair of streams of
-- which the night reads only one.
-- Clears when the other stream tells the same.
with

read as (

    select
        coalesce(bool_or(stream = 'nta'), false) and coalesce(bool_or(stream = 'activities'), false)
            as activities,
        coalesce(bool_or(stream = 'trades'), false)
        and coalesce(bool_or(stream = 'activities'), false) as trades
    from coverage

),

-- What counts of an id is what it said before a cancel.
legacy as (

    select
        nta_states.*,
        bool_or(status = 'canceled') over (partition by activity_id) as is_canceled
    from nta_states
    where status <> 'pending' and system_date >= $since::date
    qualify row_number() over (
        partition by activity_id order by status = 'canceled', is_outdated, receipt_order desc
    ) = 1

),

corrected as (

    select distinct previous_id
    from typed_states
    where previous_id is not null

),

newer as (

    select
        typed_states.*,
        bool_or(status = 'canceled') over (partition by typed_states.activity_id)
        or corrected.previous_id is not null as is_canceled
    from typed_states
    left join corrected on corrected.previous_id = typed_states.activity_id
    where system_date >= $since::date
    qualify row_number() over (
        partition by typed_states.activity_id
        order by status = 'canceled', is_outdated, receipt_order desc
    ) = 1

),

paired as (

    select
        coalesce(newer.activity_id, legacy.activity_id) as activity_id,
        coalesce(legacy.account_id, newer.account_id) as account_id,
        coalesce(legacy.symbol, newer.symbol) as symbol,
        greatest(legacy.system_date, newer.system_date) as system_date,
        case
            when legacy.activity_id is null then ['only the newer stream']
            when newer.activity_id is null then ['only the legacy stream']
            else list_filter([
                if(legacy.account_id = newer.account_id, null, 'account'),
                if(
                    legacy.entry_type = newer.entry_type
                    or 'MEM' in (legacy.entry_type, newer.entry_type)
                    or (newer.entry_type = 'FOPT' and legacy.entry_type in ('ACATS', 'ACATC'))
                    or (newer.entry_type = 'REO' and legacy.entry_type = 'REORG'),
                    null, 'type'
                ),
                if(
                    legacy.symbol = newer.symbol or newer.symbol_from is distinct from 'asset'
                    or legacy.symbol is null, null, 'symbol'
                ),
                if(legacy.qty = newer.qty, null, 'quantity'),
                if(coalesce(legacy.price, 0) = coalesce(newer.price, 0), null, 'price'),
                if(legacy.net_amount = newer.net_amount, null, 'amount'),
                if(legacy.settle_date is not distinct from newer.settle_date, null, 'settle date'),
                if(legacy.system_date = newer.system_date, null, 'system date')
            ], lambda name: name is not null)
        end as differing,
        legacy.activity_id is null or newer.activity_id is null
        or legacy.is_canceled <> newer.is_canceled as is_awaited,
        coalesce(legacy.is_canceled, false) as legacy_canceled,
        coalesce(newer.is_canceled, false) as newer_canceled,
        coalesce(newer.net_amount - legacy.net_amount, 0) as difference
    from legacy
    full join newer on newer.activity_id = legacy.activity_id
    cross join read
    where read.activities
        -- What only takes back is no activity of the legacy stream.
        and (legacy.activity_id is not null or newer.status <> 'canceled'
            or newer.previous_id is null)
        and (legacy.activity_id is not null or newer.activity_id not in (
            select activity_id from activity_states where is_exact_reversal
        ))

),

judged as (

    select
        *,
        case
            when len(differing) > 0 then array_to_string(differing, ', ')
            when legacy_canceled and not newer_canceled then 'only the legacy stream cancels it'
            when newer_canceled and not legacy_canceled then 'only the newer stream cancels it'
        end as fault
    from paired

),

executed as (

    select
        executions.account_id,
        executions.symbol,
        executions.execution_id,
        executions.system_date,
        array_to_string(list_filter([
            if(executions.account_id = other.account_id, null, 'account'),
            if(executions.symbol is not distinct from other.symbol, null, 'symbol'),
            if(executions.side is not distinct from other.side
                or starts_with(executions.side, other.side), null, 'side'),
            if(executions.event = other.event or starts_with(executions.event, other.event)
                or ends_with(executions.event, other.event), null, 'kind'),
            if(abs(executions.qty) = other.qty, null, 'quantity'),
            if(executions.price = other.price, null, 'price'),
            if(executions.previous_execution_id
                is not distinct from other.previous_execution_id, null, 'reference'),
            if(other.status in ('executed', 'correct'), null, 'status')
        ], lambda name: name is not null), ', ') as fault
    from executions
    inner join trade_activities_to_date as other
        on other.execution_id = executions.execution_id
    cross join read
    where read.trades
        and executions.source = 'trades'
        and executions.system_date >= $since::date
        and executions.system_date <= $system_date::date

),

found as (

    select
        judged.account_id,
        judged.symbol,
        'activity ' || activity_id as subject,
        case
            when is_awaited and $system_date::date < calendar.next_settlement then 'pending'
            else 'break'
        end as verdict,
        'both streams alike' as expected,
        fault as actual,
        difference,
        calendar.next_settlement as due_date,
        [activity_id] as evidence
    from judged
    left join calendar on calendar.date = judged.system_date
    where fault is not null
    union all
    select
        account_id, symbol, 'execution ' || execution_id, 'break', 'both streams alike', fault,
        null, null, [execution_id]
    from executed
    where fault <> ''
    union all
    select
        null, null, 'activities of ' || system_date, 'pass', count(*)::varchar, count(*)::varchar,
        0, null, []::varchar[]
    from judged
    where fault is null
    group by system_date
    union all
    select
        null, null, 'executions of ' || system_date, 'pass', count(*)::varchar, count(*)::varchar,
        0, null, []::varchar[]
    from executed
    where fault = ''
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
        difference::decimal(38, 9) as difference,
        case when verdict = 'pass' then 'events' when difference is not null then 'USD' end as unit,
        case when verdict = 'pending' then due_date end as due_date,
        evidence
    from found

)

select * from verdicts
