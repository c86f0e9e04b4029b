"""Append-only logs: a torn end does not count, any other damage is one clear line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from recon.archive.manifest import read_manifest
from recon.breaks.log import read_log
from recon.closings.store import read_index
from recon.errors import ExitCode, ReconError
from recon.ndjson import append_lines, read_chained
from recon.nightly.run_index import read_runs

LOGS: list[tuple[str, Callable[[Path], Sequence[object]]]] = [
    ("archive/manifest.ndjson", lambda home: read_manifest(home / "archive")),
    ("breaks/log.ndjson", lambda home: read_log(home / "breaks")),
    ("runs/index.ndjson", read_runs),
    ("closings/index.ndjson", lambda home: read_index(home / "closings")),
]
# A line of each, as a run writes it.
RIGHT: list[tuple[str, dict[str, object]]] = [
    ("archive/manifest.ndjson", {
        "fetch": 1, "stream": "trades", "since": "2026-06-15T00:00:00Z",
        "until": "2026-06-16T00:00:00Z", "ended": "complete", "received": 0, "new": 0,
        "duplicates": 0, "missing_identities": [], "unknown_comments": [], "segments": [],
    }),
    ("breaks/log.ndjson", {
        "what": "opened", "system_date": "2026-06-15", "revision": 1, "break_id": "b1",
        "state": "break", "rule": "r", "difference": "", "evidence": [],
    }),
    ("runs/index.ndjson", {
        "run": 1, "system_date": "2026-06-15", "fetch": 1, "log": 0, "rule_pack": "p",
        "lookback_sessions": 5, "assumptions": {}, "result": "clean", "streams": ["trades"],
    }),
    ("closings/index.ndjson", {
        "system_date": "2026-06-15", "version": 1, "run": 1, "fetch": 1, "parts": {}, "shape": 3,
    }),
]  # fmt: skip
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
    assert read_chained(path, lambda line: line["b"]).lines == [1, 3]


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("archive/manifest.ndjson", "fetch", "1"),
        ("archive/manifest.ndjson", "received", True),
        ("archive/manifest.ndjson", "since", "yesterday"),
        ("archive/manifest.ndjson", "missing_identities", [1]),
        ("archive/manifest.ndjson", "unknown_comments", "text"),
        ("archive/manifest.ndjson", "heads", {"runs/index.ndjson": 1}),
        ("archive/manifest.ndjson", "segments", [{"name": 1}]),
        ("archive/manifest.ndjson", "segments", 1),
        ("breaks/log.ndjson", "revision", "1"),
        ("breaks/log.ndjson", "revision", 1.5),
        ("breaks/log.ndjson", "break_id", ["b1"]),
        ("breaks/log.ndjson", "evidence", "E1"),
        ("breaks/log.ndjson", "system_date", "2026-02-30"),
        ("runs/index.ndjson", "run", "1"),
        ("runs/index.ndjson", "result", "great"),
        ("runs/index.ndjson", "system_date", "today"),
        ("runs/index.ndjson", "streams", "trades"),
        ("runs/index.ndjson", "assumptions", ["average"]),
        ("closings/index.ndjson", "version", "1"),
        ("closings/index.ndjson", "parts", {"balances": 1}),
        ("closings/index.ndjson", "system_date", 20260615),
    ],
)
def test_a_value_of_another_type_is_one_line(
    tmp_path: Path, name: str, field: str, value: object
) -> None:
    """Whatever wrote it: nothing is made of it, and the line is named."""
    (right,) = [line for log, line in RIGHT if log == name]
    read = dict(LOGS)[name]
    append_lines(tmp_path / name, [right])
    assert len(read(tmp_path)) == 1
    append_lines(tmp_path / name, [{**right, field: value}])
    with pytest.raises(ReconError, match="expected one JSON object") as caught:
        read(tmp_path)
    assert f"{name}, line 2" in str(caught.value)
    assert caught.value.exit_code == ExitCode.UNEXPECTED
