-- title:    A commodity does not sum to zero over all accounts
-- severity: S0
-- scope:    all
-- reads:    trial_balance
-- params:   none
--
-- What one account has, another gave: each currency, each security and each currency's cost sums to
-- zero over the whole ledger, and so do the memo accounts by themselves. A break means that the
-- ledger itself is wrong, or that a stored closing was.
-- Clears when the ledger rule is mended and the night is run again.
with

commodities as (

    select commodity, measure, is_memo, sum(amount) as remainder, count(*) as accounts
    from trial_balance
    group by commodity, measure, is_memo

),

verdicts as (

    select
        commodity as symbol,
        concat_ws(' ', 'balance of', lower(measure), if(is_memo, 'memo', null)) as subject,
        if(remainder = 0, 'pass', 'break') as verdict,
        '0' as expected,
        remainder::varchar as actual,
        remainder::decimal(38, 9) as difference,
        commodity as unit,
        [accounts || ' accounts'] as evidence
    from commodities

)

select * from verdicts
