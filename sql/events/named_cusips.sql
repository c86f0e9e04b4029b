-- title: Which symbol stood beside which CUSIP, and since when
-- reads: stream_activities, stream_nta, statement_aggregate
-- columns:
--   named_on: the day on which a message named both
--
-- Which symbol stood beside a CUSIP, and since when: a matured bond is named by its CUSIP alone on
-- the activity stream, and by both on what brought it in. The broker's aggregate positions name
-- both, too.
with

parsed as (

    select
        coalesce(nullif(asset_cusip, ''), details ->> '$.cusip') as cusip,
        coalesce(nullif(asset_symbol, ''), details ->> '$.symbol') as symbol,
        coalesce(system_date, settle_date) as named_on
    from stream_activities
    where activity_type not in ('NC', 'MA', 'SPIN', 'SPLIT', 'VOF', 'REO', 'OPCA')
        or asset_symbol <> ''
    union all
    select cusip, symbol, system_date
    from stream_nta
    union all
    select cusip, symbol, system_date
    from events.statement_aggregate

)

select cusip, max(symbol) as symbol, named_on
from parsed
where cusip <> '' and symbol <> '' and named_on is not null
group by cusip, named_on
