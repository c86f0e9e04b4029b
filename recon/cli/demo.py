"""The main job on the embedded sandbox broker: real HTTP, real archive, faults planted."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pendulum

from recon.archive.inbox import keep, open_inbox
from recon.cli.console import counted, print_outcome
from recon.cli.failures import listening
from recon.errors import UsageError
from recon.feeds.broker import Broker
from recon.nightly.night_record import Outcome
from recon.nightly.progress import Progress
from recon.nightly.run import run_date
from recon.paths import folder
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.faults.catalog import DEMO_FAULTS, FAULTS, plant
from recon.sandbox.messages.samples import sample_books
from recon.sandbox.messages.upvest import upvest_deliveries
from recon.sandbox.wire.server import Sandbox
from recon.settings import DEFAULTS, read_settings

MARK = ".recon-demo"
NIGHTS = slice(2, 5)  # the first of them reads what is before it; the faults show in these three


def run_demo(home: Path, seed: int, now: pendulum.DateTime, *, progress: Progress) -> None:
    """Run three nights of the sandbox's books with the demo's faults planted, and say for each
    fault whether its rule found it. Replaces what an earlier demo left in `home`."""
    _clear(home)
    books, planted = plant(make_books(seed), DEMO_FAULTS)
    found: set[tuple[str, str]] = set()
    system_dates = sorted(books.closings)[NIGHTS]
    with Sandbox(books, as_of=system_dates[0]) as sandbox:
        settings = read_settings(
            {
                "home": str(home),
                "broker_url": sandbox.url,
                "streams": f"{DEFAULTS['streams']},activities",
                "accounts_file": str(_deliver(home, books, now)),
            },
            {},
            None,
        )
        with Broker(sandbox.url, sandbox.key, sandbox.secret) as broker:
            for system_date in system_dates:
                sandbox.advance_to(system_date)
                outcome = run_date(
                    broker,
                    settings,
                    system_date,
                    now,
                    wait_seconds=0,
                    again=False,
                    progress=progress,
                )
                found |= {(row["rule"], row["account_id"]) for row in outcome.worst}
                _say_night(outcome, last=system_date == system_dates[-1])
    for name, place in zip(DEMO_FAULTS, planted, strict=True):
        rule = FAULTS[name].expected
        seen = (rule, place.account_id if FAULTS[name].names_account else "") in found
        mark = "found" if seen else "NOT FOUND"
        print(f"  planted {name} on {place.account_id[:8]} {place.symbol}: {mark} by {rule}")
    print(f"A real run of this night would exit 3. Look on with `recon --home {home} explain ID`,")
    print(f"`recon --home {home} breaks`, or open {home}/reports in a spreadsheet.")


def _deliver(home: Path, books: Books, now: pendulum.DateTime) -> Path:
    """Put what Upvest delivered into the receiver's inbox; gives the file that says which account
    there stands for which of the broker's, and which is the firm's."""
    deliveries = upvest_deliveries(books)
    inbox = open_inbox(home / "archive")
    for number, body in enumerate(deliveries.bodies):
        keep(inbox, body.encode(), now.add(seconds=number))
    file = home / "accounts.csv"
    lines = [
        f"{each.account_id},{'firm' if each.is_firm else 'customer'},"
        f"{deliveries.accounts.get(each.account_id, '')}"
        for each in books.accounts
    ]
    file.write_text("\n".join(["account_id,kind,upvest_account_id", *lines]) + "\n", "utf-8")
    return file


def serve_sandbox(
    seed: int, port: int, day: date | None, faults: Sequence[str], *, samples: bool
) -> Iterator[str]:
    """Serve until a signal ends it; gives lines to print, the next commands among them. Raises
    UsageError for an unknown fault, a date without books, a port that is taken."""
    unknown = [name for name in faults if name not in FAULTS]
    if unknown:
        raise UsageError(
            expected="one of " + ", ".join(FAULTS),
            seen=", ".join(unknown),
            where="--fault",
            next_step="choose faults from that list",
        )
    books = sample_books(folder("data") / "samples") if samples else make_books(seed)
    books, planted = plant(books, faults)
    day = _served(sorted(books.closings), day)
    with contextlib.ExitStack() as running:
        with listening("127.0.0.1", port):
            sandbox = running.enter_context(Sandbox(books, as_of=day, port=port))
        yield f"sandbox broker on {sandbox.url}, key {sandbox.key}, secret {sandbox.secret}"
        for name, place in zip(faults, planted, strict=True):
            yield f"planted {name} on {place.account_id} {place.symbol}: {FAULTS[name].expected}"
        yield from _what_to_try(sandbox)
        while True:
            time.sleep(3600)


def _served(days: Sequence[date], wanted: date | None) -> date:
    """The date whose statements are served; by default the last one of which a first night, which
    reads three days back, still reads every event. Raises UsageError for a date without books."""
    if wanted is None:
        return days[NIGHTS][0] if days[NIGHTS] else days[-1]
    if wanted in days:
        return wanted
    raise UsageError(
        expected="one of " + ", ".join(map(str, days)),
        seen=str(wanted),
        where="--date",
        next_step="choose a date from that list, or leave it out",
    )


def _what_to_try(sandbox: Sandbox) -> Iterator[str]:
    """Which nights there are, and the next commands, to be copied as they are."""
    days = sorted(sandbox.books.closings)
    yield f"It is the evening of {sandbox.as_of}: only of that date are there statements."
    yield "Start it with --date for another of " + ", ".join(map(str, days)) + "."
    yield "Try in another terminal:"
    yield f"  export RECON_BROKER_URL={sandbox.url}"
    yield f"  export RECON_BROKER_KEY={sandbox.key} RECON_BROKER_SECRET={sandbox.secret}"
    yield "  recon doctor"
    yield f"  recon run --date {sandbox.as_of}"
    yield "  recon breaks"


def _say_night(outcome: Outcome, *, last: bool) -> None:
    if last:
        print_outcome(outcome, as_json=False)
    else:
        print(f"{outcome.system_date} {outcome.result}: {counted(outcome.breaks)}")


def _clear(home: Path) -> None:
    """Make `home` empty, if it is new or an earlier demo's. Raises UsageError otherwise."""
    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        raise UsageError(
            expected="a new folder, or one that an earlier demo made",
            seen="a folder that holds something else",
            where=str(home),
            next_step="name another with --home or RECON_HOME",
        )
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / MARK).touch()
