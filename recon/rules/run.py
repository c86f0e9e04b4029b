"""Runs rules over one night: each gives verdicts into the table `verdicts`.

Takes a connection with the night's tables and the ledger; gives nothing back but the table. A
rule whose input is not proven complete says `not_evaluated`, whatever it found: never a pass.

A rule that the data of some account is too odd for stops no other and judges the other accounts:
what it could not say is a break of the rule itself. Only a rule that is wrong whatever the data is
ends the night.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from types import MappingProxyType

import duckdb

from recon.rules.catalog import streams_behind
from recon.rules.culprits import COLUMNS, judge_others
from recon.rules.header import ITSELF, Rule, RuleError
from recon.rules.statement import check_statement, find
from recon.rules.verdicts import CONTRACT, VERDICTS, against_contract, awaited

ONE_ROW_EACH = "one row for each account, symbol and subject, with a verdict, a due date if pending"
ROWS_NAMED_MAX, EVIDENCE_MAX = 10, 100
NOBODY: Mapping[str, str] = MappingProxyType({})
# Errors of a statement that is wrong whatever the data is: the last of them, that it would write.
OF_THE_RULE = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.TransactionException,
)
# And of a machine that cannot go on, whatever the rule is.
OF_THE_MACHINE = (
    duckdb.OperationalError,
    duckdb.InternalError,
    duckdb.FatalException,
    duckdb.InterruptException,
)
CREATE = """
create or replace temp table found_verdicts (rule varchar, severity varchar, {columns})
"""
FOUND = """
select table_name, map(list(column_name), list(data_type))
from duckdb_columns()
where database_name = 'temp' and table_name in (select unnest($tables::varchar[]))
group by table_name
"""
# One statement for all rules: each of its own would cost a plan.
JUDGED = """
create or replace temp table judged as
with every_verdict as (from found_verdicts{found}),
awaited as ({awaited})
select
    *,
    case
        when subject is null then 'no subject'
        when verdict is null then 'no verdict'
        when verdict not in $verdicts then 'unknown verdict'
        when verdict = 'pending' and due_date is null then 'pending without a due date'
        when count(*) over (partition by rule, account_id, symbol, subject) > 1 then 'twice'
    end as fault
from awaited
"""
KEEP = """
create or replace table main.verdicts as
select * exclude (fault) replace (
    if(rule in $unproven, 'not_evaluated', verdict) as verdict,
    if(rule in $unproven, null, due_date) as due_date
)
from judged where fault is null
"""
FAULTY = """
with faulty as (
    select
        rule,
        concat_ws(' ', fault || ':', account_id, symbol, subject, verdict, 'expected ' || expected,
            'saw ' || actual) as shown,
        evidence
    from judged where fault is not null
)
select
    rule, count(*), list_sort(list(shown)),
    list_sort(list_distinct(flatten(list(coalesce(evidence, [])))))
from faulty group by rule order by rule
"""
BREAK = """
insert into main.verdicts by name
select
    $account_id::varchar as account_id, $symbol::varchar as symbol,
    $rule as rule, 'S0' as severity, $subject as subject, 'break' as verdict,
    $expected as expected, $actual as actual, $rows::decimal(38, 9) as difference,
    if($rows is null, null, 'rows') as unit, $evidence::varchar[] as evidence
"""


def run_rules(
    connection: duckdb.DuckDBPyConnection,
    rules: Iterable[Rule],
    system_date: date,
    incomplete: Set[str] = frozenset(),
    *,
    proven: bool = False,
) -> None:
    """Make the table `verdicts`. `incomplete` names the streams that are not proven complete. Of
    rules that are `proven` each was seen to be one SELECT before.

    A rule that fails on the data (a number beyond 38 digits), or that gives rows against the
    contract (a subject twice), has a break of severity S0 with the subject `the rule itself`,
    complete or not; its other rows count. Where it fails on the data of few accounts, or symbols,
    the break is theirs. Raises RuleError for a rule that does not compile or has
    other columns. Must not be called inside a transaction, which such data would end.
    """
    columns = ", ".join(f"{name} {kind}" for name, kind in CONTRACT.items())
    connection.execute(CREATE.format(columns=columns))
    failures, unproven = [], []
    found: dict[str, Rule] = {}
    for number, rule in enumerate(rules):
        if not proven:
            check_statement(rule)
        failures += _run_rule(connection, rule, system_date, f"found_{number}", found)
        if streams_behind(rule.reads) & incomplete:
            unproven.append(rule.rule)
    _judge(connection, found, system_date)
    connection.execute(KEEP, {"unproven": unproven})
    for name, whose, failure in failures:
        _break(connection, name, "data that the rule can work with", failure, whose=whose)
    for name, rows, shown, evidence in connection.execute(FAULTY).fetchall():
        more = [f"and {rows - ROWS_NAMED_MAX} more"] if rows > ROWS_NAMED_MAX else []
        actual = "; ".join(shown[:ROWS_NAMED_MAX] + more)
        _break(connection, name, ONE_ROW_EACH, actual, rows, evidence[:EVIDENCE_MAX])


def _run_rule(
    connection: duckdb.DuckDBPyConnection,
    rule: Rule,
    system_date: date,
    table: str,
    found: dict[str, Rule],
) -> list[tuple[str, Mapping[str, str], str]]:
    """Make the table of the rule's rows, and enter it in `found`. Gives what the data does not let
    it judge: the rule, whose data it is by the column that says so, nobody's for all, and why."""
    params = {name: default or str(system_date) for name, default in rule.params.items()}
    failure, others = _find(connection, rule, params, table), {}
    if failure is not None:
        others = judge_others(connection, rule, lambda: _find(connection, rule, params, table))
        if not others:
            return [(rule.rule, {}, failure)]
    found[table] = rule
    column = COLUMNS.get(rule.scope, "")
    return [(rule.rule, {column: name}, why) for name, why in others.items()]


def _find(
    connection: duckdb.DuckDBPyConnection, rule: Rule, params: Mapping[str, str], table: str
) -> str | None:
    """Make the table of what the rule gives; or say why the data does not let it."""
    try:
        find(connection, rule, params, table)
    except OF_THE_RULE as error:
        raise _breach(rule, "a SELECT that runs", str(error).splitlines()[0]) from error
    except OF_THE_MACHINE:
        raise
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return None


def _judge(
    connection: duckdb.DuckDBPyConnection, found: Mapping[str, Rule], system_date: date
) -> None:
    """Make the table `judged` of the rows of all rules. Raises RuleError for other columns."""
    columns = dict(connection.execute(FOUND, {"tables": list(found)}).fetchall())
    for table, rule in found.items():
        if wrong := against_contract(columns[table]):
            raise _breach(rule, f"columns of {CONTRACT}", wrong)
    named = {f"rule_of_{table}": rule.rule for table, rule in found.items()}
    named |= {f"severity_of_{table}": rule.severity for table, rule in found.items()}
    rows = "".join(
        f" union all by name select $rule_of_{table} as rule, $severity_of_{table} as severity, *"  # noqa: S608 -- a name of ours
        f" from {table}"
        for table in found
    )
    connection.execute(
        JUDGED.format(found=rows, awaited=awaited("every_verdict", system_date)),
        {"verdicts": list(VERDICTS), **named},
    )


def _break(
    connection: duckdb.DuckDBPyConnection,
    rule: str,
    expected: str,
    actual: str,
    rows: int | None = None,
    evidence: Sequence[str] = (),
    *,
    whose: Mapping[str, str] = NOBODY,
) -> None:
    connection.execute(
        BREAK,
        {
            "account_id": whose.get("account_id"),
            "symbol": whose.get("symbol"),
            "rule": rule,
            "subject": ITSELF,
            "expected": expected,
            "actual": actual,
            "rows": rows,
            "evidence": list(evidence),
        },
    )


def _breach(rule: Rule, expected: str, seen: str) -> RuleError:
    return RuleError(
        expected=expected,
        seen=seen,
        where=f"the result of sql/rules/{rule.rule}.sql",
        next_step="mend the rule; its fixture shows the same",
    )
