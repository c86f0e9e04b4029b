"""What the user says of his accounts: a CSV, kept in the archive like everything a night rests on.

Columns: `account_id`; `kind`, customer (the default) or firm; `upvest_account_id`, the account at
Upvest that it stands for. The file is archived whole when it has changed.
"""

from __future__ import annotations

from pathlib import Path

from recon.archive.archive import Archive
from recon.archive.user_file import archive_rows, read_csv, unusable
from recon.feeds.streams import ACCOUNT_MAP

SETTING = "RECON_ACCOUNTS_FILE"
COLUMNS = ("account_id", "kind", "upvest_account_id")
KINDS = ("customer", "firm")


def archive_account_map(archive: Archive, file: Path) -> bool:
    """Archive the file if it differs from what was last archived of it. Raises UsageError."""
    return archive_rows(archive, ACCOUNT_MAP, read_account_map(file))


def read_account_map(file: Path) -> list[dict[str, str]]:
    """The rows of the CSV, sorted by account. Raises UsageError."""
    header, lines = read_csv(file, SETTING)
    if "account_id" not in header or set(header) - set(COLUMNS):
        expected = "a header of " + ", ".join(COLUMNS)
        raise unusable(file, SETTING, expected, ",".join(header))
    rows: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines, start=2):
        row = {name: (line.get(name) or "").strip() for name in COLUMNS}
        row["kind"] = row["kind"] or KINDS[0]
        if None in line or not row["account_id"] or row["kind"] not in KINDS:
            expected = f"an account_id and a kind of {KINDS}"
            raise unusable(file, SETTING, expected, str(line), number)
        if row["account_id"] in rows:
            raise unusable(file, SETTING, "each account once", row["account_id"], number)
        rows[row["account_id"]] = row
    return [rows[account_id] for account_id in sorted(rows)]
