-- title:    The clearing fee of a day's options is not what their contracts make
-- severity: S2
-- scope:    all
-- reads:    fees_on_trades
-- params:   none
--
-- The Options Clearing Corporation's fee: a rate per option contract bought or sold, with a cap per
-- execution where the rate has one. It is charged for each execution, which the fee names, or
-- for a day; both are judged per account and trade day of the executions.
-- Law CENT: one cent for each fee, since each may be rounded up by itself, and one cent less.
-- The sources differ on the rate since 2025: either value passes, and `expected` names it.
-- No execution or a rate of zero, no fee. A fee for a day without executions is no rounding.
-- A broker may bear the fee itself: one that has not come is pending until the next settlement day and
-- then a break where another account was charged it for that day, else not evaluated.
-- Of accounts in another currency, of reversed executions and of days without a rate the same holds as
-- of the SEC's fee (sec_fee_differs).
-- Clears when the fee, or the execution that explains it, comes.
select
    account_id,
    'OCC fee of ' || day as subject,
    verdict,
    expected,
    actual,
    difference,
    currency as unit,
    if(verdict = 'pending', due_date, null) as due_date,
    evidence[1:20] as evidence
from fees_on_trades
where fee = 'OCC'
