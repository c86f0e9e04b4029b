-- title:    The options regulatory fee of a day is not what the day's contracts make
-- severity: S2
-- scope:    all
-- reads:    fees_on_trades
-- params:   none
--
-- The exchanges' options regulatory fee: the broker passes on a rate per option contract bought or
-- sold, summed per account and trade day and rounded up to the cent once. A gap means another rate, an
-- execution that one side does not have, or a fee charged twice.
-- Law CENT: one cent, or the smallest unit of the account's currency, is within tolerance where
-- something is expected. The contracts that the fee's text prints must be those of that day.
-- Since July 2026 each exchange charges a rate of its own: the published rate is disputed there, and
-- an amount that does not fit it is not evaluated unless the user's own rate is given.
-- No execution or a rate of zero, no fee. A fee for a day without executions is no rounding.
-- A broker may bear the fee itself: one that has not come is pending until the next settlement day and
-- then a break where another account was charged it for that day, else not evaluated.
-- Of accounts in another currency, of reversed executions and of days without a rate the same holds as
-- of the SEC's fee (sec_fee_differs).
-- Clears when the fee, or the execution that explains it, comes.
select
    account_id,
    'ORF fee of ' || day as subject,
    verdict,
    expected,
    actual,
    difference,
    currency as unit,
    if(verdict = 'pending', due_date, null) as due_date,
    evidence[1:20] as evidence
from fees_on_trades
where fee = 'ORF'
