-- title:    The broker's closing position is not what the books have
-- severity: S1
-- scope:    account
-- reads:    positions_proof, movements
-- params:   system_date
--
-- Opening plus everything booked must be the closing position that the broker states, to the last
-- digit, for every account and symbol that either side knows. A difference is either a movement
-- that only one side has, or one with another quantity. The evidence is what moved that position
-- last, the last twenty as received: a difference that is new tonight lies there or in what is not
-- there. One that stands keeps the evidence of the night on which it appeared.
-- A line of the statement whose quantity cannot be read, or is more than any book holds, is a break.
-- Not evaluated where the statement of the night was not read; statement_missing speaks.
-- Clears when both sides agree again.
with

moves_of_positions as (

    select account_id, coalesce(symbol, 'UNNAMED') as symbol, system_date, event_id, receipt_order
    from movements
    where kind in ('execution', 'activity') and qty <> 0

),

last_days as (

    select moves.account_id, moves.symbol, max(moves.system_date) as system_date
    from moves_of_positions as moves
    inner join positions_proof as differing
        on differing.account_id = moves.account_id
        and differing.symbol = moves.symbol
        and differing.difference <> 0
    group by moves.account_id, moves.symbol

),

last_events as (

    select moves.account_id, moves.symbol, moves.event_id, max(moves.receipt_order) as receipt_order
    from moves_of_positions as moves
    left join last_days
        on last_days.account_id = moves.account_id and last_days.symbol = moves.symbol
    where moves.system_date = coalesce(last_days.system_date, $system_date::date)
    group by moves.account_id, moves.symbol, moves.event_id

),

evidence_of_positions as (

    select
        account_id,
        symbol,
        list(event_id order by receipt_order desc, event_id)[1:20] as evidence
    from last_events
    group by account_id, symbol

),

verdicts as (

    select
        positions_proof.account_id,
        positions_proof.symbol,
        'position' as subject,
        case
            when positions_proof.is_unreadable then 'break'
            when positions_proof.statement is null then 'not_evaluated'
            when positions_proof.difference = 0 then 'pass'
            else 'break'
        end as verdict,
        plain(positions_proof.closing) as expected,
        if(positions_proof.is_unreadable, 'a quantity that cannot be read',
            coalesce(plain(positions_proof.statement), 'no statement')) as actual,
        positions_proof.difference,
        positions_proof.symbol as unit,
        coalesce(evidence_of_positions.evidence, []) as evidence
    from positions_proof
    left join evidence_of_positions
        on evidence_of_positions.account_id = positions_proof.account_id
        and evidence_of_positions.symbol = positions_proof.symbol

)

select * from verdicts
