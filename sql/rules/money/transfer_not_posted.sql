-- title:    A transfer and the deposits and withdrawals of its account do not agree
-- severity: S1
-- scope:    all
-- reads:    transfers, transfer_matches, transfer_entries, transfer_states, books_start, calendar, coverage
-- params:   none
--
-- A transfer that is complete has moved cash: a deposit (CSD) or a withdrawal (CSW) is booked in
-- its account, and no deposit or withdrawal comes without a transfer. The states of a transfer name
-- neither amount nor direction, and an older activity names no transfer. So the assumption is: each
-- complete transfer has one entry of its account, any that is not taken by another transfer, booked
-- between its first state and three settlement days after it was complete, or that many before.
-- An entry may also be of a transfer that is under way, if as near to its last state, or of a
-- return, which has a rule of its own. Two entries without a transfer that cancel each other are
-- one that was reversed.
-- Either side is pending until the next settlement day, then a break: the customer's cash and the
-- bank do not agree. Where neither stream of transfers is read nothing is looked at.
-- `not_evaluated`: a transfer that began before the books do, or an entry that is older than what
-- is read of transfers, or streams that have never reported one.
-- Clears when the missing side comes.
with

completed as (

    select
        transfers.account_id, transfers.begun_on, transfers.completed_on,
        'transfer ' || transfers.transfer_id as subject,
        matches.activity_id,
        list_filter(
            [
                transfers.event_id,
                if(
                    matches.activity_id is null, null,
                    coalesce(matches.activity_in_turn, matches.activity_id)
                )
            ],
            lambda one: one is not null
        ) as evidence
    from transfers
    inner join transfer_matches as matches
        on matches.account_id is not distinct from transfers.account_id
        and matches.transfer_id = transfers.transfer_id
        and matches.claim = 'completion'
    where transfers.completed_on is not null and transfers.returned_on is null

),

streams as (

    select
        min(since)::date as first_day,
        exists (select 1 from transfer_states where kind = 'transfer') as report_transfers
    from coverage
    where stream in ('funding_status', 'transfer_status')
    having count(*) > 0

),

unmatched as (

    select
        entries.*,
        row_number() over (
            partition by account_id, net_amount order by system_date, activity_id
        ) as number
    from transfer_entries as entries
    where not is_canceled
        and activity_id not in (
            select activity_in_turn from transfer_matches where activity_in_turn is not null
        )

),

not_reversed as (

    select unmatched.*
    from unmatched
    where number > (
        select count(*) from unmatched as opposite
        where opposite.account_id = unmatched.account_id
            and opposite.net_amount = -unmatched.net_amount
    )

),

verdicts as (

    select
        completed.account_id,
        completed.subject,
        case
            when completed.activity_id is not null then 'pass'
            when completed.begun_on <= transfers_since then 'not_evaluated'
            else 'break'
        end as verdict,
        'booked' as expected,
        if(completed.activity_id is null, 'not booked', 'booked') as actual,
        calendar.next_settlement as due_date,
        completed.evidence
    from completed
    cross join books_start
    inner join calendar on calendar.date = completed.completed_on
    where completed.completed_on > begins
    union all by name
    select
        not_reversed.account_id,
        'activity ' || activity_id as subject,
        if(
            not_reversed.system_date <= streams.first_day or not streams.report_transfers,
            'not_evaluated', 'break'
        ) as verdict,
        'a transfer' as expected,
        'none' as actual,
        calendar.next_settlement as due_date,
        [activity_id] as evidence
    from not_reversed
    cross join books_start
    cross join streams
    inner join calendar on calendar.date = not_reversed.system_date
    where not_reversed.system_date > begins

)

select * from verdicts
