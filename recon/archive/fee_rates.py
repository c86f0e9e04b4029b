"""The user's own rates of fees: a CSV of the columns of data/fee_rates.csv, kept in the archive.

Where the broker has agreed on another rate, or raises one before a release of this job knows it,
the user's rows hold for their fee, asset class and dates, before the published ones. The file is
archived whole when it has changed, with its name and hash, so that a night can be made again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from recon.archive.archive import Archive
from recon.archive.user_file import archive_rows, read_csv, unusable
from recon.feeds.streams import FEE_RATES

SETTING = "RECON_FEE_RATES_FILE"
COLUMNS = (
    "fee", "asset_class", "since", "until", "rate", "per", "cap", "min_price", "source",
    "certainty",
)  # fmt: skip
UNITS = {"REG": {"million_usd"}, "TAF": {"share", "contract"}, "CAT": {"share", "contract"},
         "ORF": {"contract"}, "OCC": {"contract"}}  # fmt: skip
CLASSES = {"million_usd": {"*", "us_equity", "us_option"}, "share": {"us_equity"},
           "contract": {"us_option"}}  # fmt: skip
DIGITS = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DISPUTED = "disputed"


def archive_fee_rates(archive: Archive, file: Path) -> bool:
    """Archive the file if it differs from what was last archived of it. Raises UsageError."""
    return archive_rows(archive, FEE_RATES, read_fee_rates(file))


def read_fee_rates(file: Path) -> list[dict[str, str]]:
    """The rows of the CSV, each with its line and the file's name and hash. Raises UsageError."""
    header, lines = read_csv(file, SETTING)
    if sorted(header) != sorted(COLUMNS):
        expected = "a header of " + ",".join(COLUMNS)
        raise unusable(file, SETTING, expected, ",".join(header))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    rows: list[dict[str, str]] = []
    known = {"file": file.name, "sha256": sha256}
    for number, line in enumerate(lines, start=2):
        row = {name: (line.get(name) or "").strip() for name in COLUMNS}
        wrong = "as many cells as the header" if None in line else _wrong(row)
        if wrong is not None:
            raise unusable(file, SETTING, wrong, _shown(row), number)
        _refuse_overlap(file, rows, row, number)
        rows.append({**known, "line": str(number), **row})
    return [{name: cell for name, cell in row.items() if cell} for row in rows]


def _wrong(row: dict[str, str]) -> str | None:
    """What a row should have been; None for a good one."""
    units = UNITS.get(row["fee"], set())
    if row["per"] not in units or row["asset_class"] not in CLASSES[row["per"]]:
        return (
            "REG per million_usd of *, us_equity or us_option, TAF or CAT per share of us_equity or"
            " per contract of us_option, ORF or OCC per contract of us_option"
        )
    until = row["until"] or str(date.max)
    if not all(map(_is_date, (row["since"], until))) or until <= row["since"]:
        return "since and until as dates, until later or empty"
    numbers = [row["rate"], *filter(None, (row["cap"], row["min_price"]))]
    if not all(DIGITS.fullmatch(number) for number in numbers):
        return "rate, cap and min_price as plain decimals of at most 9 digits after the point"
    if row["fee"] == "REG" and len(row["rate"].partition(".")[2].rstrip("0")) > 6:
        return "a rate per million of at most 6 digits after the point"
    return None


def _is_date(text: str) -> bool:
    try:
        return bool(DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _refuse_overlap(
    file: Path, earlier: Iterable[dict[str, str]], row: dict[str, str], number: int
) -> None:
    """One date has one rate; only disputed ones may stand side by side. Raises UsageError."""
    for other in earlier:
        same = (other["fee"], other["per"]) == (row["fee"], row["per"])
        apart = (other["until"] or str(date.max)) <= row["since"] or (
            (row["until"] or str(date.max)) <= other["since"]
        )
        disputed = {other["certainty"], row["certainty"]} == {DISPUTED}
        alone = {other["asset_class"], row["asset_class"]} == {"us_equity", "us_option"}
        if same and not (apart or alone or (disputed and _dates(other) == _dates(row))):
            expected = f"dates that do not overlap with those of line {other['line']}"
            raise unusable(file, SETTING, expected, _shown(row), number)


def _dates(row: dict[str, str]) -> tuple[str, str]:
    return row["since"], row["until"]


def _shown(row: dict[str, str]) -> str:
    return ",".join(row[name] for name in COLUMNS)
