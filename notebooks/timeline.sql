-- Every event that moved one position of one account, or its cash in one currency, in the order in
-- which the books count them: by booking day, corporate actions first. Each booking day ends with
-- the broker's statement; executions carry the broker's position after them.
with

booked as (

    select event_id as event, kind, system_date, sum(amount) as change
    from postings
    where account_id = $account and commodity = $commodity
        and ledger_account in (
            'C:' || $account || if($is_cash, ':CASH', ':POS'),
            'F:' || $account || if($is_cash, ':CASH', ':POS')
        )
    group by event_id, kind, system_date

),

known as (

    select execution_id as event, event as what, false as is_first, event_at, receipt_order,
        position_qty as broker
    from execution_effects
    where account_id = $account
    union all
    select activity_id, concat_ws('/', entry_type, entry_sub_type), corporate_action, event_at,
        receipt_order, null
    from activity_net_effects
    where account_id = $account
    qualify row_number() over (partition by activity_id order by receipt_order desc) = 1

),

statements as (

    select fetched.system_date, coalesce(sum(qty), 0) as broker
    from statement_fetches as fetched
    left join statement_positions as listed
        on listed.system_date = fetched.system_date
        and account_id = $account and symbol = $commodity
    where not $is_cash
    group by fetched.system_date
    union all
    select system_date, cash
    from statement_cash
    where account_id = $account and currency = $commodity and $is_cash

),

happened as (

    select
        case when kind = 'opening' then 0 when is_first then 1 else 2 end as part,
        system_date, coalesce(what, kind) as what, change, if($is_cash, null, broker) as broker,
        booked.event, event_at, receipt_order
    from booked
    left join known on known.event = booked.event
    union all
    select 3, system_date, 'statement', null, broker, '', null, null
    from statements
    where not exists (select 1 from opening where opening.system_date > statements.system_date)

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
window in_order as (
    order by system_date, part, event_at, receipt_order, event rows unbounded preceding
)
order by step
