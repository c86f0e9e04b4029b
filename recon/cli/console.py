"""What a person or a log sees: result on standard output, everything else on standard error.

On a terminal there are progress bars and a table; otherwise plain lines, and JSON logs.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from recon.reports.table import plain

if TYPE_CHECKING:
    from recon.nightly.go_live import Opened
    from recon.nightly.night_record import Outcome
    from recon.nightly.progress import Progress
    from recon.nightly.standing import Standing
    from recon.reports.explain import Explanation

SHOWN = ("break_id", "severity", "state", "rule", "account_id", "symbol", "subject", "difference")


def log_to_stderr() -> Callable[..., None]:
    """A function that logs one event with fields: readable on a terminal, else JSON lines. It also
    logs each time that the broker is asked again.

    Each line says when it was written, and of which run where there is one.
    """
    import structlog

    from recon.feeds.connection import tell_retries

    renderer: Any = (
        structlog.dev.ConsoleRenderer(pad_event_to=0)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(sort_keys=True)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    note: Callable[..., None] = structlog.get_logger().info
    tell_retries(lambda what, **fields: structlog.get_logger().info(what, **fields))
    return note


def progress() -> Progress:
    """What a run says of itself: its log, and progress bars on a terminal."""
    from recon.nightly.progress import Progress

    return Progress(log_to_stderr(), tracked)


@contextlib.contextmanager
def tracked(label: str) -> Iterator[Callable[[int], None]]:
    """A progress bar of unknown length on a terminal; nothing otherwise."""
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,}"))
    console = Console(stderr=True)
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda count: bar.update(task, advance=count)


def print_outcome(outcome: Outcome, *, as_json: bool) -> None:
    """The result of a night: a few lines, or JSON; on a terminal also the worst breaks."""
    if as_json:
        print(json.dumps(asdict(outcome), indent=2, sort_keys=True, default=str))
        return
    if outcome.worst and sys.stdout.isatty():
        print_table("Worst first", SHOWN, outcome.worst)
    print(
        f"{outcome.system_date} {outcome.result}: {counted(outcome.breaks)}, {outcome.pending}"
        f" pending of {outcome.checked:,} checked, {outcome.not_evaluated} not evaluated"
    )
    if outcome.concentration:
        print(plain(outcome.concentration))
    if outcome.signals_not_followed:
        print(
            f"Ready signals of the broker that the night did not follow:"
            f" {outcome.signals_not_followed}. See streams/ready_signal_differs."
        )
    if outcome.result == "incomplete":
        print("The input is not proven complete: nothing is certified. See certificate.json.")
    if outcome.other_settings:
        print(
            f"Evaluated with other {' and '.join(outcome.other_settings)} than the date ran with:"
            " in a folder of its own, and what is published stays as it is."
        )
    if outcome.unopened:
        print(
            "Nearly every account differs on the first night: the books begin at zero here. "
            "To begin with the broker's statement of an earlier day, use `recon open --date D`."
        )
    print(f"{outcome.reports}/discrepancies.csv")


def print_opening(day: str, opened: Opened) -> None:
    """What the books begin with, and who was not found there."""
    parts = [
        f"{opened.with_positions} with positions",
        f"{opened.with_cash_only} with cash only",
        f"{opened.empty} empty",
    ]
    shown = ", ".join(part for part in parts if not part.startswith("0 "))
    accounts = f"{opened.accounts} account{'' if opened.accounts == 1 else 's'}"
    print(f"The books begin with the statement of {day}: {accounts}{': ' if shown else ''}{shown}.")
    if opened.unknown:
        print(plain(f"Unknown to the broker: {' '.join(opened.unknown)}"))
    if not opened.status_read:
        print(
            "The account stream was not read: an account without a position was asked for its cash"
            " only where RECON_ACCOUNTS_FILE or --accounts names it."
        )


def counted(breaks: int) -> str:
    """So many breaks, in words."""
    return f"{breaks} break" if breaks == 1 else f"{breaks} breaks"


def print_standing(standing: Standing, *, as_json: bool) -> None:
    """How a home stands in one line, then what is open: a table on a terminal, else columns."""
    if as_json:
        values = {name: value for name, value in vars(standing).items() if name != "rows"}
        lines = [{**values, "open": standing.open, "input_complete": not standing.incomplete}]
        for line in [*lines, *standing.rows]:
            print(json.dumps(line, default=str))
        return
    print(plain(standing.line))
    if not standing.rows:
        return
    columns = [name for name in standing.rows[0] if any(row[name] for row in standing.rows)]
    print_rows("Open", columns, standing.rows)


def print_rows(title: str, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    """Rows as a table on a terminal, else in columns."""
    if sys.stdout.isatty():
        print_table(title, columns, rows)
        return
    cells = [columns, *([plain(row[name]) for name in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(map(str.ljust, row, widths)).rstrip())


def print_table(title: str, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    """Rows as a table, numbers to the right, hostile text made harmless."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    for column in columns:
        numeric = column in ("difference", "checked")
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(row[column])) for column in columns))
    Console().print(table)


def print_explanation(explanation: Explanation, *, as_json: bool) -> None:
    """One sentence, the events around, the raw texts, the SQL."""
    if as_json:
        print(json.dumps(asdict(explanation), indent=2, default=str))
        return
    print(plain(explanation.sentence), "\n")
    for event in explanation.timeline:
        mark = ">" if event["named"] else " "
        values = (str(value) for name, value in event.items() if name != "named" and value)
        print(plain(f"{mark} {'  '.join(values)}"))
    for identity, text in explanation.raw.items():
        print("", plain(identity), plain(text), sep="\n")
    print(f"\nsql/rules/{explanation.rule}.sql\n\n{explanation.sql}", end="")
