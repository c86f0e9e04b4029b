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
CREATE = "create or replace table main.verdicts (rule varchar, severity varchar, {columns})"
WRONG_VERDICT = """
select verdict, subject from verdicts
where rule = $rule and (verdict is null or verdict not in $verdicts or subject is null
    or (verdict = 'pending' and due_date is null)) limit 1
"""
TWICE = """
select coalesce(account_id, ''), coalesce(symbol, ''), subject from verdicts where rule = $rule
group by all having count(*) > 1 order by all limit 1
"""


def run_rules(
    connection: duckdb.DuckDBPyConnection,
    rules: Iterable[Rule],
    system_date: date,
    incomplete: Set[str] = frozenset(),
) -> None:
    """Fill the table `verdicts`. `incomplete` names the streams that are not proven complete.

    Raises RuleError for a rule that breaks the output contract.
    """
    columns = ", ".join(f"{name} {kind}" for name, kind in CONTRACT.items())
    connection.execute(CREATE.format(columns=columns))
    for rule in rules:
        run_rule(connection, rule, system_date)
        if streams_behind(rule.reads) & incomplete:
            connection.execute(
                "update verdicts set verdict = 'not_evaluated', due_date = null where rule = ?",
                [rule.rule],
            )


def run_rule(connection: duckdb.DuckDBPyConnection, rule: Rule, system_date: date) -> None:
    """Add one rule's verdicts. Raises RuleError if the output is not what the contract says."""
    params = {n: d or str(system_date) for n, d in rule.params.items() if f"${n}" in rule.sql}
    relation = connection.sql(rule.sql, params=params)
    seen = {name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)}
    if seen != CONTRACT or list(seen) != list(CONTRACT):
        raise _breach(rule, f"the columns {CONTRACT}", str(seen))
    names = ", ".join(CONTRACT)
    connection.execute(
        f"insert into verdicts select $rule, $severity, {names} from ({_bare(rule.sql)})",  # noqa: S608
        {**params, "rule": rule.rule, "severity": rule.severity},
    )
    wrong = connection.execute(
        WRONG_VERDICT, {"rule": rule.rule, "verdicts": list(VERDICTS)}
    ).fetchall()
    if wrong:
        raise _breach(
            rule, f"a subject and one of {VERDICTS}, a due date if pending", str(wrong[0])
        )
    twice = connection.execute(TWICE, {"rule": rule.rule}).fetchall()
    if twice:
        raise _breach(rule, "one row for each account, symbol and subject", f"{twice[0]} twice")


def _bare(sql: str) -> str:
    return sql.rstrip().rstrip(";") + "\n"


def _breach(rule: Rule, expected: str, seen: str) -> RuleError:
    return RuleError(
        expected=expected,
        seen=seen,
        where=f"the result of sql/rules/{rule.rule}.sql",
        next_step="mend the rule; its fixture shows the same",
    )
