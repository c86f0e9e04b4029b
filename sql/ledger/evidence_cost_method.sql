-- title: Which cost method the average prices of the night's statement support
-- scope: account
-- reads: costs_by_method, movements, contract_multipliers, accounting_assumptions, statement_positions
-- columns:
--   subject: the account and symbol
--
-- The broker documents a weighted average within the day and compressed FIFO once the day was
-- processed, and does not say which of them a statement prints. One row per position for which
-- the methods give other costs: whether the one in force gives the statement's, and one that
-- would. The price is printed with few digits, so a cost may miss by 0.0001 a share and a cent.
-- Never more than evidence: an average also moves with what lies before the books.
with

held as (

    select
        movements.account_id,
        movements.symbol,
        costs_by_method.method,
        sum(costs_by_method.cost - costs_by_method.rest) as cost
    from costs_by_method
    inner join movements on movements.movement_id = costs_by_method.movement_id
    group by movements.account_id, movements.symbol, costs_by_method.method

),

compared as (

    select
        held.*,
        try(
            stated.avg_entry_price * stated.qty
            * case
                when regexp_full_match(stated.symbol, '.+\d{6}[CP]\d{8}')
                    then coalesce(contract_multipliers.multiplier, 100)
                else 1
            end
        ) as stated_cost,
        abs(stated.qty) * 0.0001 + 0.01 as tolerance
    from held
    inner join statement_positions as stated
        on stated.account_id = held.account_id
        and stated.symbol = held.symbol
        and stated.system_date = $system_date::date
    left join contract_multipliers on contract_multipliers.symbol = stated.symbol

)

select
    'cost_method' as assumption,
    compared.account_id,
    compared.account_id || ' ' || compared.symbol as subject,
    coalesce(
        bool_or(abs(cost - stated_cost) <= tolerance and method = chosen.value), false
    ) as holds,
    min(method) filter (abs(cost - stated_cost) <= tolerance and method <> chosen.value)
        as instead
from compared
inner join accounting_assumptions as chosen on chosen.assumption = 'cost_method'
group by compared.account_id, compared.symbol
having max(cost) - min(cost) > 2 * max(tolerance)
