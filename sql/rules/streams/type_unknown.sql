-- title:    The broker sent a type, status or event that the books do not know
-- severity: S2
-- scope:    account
-- reads:    activities, activity_types, order_events, trade_activities
-- params:   system_date
--
-- The list of activity types says what a type moves. One that is not listed is booked with both
-- its quantity and its amount against suspense, so that the proofs still hold; an unknown sub type
-- of a listed type is booked as the type is. A status that is not known counts for nothing, and
-- neither does a trade event that is not known. Each may be wrong, and somebody has to say what
-- it means. Pending and canceled activities are no money and are not looked at.
-- A sub type can be unknown only where the list has sub types of that type.
-- Clears when the name is added to the list, in data/activity_types.csv or in the rule.
with

named as (

    select
        activities.account_id,
        activities.symbol,
        activities.activity_id,
        coalesce(activities.status, 'nothing') as status,
        concat_ws('/', coalesce(activities.entry_type, 'nothing'), activities.entry_sub_type)
            as name,
        coalesce(activities.status in ('executed', 'correct'), false) as is_known_status,
        coalesce(activities.entry_type, '') in (select entry_type from activity_types)
        and (
            activities.entry_sub_type is null
            or activities.entry_type not in (
                select entry_type from activity_types where entry_sub_type is not null
            )
            or (activities.entry_type, activities.entry_sub_type) in (
                select (entry_type, entry_sub_type) from activity_types
            )
        ) as is_known_type
    from activities
    where coalesce(activities.status, '') not in ('pending', 'canceled')
        and activities.system_date <= $system_date::date

),

trade_events as (

    select
        account_id,
        symbol,
        event_id,
        'trade event ' || event_id as subject,
        event,
        coalesce(event, '') in (
            'new', 'fill', 'partial_fill', 'canceled', 'expired', 'done_for_day', 'replaced',
            'rejected', 'pending_new', 'accepted', 'stopped', 'pending_cancel', 'pending_replace',
            'calculated', 'suspended', 'order_replace_rejected', 'order_cancel_rejected',
            'trade_bust', 'trade_correct', 'restated', 'held'
        ) as is_known
    from order_events
    where system_date <= $system_date::date
    union all
    select
        account_id,
        symbol,
        execution_id,
        'trade activity ' || execution_id,
        coalesce(execution_type, 'fill'),
        coalesce(execution_type, 'fill') in ('fill', 'partial_fill', 'trade_bust', 'trade_correct')
    from trade_activities
    where system_date <= $system_date::date

),

found as (

    select
        account_id, symbol, 'activity ' || activity_id as subject, 'break' as verdict,
        case when is_known_type then 'a known status' else 'a known type' end as expected,
        case when is_known_type then status else name end as actual,
        null::varchar as unit, [activity_id] as evidence
    from named
    where not (is_known_status and is_known_type)
    union all
    select
        account_id, symbol, subject, 'break', 'a known event', event, null,
        [event_id]
    from trade_events
    where not is_known
    union all
    select
        null, null, 'type ' || name, 'pass', count(*)::varchar, count(*)::varchar, 'activities',
        []::varchar[]
    from named
    where is_known_status and is_known_type
    group by name
    union all
    select
        null, null, 'trade events ' || event, 'pass', count(*)::varchar, count(*)::varchar,
        'events', []::varchar[]
    from trade_events
    where is_known
    group by event

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
        null::date as due_date,
        evidence
    from found

)

select * from verdicts
