-- How many events of each stream every stage has: archived in all, listed by the manifest for the
-- segments that the night reads, staged of these, distinct and readable among the streams that move
-- money, and accounted for in the tables. Empty where a stage does not count that stream.
select
    archived.stream,
    archived.events::varchar as archived,
    coalesce(staged.had::varchar, '') as listed,
    coalesce(staged.has::varchar, '') as staged,
    coalesce(tables.had::varchar, '') as readable,
    coalesce(tables.has::varchar, '') as in_the_tables
from (select stream, sum(new)::bigint as events from fetches group by stream) as archived
left join control_totals as staged
    on staged.stream = archived.stream and staged.stage = 'staged'
left join control_totals as tables
    on tables.stream = archived.stream and tables.stage = 'in the tables'
where archived.events > 0
order by archived.stream
