-- title: Deposits, withdrawals, transfers of shares and journals, and when they were asked for
-- scope: account
-- reads: activities_to_date, transfers, transfer_matches, return_matches, journal_states, calendar
-- columns:
--   is_journal: whether it is a journal between accounts, not a transfer from or to another house
--   is_incoming: whether it brings cash or shares into the account
--   begun_on: the day of the first state of its transfer or journal; null where that is not known
--   asked_since: the earliest moment at which it may have been asked for [UTC]
--   asked_until: the latest one [UTC]
--   booked_since: the beginning of the day on which it is booked [UTC]
--   booked_until: its end [UTC]
--
-- One row a booked activity of the night's books that brings cash or shares in or takes them out,
-- at somebody's wish: what returns, cancels or reverses another is not. Its transfer is the one that
-- it names, else the one that it is matched with. Where no state of it is known it may have been
-- asked for in the seven days before. A day begins at 20:00 New York after the session before.
with

matched as (

    select matches.account_id, matches.activity_id, min(transfers.begun_on) as begun_on
    from transfer_matches as matches
    inner join transfers on transfers.transfer_id = matches.transfer_id
        and transfers.account_id is not distinct from matches.account_id
    where matches.activity_id is not null
    group by matches.account_id, matches.activity_id

),

named as (

    select transfer_id, min(begun_on) as begun_on from transfers group by transfer_id

),

journals as (

    select journal_id, min(system_date) as begun_on from journal_states group by journal_id

),

entries as (

    select
        activities.account_id,
        activities.symbol,
        activities.activity_id,
        activities.entry_type,
        activities.net_amount,
        activities.system_date,
        starts_with(activities.entry_type, 'JNL') as is_journal,
        if(activities.net_amount <> 0, activities.net_amount, activities.qty) > 0 as is_incoming,
        coalesce(named.begun_on, matched.begun_on, journals.begun_on) as begun_on
    from activities_to_date as activities
    left join named on named.transfer_id = activities.transfer_id
    left join matched
        on matched.activity_id = activities.activity_id
        and matched.account_id = activities.account_id
    left join journals on journals.journal_id = activities.journal_id
    where activities.in_books
        and activities.is_booked
        and activities.entry_type in (
            'CSD', 'CSW', 'ACATC', 'ACATS', 'FOPT', 'JNL', 'JNLC', 'JNLS'
        )
        and (activities.net_amount <> 0 or activities.qty <> 0)
        and not coalesce(activities.is_exact_reversal, false)
        and not (activities.entry_type = 'CSD' and activities.net_amount < 0)
        and not (activities.entry_type = 'CSW' and activities.net_amount > 0)
        and activities.activity_id not in (
            select activity_in_turn from return_matches where activity_in_turn is not null
        )

)

select
    entries.*,
    ((if(begun_on is null, entries.system_date - 7, begun.previous_session)::timestamp
    + interval 20 hours) at time zone 'America/New_York') as asked_since,
    ((coalesce(begun_on, entries.system_date)::timestamp + interval 20 hours)
    at time zone 'America/New_York') as asked_until,
    ((booked.previous_session::timestamp + interval 20 hours) at time zone 'America/New_York')
        as booked_since,
    ((entries.system_date::timestamp + interval 20 hours) at time zone 'America/New_York')
        as booked_until
from entries
inner join calendar as booked on booked.date = entries.system_date
left join calendar as begun on begun.date = entries.begun_on
