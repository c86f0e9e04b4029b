-- title:    A returned transfer still stands in the account's cash
-- severity: S1
-- scope:    account
-- reads:    transfers, return_claims, return_matches, transfer_entries, books_start, calendar
-- params:   none
--
-- A bank may return a transfer that was complete: then its cash goes back, by an entry (CSD, CSW)
-- of the opposite amount or by canceling the first. The states of a transfer name no amount, so
-- the assumption is: within three settlement days of the return the account has an entry that
-- is the opposite of an earlier one of the transfer's time, or a canceled one; each return has its
-- own, the earlier return the earlier one. What a return costs is a fee and not looked at. A transfer
-- of which nothing was booked before its return has nothing to give back.
-- Pending until the next settlement day after the return, then a break: the account holds money
-- that the bank has got back. `not_evaluated`: the transfer began before the books do, and its
-- entry is not here to see; or there is one entry too few because of a return from before the books
-- begin, whose own may be there. Clears when the entry is reversed.
with

returns as (

    select
        transfers.*,
        calendar.next_settlement as due_date,
        exists (
            select 1 from transfer_entries as entries
            where entries.account_id = claims.account_id
                and entries.day between claims.booked_since and claims.return_day
        ) as was_booked
    from transfers
    inner join return_claims as claims
        on claims.account_id is not distinct from transfers.account_id
        and claims.transfer_id = transfers.transfer_id
    inner join calendar on calendar.date = transfers.returned_on
    cross join books_start
    where transfers.returned_on > begins

),

verdicts as (

    select
        returns.account_id,
        'transfer ' || returns.transfer_id as subject,
        case
            when activity_in_turn is not null then 'pass'
            when begun_on <= transfers_since or activity_id is not null then 'not_evaluated'
            when not was_booked then 'pass'
            else 'break'
        end as verdict,
        'reversed' as expected,
        case
            when activity_in_turn is not null then 'reversed'
            when was_booked then 'booked'
            else 'nothing booked'
        end as actual,
        due_date,
        list_filter(
            [event_id, coalesce(activity_in_turn, activity_id)], lambda one: one is not null
        ) as evidence
    from returns
    cross join books_start
    inner join return_matches as matches
        on matches.account_id is not distinct from returns.account_id
        and matches.transfer_id = returns.transfer_id

)

select * from verdicts
