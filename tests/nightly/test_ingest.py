from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from recon.archive.archive import Archive
from recon.archive.coverage import covered
from recon.archive.intake import Intake
from recon.archive.manifest import Fetch, read_manifest
from recon.errors import LockedError, UsageError
from recon.feeds.streams import EVENT_STREAMS, TRADES
from recon.nightly.ingest import Ingested, ingest_files
from recon.nightly.lock import locked
from recon.nightly.progress import SILENT, Progress
from tests.archive.making import archived_texts, contents, texts_of, trade, window
from tests.nightly.nights import NOW, settings_of
from tests.test_shape import ROOT

SAMPLES = ROOT / "data" / "samples"
FILES = {
    "trades": ("trades_v2", 5),
    "trades_v1": ("trades_v1", 4),
    "nta": ("nta", 61),
    "journal_status": ("journal_status", 4),
    "transfer_status": ("transfer_status", 3),
    "account_status": ("account_status", 7),
    "admin_action": ("admin_action", 1),
    "system": ("system", 2),
}


def ingest(home: Path, stream: str, *files: Path) -> list[Ingested]:
    """Ingest files as the command does."""
    settings = settings_of(home, "http://127.0.0.1:9")
    return list(ingest_files(settings, stream, files, NOW, progress=SILENT))


def written(path: Path, *lines: str) -> Path:
    """A file with those lines."""
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def fetch_of(done: Ingested) -> Fetch:
    """The fetch that a file became."""
    assert done.fetch is not None
    return done.fetch


@pytest.mark.parametrize("stream", FILES)
def test_the_documented_events_are_archived_to_the_letter(tmp_path: Path, stream: str) -> None:
    """Every stream, old shape and new; and once more they add nothing."""
    name, count = FILES[stream]
    file = SAMPLES / f"{name}.ndjson"
    lines = [line for line in file.read_text("utf-8").splitlines() if line]
    assert len(lines) == count
    [done] = ingest(tmp_path, stream, file)
    assert (fetch_of(done).ended, fetch_of(done).new, done.unread) == ("ingested", count, 0)
    assert texts_of(tmp_path / "archive", EVENT_STREAMS[stream]) == lines
    before = contents(tmp_path / "archive" / stream)
    [again] = ingest(tmp_path, stream, file)
    assert (fetch_of(again).new, fetch_of(again).duplicates) == (0, count)
    assert contents(tmp_path / "archive" / stream) == before


def test_what_a_stream_brought_already_is_not_taken_again(tmp_path: Path) -> None:
    """The identity and the text are the same, from the wire or in any shape of file."""
    first, second = trade(execution_id="X1"), trade(execution_id="X2")
    archived_texts(tmp_path / "archive", TRADES, [first])
    files = [
        written(tmp_path / "lines", first, second),
        written(tmp_path / "array", f"[{first}, {second}]"),
        written(tmp_path / "sse", f"data: {first}", "", f"data: {second}", ""),
        written(tmp_path / "frame", f"data: [{first}, {second}]", ""),
    ]
    brought = [
        (fetch_of(d).new, fetch_of(d).duplicates) for d in ingest(tmp_path, "trades", *files)
    ]
    assert brought == [(1, 1), (0, 2), (0, 2), (0, 2)]
    assert texts_of(tmp_path / "archive") == [first, second]


def test_a_file_proves_no_coverage_and_spans_its_own_events(tmp_path: Path) -> None:
    """From the first event to the last, in whatever order, in whole seconds."""
    late, early = trade(), trade(execution_id="X0").replace("T14:30:00.123456Z", "T09:00:00-04:00")
    [done] = ingest(tmp_path, "trades", written(tmp_path / "file", late, early))
    assert fetch_of(done).since == "2026-06-15T13:00:00Z"
    assert fetch_of(done).until == "2026-06-15T14:30:01Z"
    assert covered(read_manifest(tmp_path / "archive"), "trades") == []


def test_events_without_an_instant_are_kept_too(tmp_path: Path) -> None:
    """Of them nobody knows when they were: the line in the manifest says now."""
    [done] = ingest(tmp_path, "trades", written(tmp_path / "file", '{"account_id": "A1"}'))
    assert (fetch_of(done).new, fetch_of(done).until) == (1, "2026-06-30T00:00:00Z")


def test_an_empty_file_is_no_fetch(tmp_path: Path) -> None:
    """There is nothing to say of it."""
    [done] = ingest(tmp_path, "trades", written(tmp_path / "file"))
    assert done == Ingested(tmp_path / "file", None)
    assert read_manifest(tmp_path / "archive") == []


def test_torn_and_foreign_texts_are_kept_told_and_not_kept_twice(tmp_path: Path) -> None:
    """Each is a row that cannot be read, with its exact text."""
    torn = ['{"account_id": "A1', "[1]", '"text"', '{"n": NaN}']
    file = written(tmp_path / "file", trade(), *torn)
    [done] = ingest(tmp_path, "trades", file)
    assert (fetch_of(done).new, done.unread, done.unread_line) == (5, 4, 2)
    assert texts_of(tmp_path / "archive") == [trade(), *torn]
    [segment] = fetch_of(done).segments
    table = pq.read_table(tmp_path / "archive" / "trades" / f"{segment.name}.parquet")
    assert [reason is None for reason in table["malformed"].to_pylist()] == [True] + [False] * 4
    assert fetch_of(ingest(tmp_path, "trades", file)[0]).new == 0


V1 = '"event_id": 10676063'
V2 = '"event_id": "01KV5C7BS8PKY7TPDK9XFVVW30"'


@pytest.mark.parametrize(
    ("stream", "event", "said"),
    [
        ("trades", trade().replace(V2, V1), "version 2, whose event_id is a ULID"),
        ("trades", trade().replace(V2, V2.replace("_id", "_ulid")), "of --stream trades_v1?"),
        ("trades_v1", trade(), "version 1, whose event_id is an integer"),
        ("nta", f'{{"account_id": "A1", {V2}}}', "version 1, whose event_id is an integer"),
        ("funding_status", f'{{"account_id": "A1", {V1}}}', "version 2, whose event_id is a ULID"),
    ],
)
def test_versions_are_not_mixed_up(tmp_path: Path, stream: str, event: str, said: str) -> None:
    """An integer id of version 1 and a ULID of version 2 are different cursors."""
    with pytest.raises(UsageError, match=said) as caught:
        ingest(tmp_path, stream, written(tmp_path / "file", event))
    assert "line 1" in caught.value.where
    assert read_manifest(tmp_path / "archive") == []


def test_another_version_in_the_middle_refuses_the_whole_file(tmp_path: Path) -> None:
    """Nothing of that file is archived; what stood before it is, what follows is not reached."""
    good = written(tmp_path / "good", trade())
    mixed = written(tmp_path / "mixed", trade(execution_id="X2"), trade().replace(V2, V1))
    after = written(tmp_path / "after", trade(execution_id="X3"))
    with pytest.raises(UsageError, match="mixed, line 2"):
        ingest(tmp_path, "trades", good, mixed, after)
    assert texts_of(tmp_path / "archive") == [trade()]


def test_journals_of_both_versions_are_one_stream(tmp_path: Path) -> None:
    """Their states are the same; a version 2 event has a ULID for an id."""
    second = (
        f'{{{V2}, "at": "2026-06-15T14:30:00Z", "entry_type": "JNLC", "journal_id": "J1",'
        ' "status_from": "queued", "status_to": "executed"}'
    )
    files = (SAMPLES / "journal_status.ndjson", written(tmp_path / "v2", second))
    assert [fetch_of(done).new for done in ingest(tmp_path, "journal_status", *files)] == [4, 1]


@pytest.mark.parametrize(
    ("stream", "file", "said"),
    [
        ("nta", "journal_status", "an event of journal_status"),
        ("trades", "nta", "an event of nta"),
        ("account_status", "trades_v1", "an event of trades or trades_v1"),
        ("upvest", "transfer_status", "an event of transfer_status"),
        ("activities", "activity-samples", "an object that has nothing of one"),
    ],
)
def test_a_file_of_another_stream_is_refused(
    tmp_path: Path, stream: str, file: str, said: str
) -> None:
    """An archive never forgets: under the wrong name each event would be a break for ever."""
    [path] = SAMPLES.glob(f"{file}.*")
    with pytest.raises(UsageError, match=said):
        ingest(tmp_path, stream, path)
    assert read_manifest(tmp_path / "archive") == []


def test_delivered_bodies_are_unwrapped(tmp_path: Path) -> None:
    """Many events in one body, and a body that is one event."""
    body = {
        "id": "U1", "created_at": "2026-06-15T10:00:00Z", "type": "ACCOUNT.CREATED",
        "object": {"id": "A1", "status": "ACTIVE"}, "webhook_id": "W1",
    }  # fmt: skip
    first, second = json.dumps(body), json.dumps(body | {"id": "U2"})
    files = [
        written(tmp_path / "many", f'{{"payload":[{first}, {second}]}}'),
        written(tmp_path / "one", json.dumps(body | {"id": "U3"}, indent=1)),
    ]
    assert [fetch_of(done).new for done in ingest(tmp_path, "upvest", *files)] == [2, 1]
    assert texts_of(tmp_path / "archive", EVENT_STREAMS["upvest"])[:2] == [first, second]


@pytest.mark.parametrize("stream", ["nope", "eod_positions"])
def test_no_other_stream_is_ingested(tmp_path: Path, stream: str) -> None:
    """Statements are asked for."""
    with pytest.raises(UsageError):
        ingest(tmp_path / "home", stream, SAMPLES / "system.ndjson")
    assert not (tmp_path / "home").exists()


def test_a_file_that_is_not_there_is_seen_before_anything_is_read(tmp_path: Path) -> None:
    """A slip in the last name does not leave half the work done."""
    with pytest.raises(UsageError, match="absent"):
        ingest(tmp_path / "home", "trades", SAMPLES / "trades_v2.ndjson", tmp_path / "absent")
    assert not (tmp_path / "home").exists()


def test_there_is_one_writer(tmp_path: Path) -> None:
    """A night that runs is not disturbed."""
    with locked(tmp_path), pytest.raises(LockedError):
        ingest(tmp_path, "trades", SAMPLES / "trades_v2.ndjson")


def test_progress_is_told_in_steps(tmp_path: Path) -> None:
    """Whoever shows it adds up: from the wire chunk by chunk, from files by the thousand."""
    told: list[int] = []
    intake = Intake(Archive(tmp_path / "archive"), TRADES, window(), told.append)
    intake.take([trade(execution_id="X1")])
    intake.take([trade(execution_id="X2"), trade(execution_id="X3")])
    assert told == [1, 2]
    lines = [trade(execution_id=f"Y{number}") for number in range(2500)]
    settings = settings_of(tmp_path, "http://127.0.0.1:9")
    steps: list[int] = []

    @contextlib.contextmanager
    def counted(_label: str) -> Iterator[Callable[[int], None]]:
        yield steps.append

    files = [written(tmp_path / "file", *lines)]
    list(ingest_files(settings, "trades", files, NOW, progress=Progress(tracked=counted)))
    assert steps == [1000, 1000]
