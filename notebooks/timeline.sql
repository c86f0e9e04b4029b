-- Every event that moved one position of one account, or its cash in one currency, in the order in
-- which the books count them: by booking day, corporate actions first. Each booking day ends with
-- the broker's statement; executions carry the broker's position after them.
with

happened as (

    select 0 as part, 'opening' as what, '' as event, opening.system_date,
        null::timestamptz as event_at, 0 as received, qty as change, null as broker
    from opening_positions cross join opening
    where account_id = $account and symbol = $commodity and not $is_cash
    union all
    select 0, 'opening', '', opening.system_date, null, 0, cash, null
    from opening_cash cross join opening
    where account_id = $account and currency = $commodity and $is_cash
    union all
    select if(corporate_action, 1, 2), concat_ws('/', entry_type, entry_sub_type), activity_id,
        system_date, event_at, received, if($is_cash, cash_delta, qty_delta), null
    from activity_effects
    where account_id = $account and (symbol = $commodity or $is_cash)
    union all
    select 2, event, execution_id, system_date, event_at, received,
        if($is_cash, cash_delta, qty_delta), if($is_cash, null, position_qty)
    from execution_effects
    where account_id = $account and (symbol = $commodity or $is_cash)
    union all
    select 3, 'statement', '', readings.system_date, null, 0, null, coalesce(sum(qty), 0)
    from statement_readings as readings
    left join statement_positions as listed
        on listed.system_date = readings.system_date
        and account_id = $account and symbol = $commodity
    where not $is_cash
    group by readings.system_date
    union all
    select 3, 'statement', '', system_date, null, 0, null, cash
    from statement_cash
    where account_id = $account and currency = $commodity and $is_cash

)

select
    row_number() over in_order as step,
    system_date::varchar as system_date,
    what,
    coalesce(plain(change), '') as change,
    plain(sum(coalesce(change, 0)) over in_order) as books,
    coalesce(plain(broker), '') as broker,
    '' as breaks,
    event,
    coalesce(event_at::varchar, '') as event_at
from happened
where change is distinct from 0 or broker is not null
window in_order as (
    order by system_date, part, event_at, received, event rows unbounded preceding
)
order by step
