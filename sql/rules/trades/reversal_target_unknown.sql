-- title:    A bust or correction names an execution that is not known
-- severity: S1
-- scope:    account
-- reads:    execution_effects, fetches, calendar
-- params:   none
--
-- A bust reverses an execution and a correction replaces one, named by its id. If nothing with
-- that id was ever archived, the execution itself was lost and its effect is missing; of a
-- correction even the effect on position and cash is unknown. The execution may come later, so
-- this is pending until the next settlement day, and a break from then on.
-- Where a statement opened the books the execution may lie before it and be in the statement: not
-- evaluated, unless no execution is named at all. A closing that the night begins with is no such
-- statement: what is archived before it and named by a later event is known.
-- Clears when a later replay brings the execution.
with

reversals as (

    select
        execution_effects.*,
        calendar.next_settlement as due_date,
        target_execution_id is not null
        and exists (select 1 from fetches where stream = 'opening') as may_lie_before
    from execution_effects
    left join calendar on calendar.date = execution_effects.system_date
    where event in ('trade_bust', 'trade_correct')

),

verdicts as (

    select
        account_id,
        symbol,
        'execution ' || execution_id as subject,
        case
            when target_known then 'pass'
            when may_lie_before then 'not_evaluated'
            else 'break'
        end as verdict,
        'a known execution' as expected,
        coalesce(target_execution_id, 'no execution is named') as actual,
        due_date,
        [execution_id] as evidence
    from reversals

)

select * from verdicts
