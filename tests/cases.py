"""Runs the cases of a fixture as tests: a failure shows the rows, not this code."""

from __future__ import annotations

import duckdb
import pytest

from recon.rules.fixture import Case, Fixture, read_fixture
from recon.rules.trial import empty_warehouse, try_case

__all__ = ["Case", "Fixture", "empty_warehouse", "read_fixture", "run_case"]


def run_case(connection: duckdb.DuckDBPyConnection, sql: str, fixture: Fixture, case: Case) -> None:
    """Fails with the rows that are missing and those that were not expected."""
    trial = try_case(connection, sql, fixture, case)
    if not trial.passed:
        pytest.fail("\n".join([str(fixture.path), *trial.lines()]), pytrace=False)
