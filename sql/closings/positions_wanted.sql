-- Whose positions of which days before the beginning a night asks for: a dividend is paid on what was
-- held weeks before, at its record date or some sessions earlier, and so are spin-offs and rights.
select distinct
    calendar.date as system_date, account_id,
    if(entry_type in ('SPIN', 'VOF'), source_symbol, symbol) as symbol
from events.activities
inner join events.calendar
    on calendar.is_session and calendar.date between record_date - 7 and record_date
where entry_type in ('DIV', 'DIVROC', 'CGD', 'DIVCGL', 'DIVCGS', 'SPIN', 'VOF')
    and coalesce(symbol, source_symbol) is not null
    and calendar.date <= $base and system_date > $base
