"""What tests of several folders share: homes that nights ran in, made once, to be read only."""

from __future__ import annotations

import pytest

from tests.nightly.nights import MONDAY, TUESDAY, Home, run_nights


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two nights with a lost fill, and a fee that is missing: pending first, then a break."""
    home = tmp_path_factory.mktemp("faulty") / "home"
    return run_nights(home, ["lost_fill", "taf_fee_missing"], [MONDAY, TUESDAY])


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One night on right books."""
    return run_nights(tmp_path_factory.mktemp("clean") / "home", [], [MONDAY])
