"""What the user says of his accounts: a CSV, kept in the archive like everything a night rests on.

Columns: `account_id`; `kind`, customer (the default) or firm; `upvest_account_id`, the account at
Upvest that it stands for. The file is archived whole when it has changed.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pendulum

from recon.archive.columns import read_row
from recon.archive.manifest import INGESTED, Fetch, append, next_number, read_manifest
from recon.archive.read import archived
from recon.archive.segment import write_segment
from recon.errors import UsageError
from recon.feeds.streams import ACCOUNT_MAP
from recon.window import as_z

COLUMNS = ("account_id", "kind", "upvest_account_id")
KINDS = ("customer", "firm")


def archive_account_map(archive: Path, file: Path, now: pendulum.DateTime) -> bool:
    """Archive the file if it differs from what was last archived of it. Raises UsageError."""
    rows = [read_row(ACCOUNT_MAP, json.dumps(line)) for line in read_account_map(file)]
    fetches = read_manifest(archive)
    last = [fetch for fetch in fetches if fetch.stream == ACCOUNT_MAP.name][-1:]
    known = [r["payload_hash"] for r in archived(archive, last, ACCOUNT_MAP.name, ["payload_hash"])]
    if last and known == [row.payload_hash for row in rows]:
        return False
    name = f"{next_number(fetches):06d}-0000"
    folder = archive / ACCOUNT_MAP.name
    segments = (write_segment(folder, name, ACCOUNT_MAP, rows),) if rows else ()
    append(
        archive,
        Fetch(
            fetch=next_number(fetches),
            stream=ACCOUNT_MAP.name,
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


def read_account_map(file: Path) -> list[dict[str, str]]:
    """The rows of the CSV, sorted by account. Raises UsageError."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            header, lines = reader.fieldnames or [], list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unusable(file, "a readable CSV in UTF-8", str(error)) from error
    if "account_id" not in header or set(header) - set(COLUMNS):
        raise _unusable(file, "a header of " + ", ".join(COLUMNS), ",".join(header))
    rows: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines, start=2):
        row = {name: (line.get(name) or "").strip() for name in COLUMNS}
        row["kind"] = row["kind"] or KINDS[0]
        if None in line or not row["account_id"] or row["kind"] not in KINDS:
            raise _unusable(file, f"an account_id and a kind of {KINDS}", str(line), number)
        if row["account_id"] in rows:
            raise _unusable(file, "each account once", row["account_id"], number)
        rows[row["account_id"]] = row
    return [rows[account_id] for account_id in sorted(rows)]


def _unusable(file: Path, expected: str, seen: str, line: int = 1) -> UsageError:
    return UsageError(
        expected=expected,
        seen=seen[:200],
        where=f"{file}, line {line}",
        next_step="mend the file, or name another with RECON_ACCOUNTS_FILE",
    )
