"""Archives a file of the user: one row of it is one event, all of it when anything has changed."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pendulum

from recon.archive.columns import read_row
from recon.archive.manifest import INGESTED, Fetch, append, next_number, read_manifest
from recon.archive.read import archived
from recon.archive.segment import write_segment
from recon.errors import UsageError
from recon.feeds.streams import Stream
from recon.window import as_z

Lines = tuple[Sequence[str], list[dict[str | None, str | None]]]


def archive_rows(
    archive: Path, stream: Stream, content: Sequence[Mapping[str, str]], now: pendulum.DateTime
) -> bool:
    """Archive the rows if they differ from what was last archived of that stream."""
    rows = [read_row(stream, json.dumps(line)) for line in content]
    fetches = read_manifest(archive)
    last = [fetch for fetch in fetches if fetch.stream == stream.name][-1:]
    known = [row["payload_hash"] for row in archived(archive, last, stream.name, ["payload_hash"])]
    if last and known == [row.payload_hash for row in rows]:
        return False
    name = f"{next_number(fetches):06d}-0000"
    segments = (write_segment(archive / stream.name, name, stream, rows),) if rows else ()
    append(
        archive,
        Fetch(
            fetch=next_number(fetches),
            stream=stream.name,
            since=as_z(now),
            until=as_z(now),
            ended=INGESTED,
            received=len(rows),
            new=len(rows),
            duplicates=0,
            started_at=as_z(now),
            segments=segments,
        ),
    )
    return True


def read_csv(file: Path, setting: str) -> Lines:
    """The header and the lines of a CSV in UTF-8. Raises UsageError."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            return reader.fieldnames or [], list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise unusable(file, setting, "a readable CSV in UTF-8", str(error)) from error


def unusable(file: Path, setting: str, expected: str, seen: str, line: int = 1) -> UsageError:
    """One line that says what is wrong with the file, and where."""
    return UsageError(
        expected=expected,
        seen=seen[:200],
        where=f"{file}, line {line}",
        next_step=f"mend the file, or name another with {setting}",
    )
