-- title:    The broker's closing position is not what the books have
-- severity: S1
-- reads:    positions_proof, movements
-- params:   system_date
--
-- Opening plus everything booked must be the closing position that the broker states, to the last
-- digit, for every account and symbol that either side knows. A difference is either a movement
-- that only one side has, or one with another quantity. The evidence is what moved that position
-- on the day, the last twenty as received: a difference that is new tonight lies there or in what
-- is not there.
-- Not evaluated where the statement of the night was not read; statement_missing speaks.
-- Clears when both sides agree again.
with

events_of_the_day as (

    select account_id, symbol, event, max(received) as received
    from movements
    where system_date = $system_date::date
        and kind in ('execution', 'activity')
        and qty <> 0
    group by account_id, symbol, event

),

moved as (

    select
        account_id,
        symbol,
        list(event order by received desc, event)[1:20] as evidence
    from events_of_the_day
    group by account_id, symbol

),

verdicts as (

    select
        positions_proof.account_id,
        positions_proof.symbol,
        'position' as subject,
        case
            when positions_proof.statement is null then 'not_evaluated'
            when positions_proof.difference = 0 then 'pass'
            else 'break'
        end as verdict,
        plain(positions_proof.closing) as expected,
        coalesce(plain(positions_proof.statement), 'no statement') as actual,
        positions_proof.difference,
        positions_proof.symbol as unit,
        null::date as due_date,
        coalesce(moved.evidence, []) as evidence
    from positions_proof
    left join moved
        on moved.account_id = positions_proof.account_id
        and moved.symbol is not distinct from positions_proof.symbol

)

select * from verdicts
