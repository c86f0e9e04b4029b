"""Rows to a CSV that finance can open: RFC 4180, UTF-8, LF, and no cell that runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# A spreadsheet starts a formula at these, the full-width forms too (OWASP on CSV injection), and
# some first take away what is blank. One that separates by semicolons starts a cell at each.
FORMULA = re.compile(r"(^|;)(?=[\s\u200c\u200d]*[=+\-@\t\r\0＝＋－＠])")
CONTROL = {code: f"\\x{code:02x}" for code in [*range(32), 127, *range(0x80, 0xA0)]}
# Marks that turn the direction of text, the two that Unicode calls line breaks, and those that
# nobody sees: two cells that look alike must be alike.
MARKS = {
    code: f"\\u{code:04x}"
    for code in (
        0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F),
        *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC),
    )
}  # fmt: skip
SPELLED_OUT = CONTROL | MARKS


def to_csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """A header and the rows in the order given. Numbers pass untouched, text is made harmless."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(row[column]) for column in columns])
    return text.getvalue().encode("utf-8", "backslashreplace")


def harmless(text: str) -> str:
    """A cell that no spreadsheet runs and no terminal obeys; a number stays as it is."""
    if NUMBER.fullmatch(text):
        return text
    return plain(FORMULA.sub(r"\1'", text))


def plain(text: str) -> str:
    """Text that no terminal obeys and that stands on one line."""
    return text if text.isprintable() else text.translate(SPELLED_OUT)
