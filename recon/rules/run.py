"""Runs rules over one night: each gives verdicts into the table `verdicts`.

Takes a connection with the night's tables and the ledger; gives nothing back but the table. A
rule whose input is not proven complete says `not_evaluated`, whatever it found: never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import date

import duckdb

from recon.rules.catalog import streams_behind
from recon.rules.header import Rule, RuleError

CONTRACT = {
    "account_id": "VARCHAR",
    "symbol": "VARCHAR",
    "subject": "VARCHAR",
    "verdict": "VARCHAR",
    "expected": "VARCHAR",
    "actual": "VARCHAR",
    "difference": "DECIMAL(38,9)",
    "unit": "VARCHAR",
    "due_date": "DATE",
    "evidence": "VARCHAR[]",
}
VERDICTS = ("pass", "within_tolerance", "pending", "break", "not_evaluated")
CREATE = """
create or replace temp table found_verdicts (rule varchar, severity varchar, {columns})
"""
WRONG_VERDICT = """
select rule, coalesce(verdict, 'null') || ' for ' || coalesce(subject, 'null') from found_verdicts
where verdict is null or verdict not in $verdicts or subject is null
    or (verdict = 'pending' and due_date is null)
order by all limit 1
"""
TWICE = """
select rule, concat_ws(' ', account_id, symbol, subject) || ' twice' from found_verdicts
group by rule, account_id, symbol, subject having count(*) > 1 order by all limit 1
"""


def run_rules(
    connection: duckdb.DuckDBPyConnection,
    rules: Iterable[Rule],
    system_date: date,
    incomplete: Set[str] = frozenset(),
) -> None:
    """Make the table `verdicts`. `incomplete` names the streams that are not proven complete.

    A rule that the data is too much for (a product beyond 38 digits) is a break of its own and
    stops no other. Raises RuleError for a rule that breaks the output contract. Must not be called
    inside a transaction, which such data would end.
    """
    columns = ", ".join(f"{name} {kind}" for name, kind in CONTRACT.items())
    connection.execute(CREATE.format(columns=columns))
    pack = {rule.rule: rule for rule in rules}
    for rule in pack.values():
        _run_rule(connection, rule, system_date)
        if streams_behind(rule.reads) & incomplete:
            connection.execute(
                "update found_verdicts set verdict = 'not_evaluated', due_date = null"
                " where rule = ?",
                [rule.rule],
            )
    wrong = connection.execute(WRONG_VERDICT, {"verdicts": list(VERDICTS)}).fetchall()
    for name, seen in wrong:
        raise _breach(pack[name], f"a subject, one of {VERDICTS}, a due date if pending", seen)
    for name, seen in connection.execute(TWICE).fetchall():
        raise _breach(pack[name], "one row for each account, symbol and subject", seen)
    connection.execute("create or replace table main.verdicts as from found_verdicts")


def _run_rule(connection: duckdb.DuckDBPyConnection, rule: Rule, system_date: date) -> None:
    params = {name: default or str(system_date) for name, default in rule.params.items()}
    named = {"rule": rule.rule, "severity": rule.severity}
    try:
        connection.execute(f"create or replace temp table found as {rule.sql}", params)
    except duckdb.DataError as error:
        connection.execute(
            "insert into found_verdicts (rule, severity, subject, verdict, expected, actual)"
            " values ($rule, $severity, 'the rule itself', 'break', 'numbers it can hold', $seen)",
            {**named, "seen": str(error).splitlines()[0]},
        )
        return
    except duckdb.Error as error:
        raise _breach(rule, "a SELECT that runs", str(error).splitlines()[0]) from error
    seen = connection.execute("select column_name, column_type from (describe found)").fetchall()
    if seen != list(CONTRACT.items()):
        raise _breach(rule, f"the columns {CONTRACT}", str(dict(seen)))
    connection.execute("insert into found_verdicts select $rule, $severity, * from found", named)


def _breach(rule: Rule, expected: str, seen: str) -> RuleError:
    return RuleError(
        expected=expected,
        seen=seen,
        where=f"the result of sql/rules/{rule.rule}.sql",
        next_step="mend the rule; its fixture shows the same",
    )
