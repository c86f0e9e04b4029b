"""What a rule's author needs: the two files of a new rule, and the fixtures run without pytest."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from recon.errors import UsageError
from recon.paths import folder
from recon.rules.catalog import find_rules
from recon.rules.fixture import read_fixture
from recon.rules.header import RuleError
from recon.rules.trial import empty_warehouse, try_case

NAME = re.compile(r"[a-z]+(_[a-z]+)*/[a-z]+(_[a-z]+)*")
RULE = """\
-- title:    An execution has no quantity
-- severity: S2
-- scope:    account
-- reads:    executions
-- params:   none
--
-- Say here why this must hold, what a break means, and what clears it.

with

verdicts as (

    select
        account_id,
        symbol,
        'execution ' || execution_id as subject,
        if(coalesce(qty <> 0, false), 'pass', 'break') as verdict,
        'a quantity' as expected,
        coalesce(qty::varchar, 'none') as actual,
        [execution_id] as evidence
    from executions

)

select * from verdicts
"""
FIXTURE = """\
# rule: {rule}
# with: system_date = 2026-06-16

case what is right passes
given executions
execution_id,account_id,symbol,event,side,qty,price,multiplier,system_date,receipt_order
E1,A1,AAPL,fill,buy,3,5,1,2026-06-16,1
expect
account_id,subject,verdict
A1,execution E1,pass

case what is wrong is a break
given executions
execution_id,account_id,symbol,event,side,qty,price,multiplier,system_date,receipt_order
E1,A1,AAPL,fill,buy,,5,1,2026-06-16,1
expect
account_id,subject,verdict,expected,actual
A1,execution E1,break,a quantity,none
"""


def new_rule(rule: str) -> list[Path]:
    """Write the two files of a new rule, an example to be changed. Raises UsageError for a name
    that is none or taken."""
    if not NAME.fullmatch(rule):
        raise _wrong("AREA/FAULT in small letters and underscores", repr(rule[:60]))
    sql = folder("sql") / "rules" / f"{rule}.sql"
    fixture = _fixtures() / f"{rule}.test"
    for path in (sql, fixture):
        if path.exists():
            raise _wrong("a name that is not taken", str(path))
    for path, text in ((sql, RULE), (fixture, FIXTURE.format(rule=rule))):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return [sql, fixture]


def try_rules(wanted: str | None) -> Iterator[tuple[bool, list[str]]]:
    """For each case of the rules' fixtures, or of those of one rule or area: whether it passed,
    and what to print if not. Raises UsageError where no fixture is so named."""
    rules = {rule.rule: rule for rule in find_rules()}
    paths = [
        path
        for path in sorted(_fixtures().rglob("*.test"))
        if wanted is None or f"{_rule_of(path)}/".startswith(f"{wanted.rstrip('/')}/")
    ]
    if not paths:
        raise _wrong("a rule or an area with a fixture", repr(wanted))
    with tempfile.TemporaryDirectory() as archive:
        connection = empty_warehouse(Path(archive))
        for path in paths:
            fixture = read_fixture(path)
            for case in fixture.cases:
                try:
                    trial = try_case(connection, rules[_rule_of(path)].sql, fixture, case)
                    yield trial.passed, [str(path), *trial.lines()]
                except (RuleError, duckdb.Error, KeyError) as fault:
                    yield False, [str(path), f"case {case.name}", f"  {fault}"]


def _rule_of(path: Path) -> str:
    return path.relative_to(_fixtures()).with_suffix("").as_posix()


def _fixtures() -> Path:
    """Where fixtures are: in a checkout only, beside the rules."""
    place = folder("sql").parent / "tests" / "rules"
    if not place.is_dir():
        raise _wrong("a checkout of the project, with tests/rules", "an installed package")
    return place


def _wrong(expected: str, seen: str) -> UsageError:
    return UsageError(
        expected=expected,
        seen=seen,
        where="recon rules",
        next_step="see `recon rules --help`, and sql/rules for what there is",
    )
