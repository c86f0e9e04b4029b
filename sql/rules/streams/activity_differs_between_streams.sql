-- title:    The two streams of activities do not report the same
-- severity: S1
-- scope:    all
-- reads:    paired_activities, paired_executions, coverage, calendar
-- params:   since = 2026-02-11
--
-- The newer stream of activities reports what the older one reports under the same id, and what the
-- trade stream reports of executions: the same account, type, quantity, price, amount and settle
-- date, or side. Where they differ, the books depend on which of the two is read, and one of them
-- is wrong. What one lacks is pending until the next settlement day, then a break; so is a cancel
-- that only one shows. Executions that one lacks have a rule of their own.
-- What is no difference stands in `paired_activities`. Nor is a symbol that the older stream lacks,
-- or that the newer one has from the details. The newer stream begins on 2026-02-11 (`since`).
-- Nothing is said of a pair of streams of which the night reads only one.
-- Clears when the other stream reports the same.
with

streams_read as (

    select coalesce(list(distinct stream), []) as names from coverage

),

activity_differences as (

    select
        paired.*,
        greatest(older.system_date, newer.system_date) as system_date,
        only_in is null and older.is_canceled <> newer.is_canceled as is_canceled_in_one,
        array_to_string(list_filter([
            if(older.account_id = newer.account_id, null, 'account'),
            if(older.entry_type = newer_type, null, 'type'),
            if(
                older.symbol = newer.symbol or older.symbol is null
                or newer.symbol_from is distinct from 'asset', null, 'symbol'
            ),
            if(older.qty = newer.qty, null, 'quantity'),
            if(older.price = newer.price, null, 'price'),
            if(older.net_amount = newer.net_amount, null, 'amount'),
            if(older.settle_date is not distinct from newer.settle_date, null, 'settle date'),
            if(older.system_date = newer.system_date, null, 'system date')
        ], lambda name: name is not null), ', ') as differing
    from paired_activities as paired
    cross join streams_read
    where list_has_all(streams_read.names, ['nta', 'activities'])
        and greatest(older.system_date, newer.system_date) >= $since::date

),

activity_faults as (

    select
        *,
        only_in is not null or is_canceled_in_one as may_still_come,
        case
            when only_in = 'nta' then 'only the legacy stream'
            when only_in = 'activities' then 'only the newer stream'
            when differing <> '' then differing
            when is_canceled_in_one and older.is_canceled then 'only the legacy stream cancels it'
            when is_canceled_in_one then 'only the newer stream cancels it'
        end as fault
    from activity_differences

),

execution_faults as (

    select
        paired.*,
        nullif(array_to_string(list_filter([
            if(trade.account_id = activity.account_id, null, 'account'),
            if(trade.symbol is not distinct from activity.symbol, null, 'symbol'),
            -- The activity stream calls a short sale a sale, and a partial fill a fill.
            if(trade.side is not distinct from activity.side
                or starts_with(trade.side, activity.side), null, 'side'),
            if(trade.event = activity.event or starts_with(trade.event, activity.event)
                or ends_with(trade.event, activity.event), null, 'kind'),
            if(abs(trade.qty) = activity.qty, null, 'quantity'),
            if(trade.price = activity.price, null, 'price'),
            if(trade.previous_execution_id is not distinct from activity.previous_execution_id,
                null, 'reference'),
            if(is_booked(activity.status), null, 'status')
        ], lambda name: name is not null), ', '), '') as fault
    from paired_executions as paired
    cross join streams_read
    where list_has_all(streams_read.names, ['trades', 'activities'])
        and only_in is null
        and system_date >= $since::date

),

differences as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        fault,
        coalesce(newer.net_amount - older.net_amount, 0)::decimal(38, 9) as difference,
        'USD' as unit,
        if(may_still_come, calendar.next_settlement, null) as due_date,
        [activity_id] as evidence
    from activity_faults
    left join calendar on calendar.date = activity_faults.system_date
    where fault is not null
    union all by name
    select
        account_id,
        symbol,
        'execution ' || execution_id as subject,
        fault,
        [execution_id] as evidence
    from execution_faults
    where fault is not null

),

pairs_alike as (

    select 'activities of ' || system_date as subject, count(*) as pairs
    from activity_faults
    where fault is null
    group by system_date
    union all by name
    select 'executions of ' || system_date as subject, count(*) as pairs
    from execution_faults
    where fault is null
    group by system_date

),

verdicts as (

    select * exclude (fault), 'break' as verdict, 'both streams alike' as expected, fault as actual
    from differences
    union all by name
    select
        subject,
        'pass' as verdict,
        pairs::varchar as expected,
        pairs::varchar as actual,
        0 as difference,
        'events' as unit,
        []::varchar[] as evidence
    from pairs_alike

)

select * from verdicts
