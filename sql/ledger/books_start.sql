-- title: The date after which the night's books know what was booked
-- scope: all
-- reads: start_balances, calendar, coverage, opening
-- columns:
--   begins: the day after which all is known that was booked
--   transfers_since: of transfers begun since then the deposits and withdrawals are known too
--
-- The opening's, else the first that is read of activities. A closing may hold what was booked
-- shortly before the state that tells of it, so books that begin with one know a session less.
-- Of transfers begun since `transfers_since` the deposits and withdrawals are known too: a closing
-- carries those of its last twelve days, as they may lie before the transfer's first state.
with

read_of_activities as (

    select min(since)::date as first_day from coverage where stream in ('nta', 'activities')

),

began as (

    select coalesce(
        (
            select max(if(
                (select count(*) from start_balances) > 0, calendar.next_session, calendar.date
            ))
            from opening inner join calendar on calendar.date = opening.system_date
        ),
        (select first_day from read_of_activities),
        '0001-01-01'::date
    ) as begins

)

select
    begins,
    if(
        (select count(*) from start_balances) > 0,
        greatest(
            (select max(system_date) from opening) - 7, (select first_day from read_of_activities)
        ),
        begins
    ) as transfers_since
from began
