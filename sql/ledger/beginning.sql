-- title: The date after which the night's books know what was booked
-- reads: base, calendar, coverage, opening
--
-- The opening's, else the first that is read of activities. A closing may hold what was booked
-- shortly before the state that tells of it, so books that begin with one know a session less.
select coalesce(
    (
        select max(if((select count(*) from base) > 0, calendar.next_session, calendar.date))
        from opening inner join calendar on calendar.date = opening.system_date
    ),
    (select min(since)::date from coverage where stream in ('nta', 'activities')),
    '0001-01-01'::date
) as begins
