-- title:    The broker's equity of an account is not its cash and its positions
-- severity: S2
-- scope:    account
-- reads:    statement_cash
-- params:   system_date
--
-- The broker defines equity as cash plus the value of the long and of the short positions, short
-- ones negative. All four are sent with the balance, as of the same close; where they do not add up,
-- one of them is of another moment, and the cash that the books were held to may be it.
-- A CENT: a difference of at most one hundredth is within tolerance.
-- ACCRUED: the documents leave open whether memo postings and accrued fees are taken off. A difference
-- that is one of the two, or both, to the hundredth is within tolerance as well.
-- Assumption: whether the short value is sent negative is not documented; either is right.
-- Not evaluated where the balance was sent without one of the four, or by a release that did not read
-- them. Without a balance of the night there is no row; statements/statement_missing speaks.
-- Clears with a balance that adds up.
with

balances as (

    select
        account_id,
        currency,
        equity,
        cash + long_market_value - abs(short_market_value) as sum_of_parts,
        coalesce(memoposts, 0) as memoposts,
        coalesce(accrued_fees, 0) as accrued_fees
    from statement_cash
    where system_date = $system_date::date

),

residues as (

    select
        *,
        equity - sum_of_parts as residue,
        [0, memoposts, accrued_fees, memoposts + accrued_fees] as taken_off
    from balances

),

verdicts as (

    select
        account_id,
        'equity ' || currency as subject,
        case
            when residue is null then 'not_evaluated'
            when residue = 0 then 'pass'
            when len(list_filter(taken_off, lambda each: abs(residue + each) <= 0.01)) > 0
                then 'within_tolerance'
            else 'break'
        end as verdict,
        coalesce(plain(sum_of_parts), 'cash and the value of long and short positions')
            as expected,
        coalesce(plain(equity), 'no equity') as actual,
        residue::decimal(38, 9) as difference,
        currency as unit,
        []::varchar[] as evidence
    from residues

)

select * from verdicts
