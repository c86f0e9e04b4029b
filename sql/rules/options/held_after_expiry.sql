-- title:    A contract is still held after it expired
-- severity: S1
-- scope:    account
-- reads:    positions_proof, calendar
-- params:   system_date
--
-- On the session after its expiry a contract is exercised, assigned or expired, so none is held at
-- the end of that day. A position that stays is one whose exercise was forgotten, or a right that
-- the customer is shown and does not have.
-- What the broker states is looked at, and the books where no statement was read: a contract that
-- the broker no longer has and the books do is named by the comparison of positions.
-- `not_evaluated`: the symbol names no day of the calendar, or the quantity cannot be read.
-- Clears when the contract is gone.
with

contracts as (

    select
        positions_proof.account_id,
        positions_proof.symbol,
        positions_proof.is_unreadable,
        coalesce(positions_proof.statement, positions_proof.closing) as qty,
        calendar.date as expiry,
        calendar.next_session as due_date
    from positions_proof
    left join calendar
        on calendar.date = try_strptime(
            '20' || regexp_extract(positions_proof.symbol, '(\d{6})[CP]\d{8}$', 1), '%Y%m%d'
        )::date
    where regexp_full_match(positions_proof.symbol, '.+\d{6}[CP]\d{8}')

),

verdicts as (

    select
        account_id,
        symbol,
        'position after expiry' as subject,
        case
            when expiry is null or is_unreadable then 'not_evaluated'
            when $system_date::date <= expiry then 'pass'
            else 'break'
        end as verdict,
        coalesce('none after ' || expiry, 'a contract with an expiry') as expected,
        plain(qty) as actual,
        qty as difference,
        symbol as unit,
        due_date,
        []::varchar[] as evidence
    from contracts
    where qty <> 0 or is_unreadable

)

select * from verdicts
