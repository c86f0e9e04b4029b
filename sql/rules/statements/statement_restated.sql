-- title:    The broker stated a date again, and otherwise
-- severity: S2
-- scope:    account
-- reads:    statement_restatements, statement_positions, statement_cash
-- params:   system_date
--
-- A statement of a date is final: read a second time it says the same. Where it does not, the books
-- were proven against a statement that the broker no longer holds to. The last reading is what the
-- books are held to, and this names what it changed, so that it replaces nothing silently. One that
-- changed and changed back is named too.
-- PRICES: prices, values and costs of a position, and the equity, may be made anew after the day (the
-- broker changes its cost method over night); what is only that is within tolerance.
-- Breaks of earlier dates are said again as long as both readings are in the night's data. A row that
-- passes counts the positions, or the balance, of an account on the night's own date.
-- Clears only when somebody accepts it: what was received stays received.
with

restated as (

    select
        *,
        len(list_distinct(quantities)) > 1 as is_other_quantity
    from statement_restatements

),

statements as (

    select account_id, 'position' as kind, 'positions' as what, system_date
    from statement_positions
    union
    select account_id, 'cash', 'cash', system_date
    from statement_cash

),

verdicts as (

    select
        account_id,
        symbol,
        kind || ' of ' || system_date as subject,
        if(is_other_quantity, 'break', 'within_tolerance') as verdict,
        'the same in every reading' as expected,
        if(is_other_quantity, array_to_string(quantities, ', then '), 'other prices or values')
            as actual,
        change as difference,
        if(is_other_quantity, coalesce(symbol, 'cash'), null) as unit,
        coalesce(evidence, []) as evidence
    from restated
    union all by name
    select
        account_id,
        'all ' || what || ' of ' || system_date as subject,
        'pass' as verdict,
        'the same in every reading' as expected,
        'the same in every reading' as actual,
        []::varchar[] as evidence
    from statements
    where system_date = $system_date::date
        and (account_id, kind, system_date)
            not in (select (account_id, kind, system_date) from restated)

)

select * from verdicts
