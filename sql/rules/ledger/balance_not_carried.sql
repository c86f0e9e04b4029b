-- title:    A closing is not what the movements make of the opening
-- severity: S0
-- scope:    account
-- reads:    movements, positions_proof, cash_proof, account_currencies
-- params:   none
--
-- Opening plus everything that moved is the closing, per account and security, and per account and
-- currency. Here the movements are summed before they become postings, so that a posting that was
-- lost, doubled or put on another account shows. Memo movements never count.
-- Clears when the ledger rule is mended and the night is run again.
with

moved as (

    select account_id, coalesce(symbol, 'UNNAMED') as commodity, 'QTY' as measure, qty as amount
    from movements
    where not is_memo and qty <> 0
    union all
    select
        movements.account_id,
        coalesce(movements.currency, account_currencies.currency, 'USD'),
        'CASH',
        movements.cash
    from movements
    left join account_currencies on account_currencies.account_id = movements.account_id
    where not movements.is_memo and movements.cash <> 0

),

expected as (

    select account_id, commodity, measure, sum(amount) as amount
    from moved
    group by account_id, commodity, measure

),

closings as (

    select account_id, symbol as commodity, 'QTY' as measure, closing
    from positions_proof
    union all
    select account_id, currency, 'CASH', closing
    from cash_proof

),

compared as (

    select
        coalesce(closings.account_id, expected.account_id) as account_id,
        coalesce(closings.commodity, expected.commodity) as commodity,
        coalesce(closings.measure, expected.measure) as measure,
        coalesce(expected.amount, 0) as expected,
        coalesce(closings.closing, 0) as closing
    from closings
    full join expected
        on expected.account_id = closings.account_id
        and expected.commodity = closings.commodity
        and expected.measure = closings.measure

),

verdicts as (

    select
        account_id,
        commodity as symbol,
        if(measure = 'QTY', 'closing position', 'closing cash') as subject,
        if(closing = expected, 'pass', 'break') as verdict,
        plain(expected) as expected,
        plain(closing) as actual,
        (closing - expected)::decimal(38, 9) as difference,
        commodity as unit,
        []::varchar[] as evidence
    from compared

)

select * from verdicts
