from __future__ import annotations

import datetime
import functools
import json

import pytest

from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.catalog import DEMO_FAULTS, FAULTS, plant
from recon.sandbox.messages.typed import typed_activities
from recon.sandbox.wire.paths import STREAM_PATHS
from tests.sandbox.fault_kinds import (
    AGREES_WITH_THE_STATEMENT,
    AMBIGUOUS,
    GROUPED,
    LOST,
    ONLY_OLDER,
    RATED,
    RULES,
    TERMS_ONLY_ON_NEWER,
    TOLD_BY_TYPED,
    TYPED,
    WITH_TWO_EVENTS,
)
from tests.sandbox.replay import Payload, Replay, held, parse, replay_day

SEEDS = range(2)


def readable(texts: list[str]) -> list[Payload]:
    """The payloads whose text is JSON."""
    payloads = []
    for text in texts:
        try:
            payloads.append(parse(text))
        except json.JSONDecodeError:
            continue
    return payloads


def agrees(books: Books, until: datetime.date) -> bool:
    """Whether adding up what is published by that date's ready events gives its closing."""
    published = max(each.published for each in books.system if each.system_date == until)
    trades, activities = (
        readable([each.text for each in events if each.published <= published])
        for events in (books.trades, books.activities)
    )
    replay = Replay()
    for date in books.closings:
        if date <= until:
            replay_day(replay, date, trades, activities)
    closing = books.closings[until]
    positions = {
        (account_id, line.asset.symbol): line.qty
        for account_id, lines in closing.positions.items()
        for line in lines
    }
    cash = {key: replay.cash[key] for key in closing.cash}
    return held(replay) == positions and cash == closing.cash


@functools.cache
def books_of(seed: int) -> Books:
    """Made once for all tests."""
    return make_books(seed)


def events_of(books: Books) -> tuple[Event, ...]:
    """Everything that is published, but for what is told from it once more."""
    lifecycle = (event for events in books.lifecycle.values() for event in events)
    return (*books.trades, *books.activities, *books.system, *lifecycle)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_changes_one_place(name: str, seed: int) -> None:
    """One message goes or comes, or is another; two where both legs of a split name a quantity,
    both sides of a journal go, two streams tell the same, or a setting is changed beside what it
    forbids; and all that is told of an account."""
    right = books_of(seed)
    planted = FAULTS[name].plant(right, frozenset())
    before, after = ({each.text: each for each in events_of(books)} for books in
                     (right, planted.books))  # fmt: skip
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    if name == "account_never_opened":
        assert {before[each].account_id for each in gone} == {planted.account_id}
        assert not come
    else:
        assert max(len(gone), len(come)) <= (2 if name in WITH_TWO_EVENTS else 1)
    assert gone or come or planted.books.closings != right.closings or name in TYPED
    assert planted.account_id in [each.account_id for each in right.accounts]
    assert planted.system_date in right.closings
    assert FAULTS[name].expected in RULES
    assert FAULTS[name].description.endswith(".")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", sorted(set(FAULTS) - AMBIGUOUS))
def test_the_statement_agrees_with_the_events_only_where_the_fault_is_booked(
    name: str, seed: int
) -> None:
    """A fault of the stream or of the statement alone makes the two differ on its date."""
    planted = FAULTS[name].plant(books_of(seed), frozenset())
    agreement = agrees(planted.books, planted.system_date)
    assert agreement == (name in AGREES_WITH_THE_STATEMENT)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", FAULTS)
def test_the_typed_stream_differs_where_the_older_ones_do_or_the_fault_is_its_own(
    name: str, seed: int
) -> None:
    """A fault of trades and activities shows on both, but for an average, which the typed stream
    has no place for, and a leg that only the older lacks; one of the typed stream is one activity.
    """
    right = books_of(seed)
    wrong = FAULTS[name].plant(right, frozenset()).books
    before, after = ({each.text for each in typed_activities(books)} for books in (right, wrong))
    is_told = (wrong.trades, wrong.activities) != (right.trades, right.activities)
    if name in TYPED:
        assert (len(before - after), len(after - before)) in ((1, 0), (1, 1))
        assert not is_told
    else:
        assert (before != after) == (is_told and name not in ONLY_OLDER)
    told = TYPED | TOLD_BY_TYPED | RATED | GROUPED | TERMS_ONLY_ON_NEWER
    assert (FAULTS[name].stream == "activities") == (name in told)
    assert FAULTS[name].stream in ("", *STREAM_PATHS.values())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LOST)
def test_what_is_lost_leaves_the_rest_as_it_was(name: str, seed: int) -> None:
    """The typed stream tells one activity less, and of the others what it told before: the leg of a
    split that is left still names the new CUSIP."""
    right = books_of(seed)
    wrong = FAULTS[name].plant(right, frozenset()).books
    before, after = ({each.text for each in typed_activities(books)} for books in (right, wrong))
    assert after < before
    assert len(before - after) == 1


def test_planting_leaves_the_right_books_as_they_are() -> None:
    """Every fault copies what it changes."""
    right = make_books(1)
    for fault in FAULTS.values():
        fault.plant(right, frozenset())
    assert right == make_books(1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_late_fill_is_missing_for_one_night_only(seed: int) -> None:
    """The next ready events find it published, and everything agrees again."""
    planted = FAULTS["fill_published_late"].plant(books_of(seed), frozenset())
    nights = [agrees(planted.books, date) for date in planted.books.closings]
    assert nights.count(False) == 1


@pytest.mark.parametrize("seed", range(12))
def test_the_demo_faults_are_all_on_accounts_of_their_own(seed: int) -> None:
    """Twelve at once, for any seed, none hiding another."""
    books, planted = plant(books_of(seed), DEMO_FAULTS)
    assert len({each.account_id for each in planted}) == len(DEMO_FAULTS) == 12
    assert books == planted[-1].books


def test_an_unknown_fault_is_refused() -> None:
    """The message lists what there is."""
    with pytest.raises(ValueError, match="lost_fill"):
        plant(make_books(0), ["lost_everything"])


def test_too_many_faults_for_the_accounts_are_refused() -> None:
    """Rather than planting one on top of another."""
    with pytest.raises(ValueError, match="taken accounts"):
        plant(make_books(0), ["bust_wrong_effect", "bust_wrong_effect"])
