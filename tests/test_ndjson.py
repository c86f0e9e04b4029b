"""Append-only logs: a torn end does not count, any other damage is one clear line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from recon.archive.manifest import read_manifest
from recon.breaks.log import read_log
from recon.closings.store import read_index
from recon.errors import ReconError
from recon.ndjson import append_lines, read_lines
from recon.nightly.run_index import read_runs

LOGS: list[tuple[str, Callable[[Path], Sequence[object]]]] = [
    ("archive/manifest.ndjson", lambda home: read_manifest(home / "archive")),
    ("breaks/log.ndjson", lambda home: read_log(home / "breaks")),
    ("runs/index.ndjson", read_runs),
    ("closings/index.ndjson", lambda home: read_index(home / "closings")),
]
NOTHING = hashlib.sha256(b"").hexdigest().encode()  # the chain before the first line
DAMAGED = [b"not json", b"[1]", b"null", b"", b"{}", b'{"what": "\xff"}']


@pytest.mark.parametrize(("name", "read"), LOGS, ids=[name for name, _ in LOGS])
@pytest.mark.parametrize("line", DAMAGED)
def test_a_line_that_is_no_such_line_is_named(
    tmp_path: Path, name: str, read: Callable[[Path], Sequence[object]], line: bytes
) -> None:
    """Each of the four files says what was expected, what is there, where, and what to do."""
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_bytes(line + b"\n")
    with pytest.raises(ReconError, match="expected one JSON object") as caught:
        read(tmp_path)
    assert f"{name}, line 1" in str(caught.value)
    assert "from a backup" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "read"), LOGS, ids=[name for name, _ in LOGS])
def test_a_file_that_is_not_there_or_only_torn_is_empty(
    tmp_path: Path, name: str, read: Callable[[Path], Sequence[object]]
) -> None:
    """What has no newline was never acknowledged."""
    assert read(tmp_path) == []
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"what')
    assert read(tmp_path) == []


def test_what_is_appended_reads_back_and_a_torn_end_goes(tmp_path: Path) -> None:
    """Keys sorted, one line each with its chain; the next write removes half a line."""
    path = tmp_path / "log.ndjson"
    append_lines(path, [{"b": 1, "a": "\N{SNOWMAN}"}])
    path.write_bytes(path.read_bytes() + b'{"b": 2')
    append_lines(path, [{"b": 3}])
    first = hashlib.sha256(NOTHING + b'{"a": "\\u2603", "b": 1').hexdigest()
    second = hashlib.sha256(first.encode() + b'{"b": 3').hexdigest()
    assert path.read_text() == (
        '{"a": "\\u2603", "b": 1, "chain": "' + first + '"}\n{"b": 3, "chain": "' + second + '"}\n'
    )
    assert read_lines(path, lambda line: line["b"]) == [1, 3]
