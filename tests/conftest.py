"""What tests of several folders share: homes that nights ran in, made once, to be read only."""

from __future__ import annotations

import hypothesis
import pytest

from tests.nightly.longbooks import DAYS, make_long_books
from tests.nightly.longnights import LongHome, long_home
from tests.nightly.nights import MONDAY, TUESDAY, Home, run_nights

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two nights with a lost fill, and a fee that is missing: pending first, then a break."""
    home = tmp_path_factory.mktemp("faulty") / "home"
    return run_nights(home, ["lost_fill", "taf_fee_missing"], [MONDAY, TUESDAY])


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One night on right books."""
    return run_nights(tmp_path_factory.mktemp("clean") / "home", [], [MONDAY])


@pytest.fixture(scope="session")
def long(tmp_path_factory: pytest.TempPathFactory) -> LongHome:
    """Fourteen nights that look back one session, and the home as it was after the seventh."""
    home = tmp_path_factory.mktemp("long") / "home"
    return long_home(home, make_long_books(), DAYS)


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> LongHome:
    """Eight such nights with a break from the fourth on, and the home after the seventh."""
    home = tmp_path_factory.mktemp("broken") / "home"
    return long_home(home, make_long_books(with_break=True), DAYS[:8])
