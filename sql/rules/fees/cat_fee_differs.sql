-- title:    The audit trail fee of a day is not what the day's executions make
-- severity: S3
-- scope:    all
-- reads:    fees_on_trades
-- params:   none
--
-- The Consolidated Audit Trail's fee: the broker passes on a rate per share bought or sold, a contract
-- counting as 100, summed per account and trade day and rounded up to the cent. The rate is the sum of
-- several of CAT's own, each of which may be charged in a line of its own.
-- Law CENT: one cent for each line, since each may be rounded up by itself, and one cent less.
-- Law OTC: shares traded over the counter count a hundredth, and no stream says which are: down to
-- that is within tolerance. Whether one is charged more than the shares make is seen all the same.
-- No execution or a rate of zero, no fee. A fee for a day without executions is no rounding.
-- A broker may bear the fee itself: one that has not come is pending until the next settlement day and
-- then a break where another account was charged it for that day, else not evaluated.
-- Of accounts in another currency, of reversed executions and of days without a rate the same holds as
-- of the SEC's fee (sec_fee_differs).
-- Clears when the fee, or the execution that explains it, comes.
select
    account_id,
    'CAT fee of ' || day as subject,
    verdict,
    expected,
    actual,
    difference,
    currency as unit,
    if(verdict = 'pending', due_date, null) as due_date,
    evidence[1:20] as evidence
from fees_on_trades
where fee = 'CAT'
