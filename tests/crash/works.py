"""The commands that a fault meets, each with a home to begin from and what it must lead to."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from recon.archive.inbox import keep, open_inbox
from recon.sandbox.books.make import make_books
from recon.sandbox.faults.catalog import plant
from recon.sandbox.messages.upvest import upvest_deliveries
from recon.sandbox.wire.server import Sandbox
from tests.crash.faulty import Command, run_plain
from tests.crash.outcome import outcome_of
from tests.nightly.nights import MONDAY, NOW, TUESDAY

FAULTS = ["lost_fill", "taf_fee_missing"]
DONE = (0, 3)


@dataclass(frozen=True)
class Work:
    """A command with the home it begins from. Without a fault it leads to `undisturbed`, ends with
    `code`, and with `code_again` where it is given once more: books are opened once."""

    name: str
    begun: Path
    command: Command
    code: int
    code_again: int
    undisturbed: Mapping[str, Any]

    def in_home(self, home: Path) -> Command:
        """The command, on another home."""
        return Command(self.command.words, home, self.command.settings)

    def begin(self, home: Path) -> Command:
        """The command, on a copy of what it begins from."""
        shutil.copytree(self.begun, home)
        return self.in_home(home)


@contextlib.contextmanager
def works(place: Path) -> Iterator[dict[str, Work]]:
    """Each work by name, while their broker serves: a first night, the next with webhooks that
    wait, the same again, an opening, and a file."""
    books, _ = plant(make_books(1), FAULTS)
    with Sandbox(books, as_of=MONDAY) as monday, Sandbox(books, as_of=TUESDAY) as tuesday:
        (empty := place / "empty").mkdir()
        (file := place / "trades.ndjson").write_text(texts_of_trades(books, MONDAY), "utf-8")
        made = [
            work_of("opening", empty, monday, "open", "--date", str(MONDAY)),
            work_of("file", empty, monday, "ingest", "--stream", "trades", str(file)),
            work_of("first", empty, monday, *night(MONDAY)),
        ]
        waiting = with_bodies(made[-1].command.home, place / "bodies")
        made.append(work_of("later", waiting, tuesday, *night(TUESDAY)))
        made.append(work_of("again", made[-1].command.home, tuesday, *night(TUESDAY), "--again"))
        yield {work.name: work for work in made}


def work_of(name: str, begun: Path, sandbox: Sandbox, *words: str) -> Work:
    """A command, after it ran undisturbed beside the home it begins from."""
    home = begun.parent / f"{name}-undisturbed"
    shutil.copytree(begun, home)
    command = Command(words, home, {"RECON_BROKER_URL": sandbox.url})
    ended, undisturbed = run_plain(command), outcome_of(home)
    assert ended.code in DONE, ended
    return Work(name, begun, command, ended.code, run_plain(command).code, undisturbed)


def night(day: date) -> tuple[str, ...]:
    """The words of a night."""
    return ("run", "--date", str(day))


def texts_of_trades(books: Any, day: date) -> str:
    """A file of the trades up to that date."""
    return "".join(f"{event.text}\n" for event in books.trades if event.system_date <= day)


def with_bodies(home: Path, copy: Path) -> Path:
    """A copy of a home in whose inbox webhooks wait."""
    shutil.copytree(home, copy)
    inbox = open_inbox(copy / "archive")
    for number, body in enumerate(upvest_deliveries(make_books(100)).bodies[:20]):
        keep(inbox, body.encode(), NOW.add(seconds=number))
    return copy
