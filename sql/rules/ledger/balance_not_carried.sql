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

changes as (

    select account_id, coalesce(symbol, 'UNNAMED') as commodity, 'QTY' as measure, qty as amount
    from movements
    where not is_memo and qty <> 0
    union all by name
    select
        movements.account_id,
        coalesce(movements.currency, account_currencies.currency, 'USD') as commodity,
        'CASH' as measure,
        movements.cash as amount
    from movements
    left join account_currencies on account_currencies.account_id = movements.account_id
    where not movements.is_memo and movements.cash <> 0

),

sums as (

    select account_id, commodity, measure, sum(amount) as amount
    from changes
    group by account_id, commodity, measure

),

closings as (

    select account_id, symbol as commodity, 'QTY' as measure, closing
    from positions_proof
    union all by name
    select account_id, currency as commodity, 'CASH' as measure, closing
    from cash_proof

),

balances as (

    select
        coalesce(closings.account_id, sums.account_id) as account_id,
        coalesce(closings.commodity, sums.commodity) as commodity,
        coalesce(closings.measure, sums.measure) as measure,
        coalesce(sums.amount, 0) as expected,
        coalesce(closings.closing, 0) as closing
    from closings
    full join sums
        on sums.account_id = closings.account_id
        and sums.commodity = closings.commodity
        and sums.measure = closings.measure

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
    from balances

)

select * from verdicts
