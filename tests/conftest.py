"""What tests of several folders share: homes that nights ran in, made once, to be read only."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import filelock
import hypothesis
import pytest

from tests.nightly.longbooks import DAYS, make_long_books
from tests.nightly.longnights import LongHome, long_home
from tests.nightly.nights import MONDAY, TUESDAY, Home, run_nights

Made = TypeVar("Made")

os.umask(0o077)  # as a command sets it: homes made in this process are like those of a command

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """What `make` gives of a new home: made by the first worker that asks, read by the others."""
    temporary = factory.getbasetemp()
    folder = (temporary.parent if "PYTEST_XDIST_WORKER" in os.environ else temporary) / name
    with filelock.FileLock(folder.with_suffix(".lock")):
        kept = folder / "made.pickle"
        if not kept.exists():
            made = make(folder / "home")
            kept.write_bytes(pickle.dumps(made))
            return made
        return pickle.loads(kept.read_bytes())  # type: ignore[no-any-return]  # noqa: S301 -- ours


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two nights with a lost fill, and a fee that is missing: pending first, then a break."""
    faults = ["lost_fill", "taf_fee_missing"]
    return made_once(
        tmp_path_factory, "faulty", lambda home: run_nights(home, faults, [MONDAY, TUESDAY])
    )


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One night on right books."""
    return made_once(tmp_path_factory, "clean", lambda home: run_nights(home, [], [MONDAY]))


@pytest.fixture(scope="session")
def long(tmp_path_factory: pytest.TempPathFactory) -> LongHome:
    """Fourteen nights that look back one session, and the home as it was after the seventh."""
    return made_once(
        tmp_path_factory, "long", lambda home: long_home(home, make_long_books(), DAYS)
    )


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> LongHome:
    """Eight such nights with a break from the fourth on, and the home after the seventh."""
    return made_once(
        tmp_path_factory,
        "broken",
        lambda home: long_home(home, make_long_books(with_break=True), DAYS[:8]),
    )
