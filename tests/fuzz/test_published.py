"""What a night published, changed to any bytes, is named by those who read it; none fails."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recon.errors import ReconError
from recon.nightly.night_record import read_record
from recon.nightly.stale import why_stale
from recon.nightly.standing import read_standing
from recon.nightly.verify import verify
from tests.fuzz.mutating import cases, mutated
from tests.nightly.nights import TUESDAY, Home

CERTIFICATE = f"reports/{TUESDAY}/certificate.json"
DISCREPANCIES = f"reports/{TUESDAY}/discrepancies.csv"
RECORD = f"runs/{TUESDAY}.json"


@pytest.fixture(scope="module")
def home(faulty: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two nights and breaks, whose files are changed one at a time."""
    path = tmp_path_factory.mktemp("published") / "home"
    shutil.copytree(faulty.path, path, ignore=shutil.ignore_patterns("archive", "*.duckdb"))
    (path / "archive").mkdir()
    shutil.copy(faulty.path / "archive/manifest.ndjson", path / "archive")
    return path


@pytest.mark.long
@pytest.mark.parametrize("name", [CERTIFICATE, DISCREPANCIES, RECORD])
@cases(15)
@given(data=st.data())
@example(data=None)
def test_a_changed_report_is_seen_and_breaks_nothing(
    faulty: Home, home: Path, name: str, data: st.DataObject | None
) -> None:
    """`recon verify` names it, the record does not count, and the list of breaks is read or
    refused."""
    right = (faulty.path / name).read_bytes()
    content = data.draw(mutated([right])) if data else b'{"heads": ' + b"[" * 200_000
    (home / name).write_bytes(content)
    try:
        found = {each.where for each in verify(home).findings if "archive" not in each.where}
        with contextlib.suppress(ReconError):
            assert read_standing(home).rows is not None
        with contextlib.suppress(ReconError):
            record = home / RECORD
            assert bool(why_stale(home, record, read_record(record))) == (content != right)
        assert bool(found) == (content != right), found
    finally:
        (home / name).write_bytes(right)
