"""A night asks every account that anything names, and says whom it could not prove."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from recon.nightly.night_record import Outcome
from recon.nightly.progress import SILENT
from recon.nightly.run import run_date
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.wire.server import Sandbox
from recon.sandbox.wire.transport import TransportFault
from tests.nightly.nights import MONDAY, NOW, broker_of, right_books, settings_of

DEPOSITED = "7abec539-007d-4034-9726-c86b9c3a23cd"  # of seed 7: a deposit of 1,200 and no more
SOME = sorted(right_books().closings[MONDAY].cash)[3]


def silent_on(books: Books, account_id: str, told: Sequence[str]) -> Books:
    """Those books, but of that account only these streams tell."""
    return replace(
        books,
        activities=tuple(e for e in books.activities if e.account_id != account_id),
        lifecycle={
            name: tuple(e for e in events if e.account_id != account_id or name in told)
            for name, events in books.lifecycle.items()
        },
    )


def one_night(
    books: Books, home: Path, accounts: Sequence[str] = (), fault: TransportFault | None = None
) -> Outcome:
    """The night of Monday; with accounts the user has a file that lists them."""
    options = {}
    if accounts:
        file = home / "listed.csv"
        file.write_text("\n".join(["account_id", *accounts]) + "\n", "utf-8")
        options["accounts_file"] = str(file)
    faults = (fault,) if fault else ()
    with Sandbox(books, as_of=MONDAY, transport=faults) as sandbox, broker_of(sandbox) as broker:
        settings = settings_of(home, sandbox.url, **options)
        return run_date(broker, settings, MONDAY, NOW, wait_seconds=0, again=False, progress=SILENT)


def counts_of(home: Path) -> dict[str, int]:
    """What the certificate says of the accounts."""
    text = (home / "reports" / str(MONDAY) / "certificate.json").read_text("utf-8")
    counts: dict[str, int] = json.loads(text)["accounts"]
    return counts


def answers_of(home: Path) -> dict[str, str]:
    """What each account answered, of accounts_asked.csv."""
    file = home / "reports" / str(MONDAY) / "accounts_asked.csv"
    with file.open(encoding="utf-8", newline="") as text:
        return {row["account_id"]: row["answer"] for row in csv.DictReader(text)}


@pytest.mark.parametrize(
    ("told", "listed"),
    [(["account_status"], []), (["funding_status"], []), ([], [DEPOSITED])],
    ids=["the account stream", "the funding stream", "the user's file"],
)
def test_a_lost_deposit_shows_whatever_alone_names_its_account(
    told: list[str], listed: list[str], tmp_path: Path
) -> None:
    """No event of the books and no position names it; the broker has 1,200 there, the books 0."""
    books = silent_on(make_books(7), DEPOSITED, told)
    outcome = one_night(books, tmp_path, listed)
    assert outcome.result == "breaks"
    breaks = {
        (row["rule"], row["account_id"], row["difference"])
        for row in outcome.worst
        if row["state"] == "break"
    }
    assert breaks == {("statements/cash_differs", DEPOSITED, "1200")}
    assert answers_of(tmp_path)[DEPOSITED] == "answered"


def test_an_account_that_gives_no_answer_makes_the_night_incomplete_and_is_named(
    tmp_path: Path,
) -> None:
    """Everybody else was asked; the same command once more asks for the one alone."""
    fault = TransportFault("status", path=f"/v1/trading/accounts/{SOME}", status=422)
    assert one_night(right_books(), tmp_path, fault=fault).result == "incomplete"
    answers = answers_of(tmp_path)
    assert {name for name in answers if answers[name] != "answered"} == {SOME}
    assert answers[SOME] == "no answer"
    counts = counts_of(tmp_path)
    assert (counts["known"], counts["answered"]) == (len(answers), len(answers) - 1)
    assert counts["without_a_balance"] == 1
    assert one_night(right_books(), tmp_path).result == "clean"
    assert counts_of(tmp_path)["answered"] == len(answers)


def test_an_account_that_the_broker_does_not_know_is_counted_and_no_pass(tmp_path: Path) -> None:
    """The user's file names it, and nothing else does: no money is proven and none is missing."""
    outcome = one_night(right_books(), tmp_path, ["nobody"])
    assert outcome.result == "clean"
    assert answers_of(tmp_path)["nobody"] == "unknown to the broker"
    counts = counts_of(tmp_path)
    assert counts["known"] - counts["answered"] == counts["unknown_to_the_broker"] == 1
    text = (tmp_path / "reports" / str(MONDAY) / "certificate.json").read_text("utf-8")
    rule = json.loads(text)["rules"]["statements/statement_missing"]
    assert (rule["not_evaluated"], rule["checked"]) == ("1", str(counts["known"] + 1))
