"""Archives a file of the user: one row of it is one event, all of it when anything has changed."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from recon.archive.archive import Archive
from recon.archive.columns import read_row
from recon.archive.manifest import INGESTED
from recon.errors import UsageError
from recon.feeds.stream_end import StreamEnd
from recon.feeds.streams import Stream

Lines = tuple[Sequence[str], list[dict[str | None, str | None]]]


def archive_rows(archive: Archive, stream: Stream, content: Sequence[Mapping[str, str]]) -> bool:
    """Archive the rows if they differ from what was last archived of that stream."""
    rows = [read_row(stream, json.dumps(line)) for line in content]
    last = archive.of(stream)[-1:]
    known = [row["payload_hash"] for row in archive.rows(stream, ["payload_hash"], last)]
    if last and known == [row.payload_hash for row in rows]:
        return False
    segments = [archive.write(stream, rows)] if rows else []
    end, at = StreamEnd(INGESTED, len(rows), 0, 0, ()), archive.started_at
    archive.record(stream.name, at, at, end, segments)
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
