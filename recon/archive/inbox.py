"""Bodies of webhooks that were acknowledged and are not archived yet, one file each.

The receiver keeps them without the lock of a run, so that it never waits for one; the next run
absorbs them under its lock. A file appears whole or not at all, and goes only after the manifest
names the segment that holds its events; one that brings none is set aside and kept. It lies in one
of 256 folders, by its hash, so that whether a body is known takes no longer in a full inbox than in
an empty one; an inbox of a release before had no folders, and is absorbed as it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pendulum

from recon.archive.archive import Archive
from recon.archive.intake import Intake
from recon.archive.manifest import INGESTED, Fetch
from recon.archive.quarantine import set_aside
from recon.archive.segment import TEMPORARY
from recon.durable import sync
from recon.errors import ReconError
from recon.feeds.lifecycle import UPVEST
from recon.feeds.stream_end import StreamEnd
from recon.feeds.webhooks.payload import events_of
from recon.window import Window, parse_instant

BODY = ".body"
SHARD_DIGITS = 2
BYTES_PER_FETCH = 64 * 1024 * 1024


class InboxDamaged(ReconError):
    """A file of the inbox is not what it was when it was acknowledged."""


def inbox_of(archive: Path) -> Path:
    """The folder of the bodies."""
    return archive / "inbox" / UPVEST.name


def open_inbox(archive: Path) -> Path:
    """Make the folder, and remove what a killed receiver had not finished."""
    folder = inbox_of(archive)
    folder.mkdir(parents=True, exist_ok=True)
    for made in (folder.parent, archive, archive.parent):
        sync(made)
    _remove_unfinished(folder)
    return folder


def keep(folder: Path, body: bytes, received: pendulum.DateTime) -> bool:
    """Keep a body durably: whether it is new. When this returns, it outlasts a loss of power."""
    digest = hashlib.sha256(body).hexdigest()
    within = folder / digest[:SHARD_DIGITS]
    if not within.exists():
        within.mkdir(exist_ok=True)
    sync(folder)
    new = not any(within.glob(f"*-{digest}{BODY}"))
    if new:
        name = received.in_timezone("UTC").format("YYYYMMDD[T]HHmmss.SSSSSS[Z]")
        _write(within, within / f"{name}-{digest}{BODY}", body)
    sync(within)
    return new


def absorb(archive: Archive) -> list[Fetch]:
    """Archive every body of the inbox in the order received, then remove it; the lines written. A
    body without any event is set aside, since it was acknowledged too.

    The caller holds the lock. What is archived already, with the same identity and content, counts
    as a duplicate. Killed at any moment and called again, this loses and doubles nothing. Raises
    InboxDamaged; what was not archived is still there.
    """
    made = []
    folder = inbox_of(archive.folder)
    _remove_unfinished(folder)
    for batch in _batches(sorted(waiting(archive.folder), key=lambda path: path.name)):
        events = {path: events_of(_body(path)) for path in batch}
        texts = [text for path in batch for text in events[path]]
        if texts:
            started = parse_instant(archive.started_at)
            intake = Intake(archive, UPVEST, Window(started, started.add(seconds=1)))
            intake.take(texts)
            intake.window = intake.window_of_events()
            made.append(intake.record(StreamEnd(INGESTED, intake.received, 0, 0, ())))
        set_aside(archive.folder, [path for path in batch if not events[path]])
        for path in batch:
            path.unlink(missing_ok=True)
    return made


def waiting(archive: Path) -> list[Path]:
    """The bodies that no run has absorbed yet."""
    return list(_within(inbox_of(archive), f"*{BODY}"))


def _within(folder: Path, pattern: str) -> Iterable[Path]:
    """The files of an inbox, those of a release before first."""
    yield from folder.glob(pattern)
    yield from folder.glob("?" * SHARD_DIGITS + "/" + pattern)


def _remove_unfinished(folder: Path) -> None:
    """Remove temporary files that nobody writes any more: their writer held a lock on each."""
    for path in list(_within(folder, f".*{TEMPORARY}")):
        with contextlib.suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)


def _write(folder: Path, path: Path, body: bytes) -> None:
    """A name of its own for each writer: two may bring the same body at once."""
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=TEMPORARY, dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
            os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _batches(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """As many bodies at a time as memory holds with ease."""
    batch: list[Path] = []
    size = 0
    for path in paths:
        batch.append(path)
        size += path.stat().st_size
        if size >= BYTES_PER_FETCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _body(path: Path) -> bytes:
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    if not path.name.endswith(f"-{digest}{BODY}"):
        raise InboxDamaged(
            expected="the content that its name was made of",
            seen=f"sha256 {digest[:12]}…",
            where=str(path),
            next_step="restore the file from a backup, or move it away and ask the broker again",
        )
    return body
