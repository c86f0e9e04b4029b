-- title: Double entry: every event as postings that sum to zero per commodity
-- reads: execution_effects, activity_effects, opening_positions, opening_cash, opening, account_currencies
--
-- One line gives the account what it got, its twin takes the same from where it came. A commodity
-- is a currency or a security. Corporate actions, journals and exercises go through suspense
-- accounts that drain when the other leg comes.
with

movements as (

    select
        execution_id as event, 'execution' as kind, account_id, symbol, qty_delta, cash_delta,
        'STREET:TRADE' as contra, system_date, trade_date, settle_date
    from execution_effects
    union all
    select
        activity_id, 'activity', account_id, symbol, qty_delta, cash_delta,
        contra || case
            when starts_with(contra, 'SUSP:') and contra <> 'SUSP:UNCLASSIFIED'
            then ':' || group_key else ''
        end,
        system_date, system_date, settle_date
    from activity_effects
    union all
    select
        'opening ' || account_id || ' ' || symbol, 'opening', account_id, symbol, qty, 0, 'OPEN',
        opening.system_date, opening.system_date, opening.system_date
    from opening_positions cross join opening
    union all
    select
        'opening ' || account_id || ' ' || currency, 'opening', account_id, null, 0, cash, 'OPEN',
        opening.system_date, opening.system_date, opening.system_date
    from opening_cash cross join opening

),

lines as (

    select
        event, kind, account_id, system_date, trade_date, settle_date,
        'C:' || account_id || ':POS' as ledger_account, contra, symbol as commodity,
        qty_delta as amount, 1 as leg
    from movements
    where qty_delta <> 0
    union all
    select
        movements.event, movements.kind, movements.account_id, movements.system_date,
        movements.trade_date, movements.settle_date,
        'C:' || movements.account_id || ':CASH', movements.contra, account_currencies.currency,
        movements.cash_delta, 3
    from movements
    inner join account_currencies on account_currencies.account_id = movements.account_id
    where movements.cash_delta <> 0

)

select
    event || '/' || leg as posting_id,
    event, kind, account_id, system_date, trade_date, settle_date,
    ledger_account, commodity, amount::decimal(38, 9) as amount
from lines
union all
select
    event || '/' || (leg + 1),
    event, kind, account_id, system_date, trade_date, settle_date,
    contra, commodity, -amount
from lines
