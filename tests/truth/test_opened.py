"""Right books that a statement opens have no break: no account's money is left out of the opening.

Over all seeds this takes minutes: `SEEDS` of test_seeds in place of these.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from recon.nightly.go_live import open_books
from recon.nightly.progress import SILENT
from recon.sandbox.books.make import make_books
from recon.sandbox.wire.server import Sandbox
from tests.nightly.nights import NOW, broker_of, settings_of
from tests.truth.test_seeds import ALL, NEWER_ALONE, USUAL, assert_clean, night

pytestmark = pytest.mark.long


@pytest.mark.parametrize(("seed", "streams"), [(100, ALL), (101, NEWER_ALONE), (102, USUAL)])
def test_five_nights_after_an_opening_are_clean(seed: int, streams: str, tmp_path: Path) -> None:
    """As on going live: the opening by the statement alone, without a list, and then each night."""
    first, *days = sorted((books := make_books(seed)).closings)
    with Sandbox(books, as_of=first) as sandbox, broker_of(sandbox) as broker:
        settings = settings_of(tmp_path, sandbox.url, streams=streams)
        opened = open_books(
            broker, settings, first, NOW, wait_seconds=0, accounts=frozenset(), progress=SILENT
        )
        assert (opened.accounts, opened.unknown) == (len(books.accounts), [])
        for day in days:
            sandbox.advance_to(day)
            assert_clean(night(tmp_path, sandbox, broker, day, streams=streams))
