"""Kills, failing calls and power cuts, a bounded part of what `python -m tests.crash` tries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.crash.faulty import built, changes
from tests.crash.trial import WRONG, tried
from tests.crash.works import Work, works

pytestmark = pytest.mark.long
POINTS = 2  # of each command and kind of fault: in the middle, and the last change


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Work]]:
    """The commands, and the broker that they ask."""
    with works(tmp_path_factory.mktemp("works")) as each:
        yield each


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What makes the faults."""
    return built(tmp_path_factory.mktemp("library"))


@pytest.mark.parametrize("how", ["kill", "power", "ENOSPC"])
@pytest.mark.parametrize("name", ["opening", "file", "first", "later", "again"])
def test_a_plain_rerun_leads_where_an_undisturbed_run_does(
    name: str, how: str, prepared: Mapping[str, Work], library: Path, tmp_path: Path
) -> None:
    """Wherever in the command it happens; the last change is what makes it count."""
    work = prepared[name]
    number = len(changes(work.begin(tmp_path / "counted"), library, tmp_path / "log"))
    for part in range(1, POINTS + 1):
        at = number * part // POINTS
        trial = tried(work, how, at, library, tmp_path / f"{at}")
        assert trial.end != WRONG, trial
