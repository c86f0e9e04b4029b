-- title: Each movement's quantity, cash and cost as one line of its account
-- scope: account
-- reads: movements, costs, account_currencies, account_map
-- columns:
--   kind: execution, activity, memo or opening
--   is_cost_rest: whether it is what was left of the cost of a flat position
--
-- A memo line is beside the books: neither it nor its twin is ever in a customer account. What is
-- left of the cost of a position that became flat goes to rounding; where a reversal left it, to
-- the street, since sales in between had taken out cost at another average.
with

named as (

    select
        movements.*,
        coalesce(movements.currency, account_currencies.currency, 'USD') as money,
        if(is_memo, 'MEMO:', '') || if(account_map.kind = 'firm', 'F:', 'C:') || movements.account_id
            as owner,
        coalesce(symbol, 'UNNAMED') as asset
    from movements
    left join account_currencies on account_currencies.account_id = movements.account_id
    left join account_map on account_map.account_id = movements.account_id

),

measured as (

    select
        named.*, 'QTY' as measure, 1 as line_no, owner || ':POS' as ledger_account,
        contra as other_account, asset as commodity, qty as amount
    from named
    where qty <> 0
    union all by name
    select
        named.*, 'CASH' as measure, 3 as line_no, owner || ':CASH' as ledger_account,
        contra as other_account, money as commodity, cash as amount
    from named
    where cash <> 0
    union all by name
    select
        named.*, 'COST' as measure, 5 as line_no, owner || ':COST:' || asset as ledger_account,
        contra as other_account, money || '.cost' as commodity, costs.cost as amount
    from named
    inner join costs on costs.movement_id = named.movement_id
    where costs.cost <> 0
    union all by name
    select
        named.*, 'COST' as measure, 7 as line_no, owner || ':COST:' || asset as ledger_account,
        if(part = 'reversal', contra, 'ROUND:COST') as other_account,
        money || '.cost' as commodity, -costs.rest as amount
    from named
    inner join costs on costs.movement_id = named.movement_id
    where costs.rest <> 0

)

select
    movement_id,
    event_id,
    part,
    kind,
    account_id,
    system_date,
    trade_date,
    settle_date,
    measure,
    line_no,
    line_no = 7 as is_cost_rest,
    ledger_account,
    other_account,
    commodity,
    amount::decimal(38, 9) as amount,
    case when not is_cost_rest then reverses end as reverses
from measured
