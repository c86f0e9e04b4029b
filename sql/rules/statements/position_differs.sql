-- title:    The broker's closing position is not what the books have
-- severity: S1
-- scope:    account
-- reads:    positions_proof, movements, reported_positions, start_gaps
-- params:   system_date
--
-- Opening plus everything booked must be the closing position that the broker states, to the last
-- digit, for every account and symbol that either side knows. A difference is either a movement
-- that only one side has, or one with another quantity. The evidence is what moved that position
-- last, the last twenty as received: a difference that is new tonight lies there or in what is not
-- there. One that stands keeps the evidence of the night on which it appeared.
-- THIRD SIDE: an execution of the day reports the position after it. What the last one says, and what was
-- booked since, is a third account of the closing position: `actual` then says whether it is what the
-- books have (the statement is odd), what the statement has (the books lack or have too much), or
-- neither.
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

-- By how much the position that the executions of the day report is another than that of the books.
reported_gaps as (

    select account_id, symbol, sum(gap) as gap
    from (
        select account_id, symbol, qty as gap, null as is_of_the_day, true as is_known
        from start_gaps
        union all by name
        select
            account_id,
            symbol,
            change as gap,
            system_date = $system_date::date and position_qty is not null as is_of_the_day,
            change is not null as is_known
        from reported_positions
        where system_date <= $system_date::date
    ) as gaps
    group by account_id, symbol
    having bool_or(is_of_the_day) and bool_and(is_known)

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
            coalesce(plain(positions_proof.statement), 'no statement'))
        || case
            when positions_proof.difference = 0 then ''
            when reported_gaps.gap = 0 then '; executions report what the books have'
            when reported_gaps.gap = positions_proof.difference
                then '; executions report the same'
            when reported_gaps.gap <> positions_proof.difference
                then '; executions report ' || plain(positions_proof.closing + reported_gaps.gap)
            else ''
        end as actual,
        positions_proof.difference,
        positions_proof.symbol as unit,
        coalesce(evidence_of_positions.evidence, []) as evidence
    from positions_proof
    left join evidence_of_positions
        on evidence_of_positions.account_id = positions_proof.account_id
        and evidence_of_positions.symbol = positions_proof.symbol
    left join reported_gaps
        on reported_gaps.account_id = positions_proof.account_id
        and reported_gaps.symbol = positions_proof.symbol

)

select * from verdicts
