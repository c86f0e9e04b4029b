-- title: The user's own rates of fees, and which of them the fees of this night were worked out with
-- scope: all
-- reads: fee_rates, day_fees
-- columns:
--   is_applied: whether a fee of the night was worked out with it
--
-- For the certificate: a rate that the job was not published with is named where it decided.
select
    file,
    sha256,
    line,
    fee,
    asset_class,
    since,
    until,
    plain(rate) as rate,
    per,
    plain(cap) as cap,
    plain(min_price) as min_price,
    coalesce(line in (select unnest(lines) from day_fees), false) as is_applied
from fee_rates
where line is not null
order by line
