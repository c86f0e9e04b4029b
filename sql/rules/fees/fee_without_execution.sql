-- title:    A fee names an execution that is not known
-- severity: S2
-- scope:    account
-- reads:    activities_to_date, executions_to_date, fetches, calendar
-- params:   none
--
-- A fee of one execution (OCC, LCT, commission, some without a sub type) names it, or its order, or
-- the activity that it was charged for. If the account has nothing with that id, it was
-- charged for something that did not happen, or the execution was lost. The execution may come
-- later: pending until the next settlement day, then a break. A fee for a day on which nothing was
-- traded is judged by the rule of that fee.
-- Where a statement opened the books the execution may lie before it: not evaluated.
-- Clears when the execution comes, or the broker gives the fee back.
with

known as (

    select account_id, execution_id as id from executions_to_date
    union
    select account_id, order_id from executions_to_date
    union
    select account_id, activity_id from activities_to_date

),

fees as (

    select
        activities_to_date.*,
        (account_id, parent_id) in (select (account_id, id) from known) as is_known,
        calendar.next_settlement
    from activities_to_date
    left join calendar on calendar.date = activities_to_date.system_date
    where entry_type = 'FEE' and parent_id is not null and in_books and is_booked

)

select
    account_id,
    concat_ws(' ', entry_sub_type, 'fee ' || activity_id) as subject,
    case
        when is_known then 'pass'
        when exists (select 1 from fetches where stream = 'opening') then 'not_evaluated'
        else 'break'
    end as verdict,
    'a known execution' as expected,
    parent_id as actual,
    next_settlement as due_date,
    [parent_id, activity_id] as evidence
from fees
