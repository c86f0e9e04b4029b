-- title:    An activity corrects one that is not known, or that was corrected before
-- severity: S1
-- scope:    account
-- reads:    activities, activity_states, activities_to_date, fetches, calendar
-- params:   none
--
-- An activity that refers to an earlier one reverses it, and books anew what it says itself. If
-- nothing with that id was ever archived, what it booked is still in the books of the broker's
-- other reports, or was never in these: the earlier activity was lost. It may come later: pending
-- until the next settlement day, then a break. An activity can be replaced once; a second one that
-- replaces it is not counted, and which of the two holds has to be asked: a break.
-- Where a statement opened the books the earlier activity may lie before it and be in the
-- statement: not evaluated. All that is archived is looked at, also what a closing covers.
-- Clears when a later replay brings the earlier activity, or the second is itself reversed.
with

corrections as (

    select
        activities.*,
        calendar.next_settlement,
        activities.previous_id in (select activity_id from activities_to_date) as is_target_known,
        activities.reversal_rank > 1 and activities.activity_id not in (
            select activity_id from activity_states where corrected_by is not null
        ) as is_second
    from activities
    left join calendar on calendar.date = activities.system_date
    where activities.previous_id is not null

),

verdicts as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        case
            when is_second then 'break'
            when is_target_known then 'pass'
            when exists (select 1 from fetches where stream = 'opening') then 'not_evaluated'
            else 'break'
        end as verdict,
        if(reversal_rank > 1, 'corrected once', 'a known activity') as expected,
        if(reversal_rank > 1, 'corrected ' || reversal_rank || ' times', previous_id) as actual,
        -- Of what may still come: a second correction stays one.
        if(is_second, null, next_settlement) as due_date,
        [previous_id, activity_id] as evidence
    from corrections

)

select * from verdicts
