from __future__ import annotations

import pendulum
import pytest

from recon.errors import UsageError
from recon.feeds.cursor import Cursor, cursor_of, published_at, published_between, ulid_at
from recon.feeds.streams import ACTIVITIES, JOURNAL_STATUS, NTA, TRADES, TRANSFER_STATUS, Stream

FIRST, SECOND = "01HCMKKNRK7S5C1JYP50QGDECQ", "01KE90MX0DXW9NCG9HT4N2WDPW"


@pytest.mark.parametrize(
    ("ulid", "instant"),
    [
        # From the documented samples: the ids of events whose `at` stands beside them.
        (FIRST, "2023-10-13T13:28:58.387"),
        (SECOND, "2026-01-06T06:41:57.261"),
        ("01HCMKXQYJ3ZBV66Q21KCT1CRR", "2023-10-13T13:34:28.306"),
    ],
)
def test_a_ulid_begins_with_its_millisecond(ulid: str, instant: str) -> None:
    """The broker's own ids; one that is made of the instant sorts before them, and just so."""
    moment = pendulum.parse(instant + "Z")
    assert isinstance(moment, pendulum.DateTime)
    assert published_at(ulid) == moment
    assert ulid_at(moment) == ulid[:10] + "0" * 16
    assert ulid_at(moment.add(microseconds=999)) == ulid_at(moment) <= ulid
    assert ulid_at(moment.add(microseconds=1000)) > ulid


@pytest.mark.parametrize(
    ("stream", "ids", "params"),
    [
        (TRADES, (FIRST, SECOND), {"since_id": FIRST, "until_id": SECOND}),
        (ACTIVITIES, (FIRST, SECOND), {"since_id": FIRST, "until_id": SECOND}),
        (JOURNAL_STATUS, (FIRST, SECOND), {"since_id": FIRST, "until_id": SECOND}),
        (NTA, (FIRST, SECOND), {"since_ulid": FIRST, "until_ulid": SECOND}),
        (NTA, ("9", "10"), {"since_id": "9", "until_id": "10"}),
        (TRANSFER_STATUS, ("15960", "15962"), {"since_id": "15960", "until_id": "15962"}),
    ],
)
def test_each_version_is_asked_in_its_own_words(
    stream: Stream, ids: tuple[str, str], params: dict[str, str]
) -> None:
    """The same name takes an integer on version 1 and a ULID on version 2."""
    assert cursor_of(stream, *ids).params == params


@pytest.mark.parametrize(
    ("stream", "ids", "said"),
    [
        (TRADES, ("15960", "15962"), "an integer is an id of version 1 only"),
        (ACTIVITIES, (FIRST, "15962"), "an integer is an id of version 1 only"),
        (NTA, (FIRST, "15962"), "of the same kind"),
        (NTA, ("15960", SECOND), "of the same kind"),
        (NTA, ("10", "9"), "since-id before its until-id"),
        (NTA, ("9", "9"), "since-id before its until-id"),
        (TRADES, (SECOND, FIRST), "since-id before its until-id"),
        (TRADES, (FIRST.lower(), SECOND), "a ULID of 26 letters"),
        (TRADES, ("8" + FIRST[1:], SECOND), "a ULID of 26 letters"),
        (TRADES, (FIRST[:-1] + "U", SECOND), "a ULID of 26 letters"),
        (NTA, ("-1", "9"), "a ULID of 26 letters or an integer"),
        (NTA, ("1" * 19, "9"), "a ULID of 26 letters or an integer"),
        (NTA, ("\u0661", "9"), "a ULID of 26 letters or an integer"),
    ],
)
def test_ids_of_the_wrong_kind_are_refused(stream: Stream, ids: tuple[str, str], said: str) -> None:
    """The message says which stream wants what."""
    with pytest.raises(UsageError, match=said) as caught:
        cursor_of(stream, *ids)
    assert stream.name in caught.value.where


def test_halves_touch_and_lose_nothing() -> None:
    """After the one id and up to the other; integers have no middle that is known."""
    since, until = pendulum.datetime(2026, 6, 15), pendulum.datetime(2026, 6, 16)
    whole = published_between(TRADES, since, until)
    noon = ulid_at(pendulum.datetime(2026, 6, 15, 12))
    later, earlier = whole.halves()
    assert (earlier.since, earlier.until) == (whole.since, noon)
    assert (later.since, later.until) == (noon, whole.until)
    numbers = Cursor("id", "1", "9")
    assert (numbers.halves(), numbers.published) == ([numbers], None)


def test_an_id_beyond_every_calendar_is_refused() -> None:
    """The last ULID is of the year 10889."""
    with pytest.raises(UsageError, match="a time that there is"):
        published_at("7ZZZZZZZZZZZZZZZZZZZZZZZZZ")
