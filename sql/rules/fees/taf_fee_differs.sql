-- title:    The FINRA trading activity fee of a day is not what the day's sales make
-- severity: S2
-- reads:    sale_fees
-- params:   none
--
-- The broker passes on FINRA's rate per share sold, at most the cap for each execution and
-- nothing for one at a price below the rate, and per option contract sold; summed per account and
-- trade day and rounded up to the cent once. A gap means another rate or cap, a sale that one
-- side does not have, or a fee charged twice. No sale or a rate of zero, no fee.
-- Law CENT: one cent is within tolerance where something is expected, since the broker's texts
-- disagree whether each fee or the day is rounded. A fee for a day without sales is no rounding.
-- A sale that is taken back or corrected on a later day was charged as it stood at the close and
-- brings no refund; the fee as it would be now is within tolerance too.
-- A fee that has not come is pending until the next settlement day, then a break.
-- Not evaluated: a sale on a day without a rate, a day before the opening, and a fee that does not
-- fit on a day on which an exercise sold shares, which may be charged as well [?].
-- Clears when the fee, or the sale that explains it, comes.
select
    account_id,
    null::varchar as symbol,
    'TAF fee of ' || day as subject,
    verdict,
    plain(at_close) as expected,
    case when amount is null then 'no fee' else plain(amount) end as actual,
    (paid - at_close)::decimal(38, 9) as difference,
    'USD' as unit,
    case when verdict = 'pending' then due_date end as due_date,
    evidence[1:20] as evidence
from sale_fees
where fee = 'TAF'
