-- title:    The commission of an order is not what its executions say
-- severity: S2
-- scope:    account
-- reads:    executions_to_date, activities_to_date, account_currencies, calendar
-- params:   none
--
-- The partner's commission on an order is booked as FEE/COM, which names an execution or the order;
-- the activity stream's executions say what it is. Together the fees of an order are what its
-- executions say, each its own part or each the whole.
-- Law BUST: the commission of an execution that was reversed may have been given back or not:
-- anything between both is within tolerance.
-- One that has not come is pending until the next settlement day after the last execution. If none
-- has come at all it may be within the executions' amounts (activity_amount_differs judges that).
-- Not evaluated, too: an order whose executions say nothing of a commission, as on the trade stream
-- alone; one not all of whose executions are known; less than the executions say where one of them
-- was booked before the night's books, since its fee may have been as well.
-- Clears when the rest of the commission is booked, or the excess is given back.
with

executions as (

    select
        *,
        execution_id in (
            select previous_execution_id from executions_to_date
            where previous_execution_id is not null
        ) as is_reversed
    from executions_to_date
    where event <> 'trade_bust'

),

orders as (

    select
        account_id,
        order_id,
        any_value(symbol) as symbol,
        sum(commission) as in_all,
        sum(commission) filter (where not is_reversed) as standing,
        if(min(commission) = max(commission), max(commission), null) as of_order,
        bool_or(commission is null) as is_unknown,
        coalesce(sum(abs(qty)) filter (where not is_reversed) < max(order_filled_qty), false)
            as lacks_executions,
        bool_or(in_books) as in_books,
        bool_or(not in_books) as began_before,
        max(system_date) as last_date,
        list(execution_id order by execution_id) as execution_ids
    from executions
    group by account_id, order_id

),

fees as (

    select
        fees.account_id,
        executions.order_id,
        -sum(fees.net_amount) as paid,
        bool_or(fees.in_books) as in_books,
        list(fees.activity_id order by fees.activity_id) as activity_ids
    from activities_to_date as fees
    inner join (
        select account_id, execution_id as id, order_id from executions_to_date
        union
        select account_id, order_id, order_id from executions_to_date
    ) as executions
        on executions.account_id = fees.account_id and executions.id = fees.parent_id
    where fees.entry_type = 'FEE' and fees.entry_sub_type = 'COM' and fees.is_booked
    group by fees.account_id, executions.order_id

),

both_sides as (

    select
        orders.*,
        fees.paid,
        coalesce(fees.paid, 0) as charged,
        coalesce(standing, 0) as owed,
        fees.activity_ids,
        coalesce(account_currencies.currency, 'USD') as currency,
        calendar.next_settlement
    from orders
    left join fees on fees.account_id = orders.account_id and fees.order_id = orders.order_id
    left join account_currencies on account_currencies.account_id = orders.account_id
    left join calendar on calendar.date = orders.last_date
    where (orders.in_books or fees.in_books) and (fees.paid is not null or orders.in_all > 0)

),

verdicts as (

    select
        *,
        case
            when is_unknown or lacks_executions then 'not_evaluated'
            when charged in (owed, of_order) then 'pass'
            when charged between least(owed, of_order) and in_all and owed < in_all
            then 'within_tolerance'
            when paid is null or charged < owed and began_before then 'not_evaluated'
            else 'break'
        end as verdict
    from both_sides

)

select
    account_id,
    symbol,
    'commission of order ' || order_id as subject,
    verdict,
    if(is_unknown, null, plain(owed)) as expected,
    coalesce(plain(paid), 'no fee') as actual,
    if(is_unknown, null, charged - owed)::decimal(38, 9) as difference,
    currency as unit,
    if(verdict = 'break' and charged < owed, next_settlement, null) as due_date,
    coalesce(activity_ids, []) || execution_ids[1:20] as evidence
from verdicts
