"""Which events a standing difference is shown with: those of the night on which it appeared.

The rules that compare a balance with the broker's name as evidence what moved it on the night. A
difference that stands unchanged from an earlier night came of none of that: it keeps the evidence
of the night on which it appeared or last changed, as the break log has it.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from recon.breaks.match import OPEN_STATES, Known, break_id

RULES = (
    "statements/cash_differs",
    "statements/position_differs",
    "statements/stock_record_differs",
)
OPEN = """
select
    rule, coalesce(account_id, ''), coalesce(symbol, ''), subject, verdict,
    coalesce(plain(difference), '')
from verdicts
where rule in $rules and verdict in ('break', 'not_evaluated')
"""
KEEP = """
update verdicts set evidence = $evidence::varchar[]
where rule = $rule and coalesce(account_id, '') = $account_id
    and coalesce(symbol, '') = $symbol and subject = $subject
"""


def keep_evidence(connection: duckdb.DuckDBPyConnection, known: Mapping[str, Known]) -> None:
    """Give the verdicts of standing differences the evidence that the log has. What could not be
    evaluated keeps its own too; a log of release 0.3.0 or older has none, there nothing is kept."""
    rows = connection.execute(OPEN, {"rules": list(RULES)}).fetchall()
    for rule, account_id, symbol, subject, verdict, difference in rows:
        before = known.get(break_id(rule, account_id, symbol, subject))
        if before is None or before.state not in OPEN_STATES or not before.evidence:
            continue
        if verdict == "not_evaluated" or difference == before.difference != "":
            place = {"rule": rule, "account_id": account_id, "symbol": symbol, "subject": subject}
            connection.execute(KEEP, {**place, "evidence": list(before.evidence)})
