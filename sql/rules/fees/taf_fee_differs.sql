-- title:    The FINRA trading activity fee of a day is not what the day's sales make
-- severity: S2
-- scope:    account
-- reads:    day_fees
-- params:   none
--
-- The broker passes on FINRA's rate per share sold, at most the cap for each execution and
-- nothing for one at a price below the rate, and per option contract sold; summed per account and
-- trade day and rounded up to the cent once. A gap means another rate or cap, a sale that one
-- side does not have, or a fee charged twice. No sale or a rate of zero, no fee.
-- Law CENT: one cent, or the smallest unit of the account's currency, is within tolerance where
-- something is expected, since the broker's texts disagree whether each fee or the day is rounded.
-- A fee for a day without sales is no rounding.
-- What the fee's text prints as sold must be what was sold on the day it names: all of it, the
-- shares, the contracts, or what the fee is taken of.
-- Law RATE, of accounts in another currency than dollars: no document says at which moment's rate
-- a fee is converted, nor whether before or after it is rounded up. What a rate within two per cent
-- of the sale's `swap_rate` makes, and a cent more, is within tolerance.
-- Where a rate is disputed, either published value passes, and `expected` names it; the user's own
-- rates (RECON_FEE_RATES_FILE) come before the published ones.
-- A sale that is reversed or corrected on a later day was charged as it stood at the close and
-- brings no refund; the fee as it would be now is within tolerance too.
-- A fee that has not come is pending until the next settlement day, then a break.
-- Not evaluated, with the reason: a sale on a day without a rate, or one that no swap rate converts;
-- a day before the opening; a fee that does not fit where a disputed rate has one known value, or
-- on a day on which an exercise sold shares, which may be charged as well [?].
-- Clears when the fee, or the sale that explains it, comes.
select
    account_id,
    'TAF fee of ' || day as subject,
    verdict,
    expected,
    actual,
    difference,
    currency as unit,
    if(verdict = 'pending', due_date, null) as due_date,
    evidence[1:20] as evidence
from day_fees
where fee = 'TAF'
