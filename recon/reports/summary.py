"""The few lines that end a night: the result, the worst breaks, and where they concentrate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

ROWS_SHOWN_MAX = 20
NEARLY_ALL = (4, 5)  # four in five accounts


def concentration(rows: Sequence[Mapping[str, str]]) -> str:
    """One line that says what most breaks have in common, or nothing for one break or none."""
    broken = [row for row in rows if row["state"] == "break"]
    if len(broken) < 2:
        return ""
    best: tuple[int, int, str] = (0, 0, "")
    for rank, name in enumerate(("rule", "account_id", "symbol")):
        counts = Counter(row[name] for row in broken if row[name])
        if counts:
            value, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
            best = max(best, (count, -rank, f"{name.removesuffix('_id')} {value}"))
    return f"{best[0]} of {len(broken)} breaks are of {best[2]}."


def worst_first(rows: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Breaks before pending, then severity, then size of the difference."""
    return sorted(
        rows,
        key=lambda row: (
            row["state"] != "break",
            row["severity"],
            -abs(Decimal(row["difference"] or 0)),
            row["rule"],
            row["account_id"],
            row["symbol"],
            row["subject"],
        ),
    )


def looks_unopened(rows: Sequence[Mapping[str, str]], accounts: int, *, first_night: bool) -> bool:
    """Whether the books seem to begin in the middle: a first night where nearly all differ."""
    differing = {
        row["account_id"]
        for row in rows
        if row["rule"] in ("statements/position_differs", "statements/cash_differs")
    }
    part, whole = NEARLY_ALL
    return first_night and accounts > 0 and len(differing) * whole >= accounts * part
