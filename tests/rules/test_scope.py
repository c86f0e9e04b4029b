"""What a rule says of an account must not hang on other accounts, where its header says so.

The cases of a rule with scope `account` are run again with the rows of each account alone: the
verdicts must be those that the accounts have together. So a `min` or an `exists` over other
accounts cannot hide.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from recon.paths import folder
from recon.rules.catalog import find_rules
from recon.rules.fixture import Case, Fixture, read_fixture
from recon.rules.trial import Row, empty_warehouse, rows_of

HERE = Path(__file__).parent
RULES = {rule.rule: rule for rule in find_rules()}
FIXTURES = {each.subject: each for each in map(read_fixture, sorted(HERE.rglob("*.test")))}
COLUMNS = ["account_id", "symbol", "subject", "verdict", "expected", "actual", "difference",
           "unit", "due_date", "evidence"]  # fmt: skip


def accounts_of(case: Case) -> set[str]:
    """The accounts that a case gives rows of."""
    return {
        account
        for rows in case.given.values()
        for row in rows
        if (account := row.get("account_id"))
    }


SHARED = [
    (fixture, case)
    for subject, fixture in FIXTURES.items()
    for case in fixture.cases
    if RULES[subject].scope == "account" and len(accounts_of(case)) > 1
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """One empty warehouse for all cases."""
    with empty_warehouse(tmp_path_factory.mktemp("archive")) as connection:
        yield connection


def of(account: str, rows: list[Row]) -> Counter[Row]:
    """The verdicts on one account."""
    return Counter(row for row in rows if row[0] == account)


def alone(case: Case, account: str) -> Case:
    """The case without the rows of the other accounts."""
    given = {
        title: [row for row in rows if row.get("account_id") in (None, account)]
        for title, rows in case.given.items()
    }
    return Case(case.name, given, case.expect, case.columns)


@pytest.mark.long
@pytest.mark.parametrize(
    ("fixture", "case"),
    SHARED,
    ids=[f"{fixture.subject}: {case.name}" for fixture, case in SHARED],
)
def test_an_account_alone_has_the_verdicts_that_it_has_among_others(
    warehouse: duckdb.DuckDBPyConnection, fixture: Fixture, case: Case
) -> None:
    """For each account, the rows of that account."""
    sql = RULES[fixture.subject].sql
    together = rows_of(warehouse, sql, fixture, case, COLUMNS)
    for account in sorted(accounts_of(case)):
        apart = rows_of(warehouse, sql, fixture, alone(case, account), COLUMNS)
        assert of(account, apart) == of(account, together)


@pytest.mark.parametrize("rule", [name for name, rule in RULES.items() if rule.scope == "account"])
def test_a_rule_of_accounts_has_a_case_with_two(rule: str) -> None:
    """Without one the law above looks at nothing."""
    assert any(
        len({row.get("account_id") for row in case.expect} - {None}) > 1
        for case in FIXTURES[rule].cases
    )


def test_rules_read_what_the_night_shows() -> None:
    """Schema `events` holds other nights too: what rules need of it is a view of `sql/views`."""
    text = re.compile(r"\b(?:from|join)\s+events\.")
    files = (folder("sql") / "rules").rglob("*.sql")
    assert [file.name for file in files if text.search(file.read_text("utf-8"))] == []
