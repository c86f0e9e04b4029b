-- title:    The broker sent a type, status or event that the books do not know
-- severity: S2
-- scope:    account
-- reads:    activities_to_date, activity_types, order_events, trade_activities
-- params:   none
--
-- The list of activity types says what a type moves. One that is not listed is booked with both
-- its quantity and its amount against suspense, so that the proofs still hold; an unknown sub type
-- of a listed type is booked as the type is. A status that is not known counts for nothing, and
-- neither does a trade event that is not known. Each may be wrong, and somebody has to say what
-- it means. Pending and canceled activities are no money and are not looked at.
-- A sub type can be unknown only where the list has sub types of that type.
-- Clears when the name is added to the list, in data/activity_types.csv or in the rule.
with

types_with_sub_types as (

    select distinct entry_type from activity_types where entry_sub_type is not null

),

counted_activities as (

    select
        account_id,
        symbol,
        activity_id,
        coalesce(status, 'nothing') as status,
        concat_ws('/', coalesce(entry_type, 'nothing'), entry_sub_type) as type,
        coalesce(is_booked, false) as is_known_status,
        coalesce(entry_type, '') in (select entry_type from activity_types)
        and (
            entry_sub_type is null
            or entry_type not in (select entry_type from types_with_sub_types)
            or (entry_type, entry_sub_type) in (
                select (entry_type, entry_sub_type) from activity_types
            )
        ) as is_known_type
    from activities_to_date
    where in_books and coalesce(status, '') not in ('pending', 'canceled')

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
    union all by name
    select
        account_id,
        symbol,
        execution_id as event_id,
        'trade activity ' || execution_id as subject,
        coalesce(execution_type, 'fill') as event,
        coalesce(execution_type, 'fill') in ('fill', 'partial_fill', 'trade_bust', 'trade_correct')
            as is_known
    from trade_activities

),

verdicts as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        'break' as verdict,
        if(is_known_type, 'a known status', 'a known type') as expected,
        if(is_known_type, status, type) as actual,
        [activity_id] as evidence
    from counted_activities
    where not (is_known_status and is_known_type)
    union all by name
    select
        account_id,
        symbol,
        subject,
        'break' as verdict,
        'a known event' as expected,
        event as actual,
        [event_id] as evidence
    from trade_events
    where not is_known
    union all by name
    select
        'type ' || type as subject,
        'pass' as verdict,
        count(*)::varchar as expected,
        count(*)::varchar as actual,
        'activities' as unit,
        []::varchar[] as evidence
    from counted_activities
    where is_known_status and is_known_type
    group by type
    union all by name
    select
        'trade events ' || event as subject,
        'pass' as verdict,
        count(*)::varchar as expected,
        count(*)::varchar as actual,
        'events' as unit,
        []::varchar[] as evidence
    from trade_events
    where is_known
    group by event

)

select * from verdicts
