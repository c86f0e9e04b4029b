"""Every rule against its fixture, and against the contract of rules. No test code per rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from recon.ledger.post import post_night
from recon.rules.catalog import find_rules
from recon.rules.header import Rule
from recon.rules.run import run_rules
from recon.rules.verdicts import VERDICTS
from recon.warehouse.load import show_night
from tests.cases import Case, Fixture, empty_warehouse, read_fixture, run_case

HERE = Path(__file__).parent
RULES = {rule.rule: rule for rule in find_rules()}
FIXTURES = [read_fixture(path) for path in sorted(HERE.rglob("*.test"))]
CASES = [(fixture, case) for fixture in FIXTURES for case in fixture.cases]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """One empty warehouse for all cases; each runs in a transaction that is rolled back."""
    connection = empty_warehouse(tmp_path_factory.mktemp("archive"))
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("fixture", "case"), CASES, ids=[f"{fixture.subject}: {case.name}" for fixture, case in CASES]
)
def test_a_case_gives_the_expected_verdicts(
    warehouse: duckdb.DuckDBPyConnection, fixture: Fixture, case: Case
) -> None:
    """The rows of the rule are exactly those of the fixture."""
    run_case(warehouse, RULES[fixture.subject].sql, fixture, case)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_reads_and_binds_what_its_header_says(
    warehouse: duckdb.DuckDBPyConnection, rule: Rule
) -> None:
    """Tables and parameters in the header are those of the one SELECT statement."""
    statements = warehouse.extract_statements(rule.sql)
    assert len(statements) == 1
    assert statements[0].type == duckdb.StatementType.SELECT
    assert set(statements[0].named_parameters) == set(rule.params)
    bare = rule.sql
    for name in rule.params:
        bare = bare.replace(f"${name}", "null")
    assert {table.split(".")[-1] for table in warehouse.get_table_names(bare)} == rule.reads


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_on_an_empty_night_keeps_the_output_contract(
    warehouse: duckdb.DuckDBPyConnection, rule: Rule
) -> None:
    """Columns and types are right before there is any row."""
    fixture = next(fixture for fixture in FIXTURES if fixture.subject == rule.rule)
    show_night(warehouse, fixture.system_date, None)
    post_night(warehouse, fixture.system_date)
    run_rules(warehouse, [rule], fixture.system_date)


@pytest.mark.parametrize("rule", RULES)
def test_a_fixture_shows_a_clean_case_and_a_break(rule: str) -> None:
    """A rule whose fixture never passes or never breaks has not been tried."""
    cases = [case for fixture in FIXTURES if fixture.subject == rule for case in fixture.cases]
    seen = {row.get("verdict") for case in cases for row in case.expect or []}
    assert "break" in seen
    assert seen & {"pass", "within_tolerance"}
    assert seen <= set(VERDICTS)
