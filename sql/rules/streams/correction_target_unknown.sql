-- title:    An activity corrects one that is not known, or that was corrected before
-- severity: S1
-- scope:    account
-- reads:    activities, activity_states, fetches, calendar, activities_to_date
-- params:   system_date
--
-- An activity that refers to an earlier one takes it back, and books anew what it says itself. If
-- nothing with that id was ever archived, what it booked is still in the books of the broker's
-- other reports, or was never in these: the earlier activity was lost. It may come later: pending
-- until the next settlement day, then a break. An activity can be replaced once; a second one that
-- replaces it is not counted, and which of the two holds has to be asked: a break.
-- Where a statement opened the books the earlier activity may lie before it and be in the
-- statement: not evaluated. All that is archived is looked at, also what a closing covers.
-- Clears when a later replay brings the earlier activity, or the second is itself taken back.
with

referring as (

    select
        own.account_id,
        own.symbol,
        own.activity_id,
        own.previous_id,
        own.system_date,
        own.reversal_rank,
        own.net_amount,
        own.previous_id in (select activity_id from activities_to_date) as is_known,
        coalesce(bool_or(states.corrected_by is not null), false) as is_corrected
    from activities as own
    left join activity_states as states on states.activity_id = own.activity_id
    where own.previous_id is not null and own.system_date <= $system_date::date
    group by all

),

judged as (

    select
        referring.*,
        calendar.next_settlement as due_date,
        case
            when reversal_rank > 1 and not is_corrected then 'break'
            when is_known then 'pass'
            when exists (select 1 from fetches where stream = 'opening') then 'not_evaluated'
            when $system_date::date < calendar.next_settlement then 'pending'
            else 'break'
        end as verdict
    from referring
    left join calendar on calendar.date = referring.system_date

),

verdicts as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        verdict,
        case when reversal_rank > 1 then 'corrected once' else 'a known activity' end as expected,
        case when reversal_rank > 1 then 'corrected ' || reversal_rank || ' times' else previous_id end as actual,
        null::decimal(38, 9) as difference,
        null::varchar as unit,
        case when verdict = 'pending' then due_date end as due_date,
        [previous_id, activity_id] as evidence
    from judged

)

select * from verdicts
