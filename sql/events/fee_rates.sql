-- title: Every rate of a fee, published or the user's own
-- reads: stream_fee_rates, published_rates, fetches
-- columns:
--   source: the document that says so, or the user's word
--
-- Every rate of a fee: those published with the job, and the user's own from the last reading of
-- his file. Of one fee, asset class and date the user's own take precedence over the published.
-- Where sources differ, `disputed` rows of the same dates stand side by side. `line` is that of the
-- user's `file`, null for a published rate.
select
    fee, asset_class, since, until, rate, per, cap, min_price, source, certainty,
    null::bigint as line, null::varchar as file, null::varchar as sha256
from events.published_rates
union all
select
    fee, asset_class, since, until, rate, per, cap, min_price, source, certainty,
    try_cast(line as bigint), file, sha256
from stream_fee_rates
where left(segment, 6)::bigint = (
    select max(fetch_id) from events.fetches where stream = 'fee_rates'
)
