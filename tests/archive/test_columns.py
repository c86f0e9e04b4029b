"""A JSON text to typed columns: every digit and instant, or a word that it could not be typed."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal

import pytest

from recon.archive.columns import parse_json, read_row
from recon.feeds.streams import ADMIN_ACTION, NTA, TRADES
from recon.paths import folder
from tests.archive.making import trade, typed, value

# Midnight of 2026-06-15 UTC is day 20619 after 1970 (56 years of 365 days, 14 leap days, 165 days).
MIDNIGHT = 20_619 * 86_400 * 1_000_000_000
NANOSECONDS_OF_14_30 = (14 * 60 + 30) * 60 * 1_000_000_000


@pytest.mark.parametrize(
    "digits",
    ["0.029194239", "12.6341694", "12345678.123456789", "0.1", "1.005", "99999999999999.99",
     "-0.000000001", "9" * 29 + "." + "9" * 9, "1.10"],
)  # fmt: skip
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_number_keeps_every_digit_whether_bare_or_in_quotes(digits: str, quote: str) -> None:
    """Amounts come as JSON numbers in one stream and as texts in another; neither is a float."""
    number = typed(trade(f'"qty": {quote}{digits}{quote}'), "qty")
    assert isinstance(number, Decimal)
    assert format(number, "f") == digits


@pytest.mark.parametrize(
    ("digits", "plain"),
    [("1E+3", "1000"), ("5e-9", "0.000000005"), ("1.25e2", "125"), ("-0", "0"), ("0e5", "0"),
     ("1.0000000000", "1"), ("10.50000000000000000000", "10.5"), ("0.00000000000", "0"),
     ("0e500", "0"), ("15e-0001", "1.5"), ("1000000000000e-12", "1")],
)  # fmt: skip
def test_another_spelling_is_the_same_number(digits: str, plain: str) -> None:
    """JSON allows them, and none changes the amount: zeros after the ninth decimal are no digits
    that would be lost."""
    assert typed(trade(f'"qty": {digits}'), "qty") == Decimal(plain)


def test_a_number_within_json_is_kept_in_digits() -> None:
    """What is read from such a column later reads digits, not powers; the printed zeros stay."""
    legs = typed(
        trade('"legs": [{"qty": 15e-1, "price": 1.50, "ratio": 2E2, "far": 1e400}]'), "legs"
    )
    assert legs == '[{"far":"1e400","price":"1.50","qty":"1.5","ratio":"200"}]'


@pytest.mark.parametrize(
    "digits",
    ["1e400", "1" * 30, "1" * 20 + "e10", "0.0123456789", "1.0000000001", "1e-10", "9" * 5000,
     '"1e400"', '"0.0123456789"'],
)  # fmt: skip
def test_a_number_that_does_not_fit_is_kept_as_text_and_reported(digits: str) -> None:
    """Rounding would hide a difference: the column is null, and `unread` says why."""
    text = trade(f'"qty": {digits}')
    row = read_row(TRADES, text)
    assert value(row, "qty") is None
    assert [reason.partition(":")[0] for reason in row.unread] == ["qty"]
    assert row.text == text


@pytest.mark.parametrize(
    "given",
    ['"1,000"', '" 1"', '"+1"', '"0x10"', '"NaN"', '"Infinity"', '"١٢"', "true", "[1]", '{"a": 1}'],
)
def test_what_is_no_number_is_reported(given: str) -> None:
    """A text, a truth value or a list in a number's place is not guessed at."""
    row = read_row(TRADES, trade(f'"qty": {given}'))
    assert value(row, "qty") is None
    assert row.unread
    assert row.malformed is None


@pytest.mark.parametrize("given", ["null", '""'])
def test_an_absent_number_is_no_fault(given: str) -> None:
    """Null and an empty text both say that there is none."""
    row = read_row(TRADES, trade(f'"qty": {given}'))
    assert (value(row, "qty"), row.unread) == (None, [])


def test_the_printed_scale_of_a_number_is_kept() -> None:
    """A rule needs to know whether 12.50 was printed with one digit or two."""
    assert typed(trade(order='"filled_avg_price": "12.50"'), "order_filled_avg_price_dp") == 2
    assert typed(trade(order='"filled_avg_price": 12'), "order_filled_avg_price_dp") == 0
    row = read_row(TRADES, trade(order='"filled_avg_price": "x"'))
    assert len(row.unread) == 1, "two columns read the same path, which is one fault"


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_a_constant_that_json_does_not_have_quarantines_the_message(constant: str) -> None:
    """Python's own reader would take it for a float."""
    row = read_row(TRADES, trade(f'"qty": {constant}'))
    assert row.malformed == "not JSON: ValueError"
    assert set(row.values) == {None}


def test_instants_keep_nanoseconds_and_lose_their_offset() -> None:
    """Z and -04:00 name the same instant; a fraction may have one to nine digits."""
    here = MIDNIGHT + NANOSECONDS_OF_14_30
    for text, expected in {
        "2026-06-15T14:30:00.123456789Z": here + 123_456_789,
        "2026-06-15T10:30:00.123456789-04:00": here + 123_456_789,
        "2026-06-15T10:30:00.12345-0400": here + 123_450_000,
        "2026-06-15 14:30:00.5Z": here + 500_000_000,
        "2026-06-15T14:30:00Z": here,
        "1969-12-31T23:59:59.999999999Z": -1,
    }.items():
        assert typed(trade(f'"timestamp": "{text}"'), "executed_at") == expected


@pytest.mark.parametrize(
    "given",
    ['"2026-06-15T14:30:00"', '"2026-06-15"', '"2026-02-30T00:00:00Z"', '"2026-06-15T24:00:01Z"',
     '"2026-06-15T14:30:00.1234567891Z"', '"0001-01-01T00:00:00Z"', '"9999-12-31T23:59:59Z"',
     '"0001-01-01T00:00:00+14:00"', "1781533800", "{}", '""'],
)  # fmt: skip
def test_what_is_no_instant_is_reported(given: str) -> None:
    """No zone, no such day, a tenth digit, or a year that 64 bits of nanoseconds cannot hold."""
    row = read_row(TRADES, trade(f'"timestamp": {given}'))
    assert value(row, "executed_at") is None
    assert row.unread
    assert row.unread[0].startswith("timestamp: ")


@pytest.mark.parametrize(("given", "flag"), [("true", True), ("false", False), ("null", None)])
def test_a_flag_is_true_or_false(given: str, flag: bool | None) -> None:
    """An absent one is neither."""
    row = read_row(TRADES, trade(order=f'"extended_hours": {given}'))
    assert (value(row, "order_extended_hours"), row.unread) == (flag, [])


@pytest.mark.parametrize("given", ['"true"', "1", "0", '""', "{}"])
def test_what_is_no_flag_is_reported(given: str) -> None:
    """A text that says true is not what the broker's schema says."""
    row = read_row(TRADES, trade(order=f'"extended_hours": {given}'))
    assert value(row, "order_extended_hours") is None
    assert row.unread
    assert row.unread[0].startswith("order.extended_hours: expected true or false")


@pytest.mark.parametrize("given", ["2026-06-16", "2026-06-16T23:30:00-04:00"])
def test_a_date_is_the_one_that_is_printed(given: str) -> None:
    """The broker's calendar day is not moved into another zone."""
    assert typed(trade(f'"settle_date": "{given}"'), "settle_date") == date(2026, 6, 16)


@pytest.mark.parametrize(
    "given", ['"2026-W25-1"', '"20260616"', '"2026-6-16"', '"2026-02-30"', '""', "{}", "[]", "true"]
)
def test_what_is_no_date_is_reported(given: str) -> None:
    """A list in a date's place must not end the night either."""
    row = read_row(TRADES, trade(f'"settle_date": {given}'))
    assert value(row, "settle_date") is None
    assert row.unread


def test_json_inside_is_kept_with_every_number_as_its_text() -> None:
    """A later reader must be able to take it apart without a float."""
    legs = '[{"qty": 0.029194239, "b": 1e400, "a": null}]'
    kept = typed(trade(f'"legs": {legs}'), "legs")
    assert kept == '[{"a":null,"b":"1e400","qty":"0.029194239"}]'
    assert parse_json(kept) == [{"a": None, "b": "1e400", "qty": "0.029194239"}]


@pytest.mark.parametrize(
    ("number", "name"), [("1.50", "1.5"), ("7", "7"), ("7.0", "7"), ("70e-1", "7"), ("-0.0", "0")]
)
def test_a_number_where_a_text_is_expected_names_its_value(number: str, name: str) -> None:
    """Older streams number what newer ones name."""
    assert typed(trade(order=f'"asset_id": {number}'), "asset_id") == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [("[{}]", "not a JSON object but list"), ('"x"', "not a JSON object but str"),
     ("5", "not a JSON object but Number"), ("{", "not JSON: JSONDecodeError"),
     ("", "not JSON: JSONDecodeError"), ("[" * 100_000, "not JSON: RecursionError"),
     ("{}", "lacks account_id, event_at, event, order_id")],
    ids=["list", "text", "number", "cut", "empty", "deep", "nothing in it"],
)  # fmt: skip
def test_what_is_no_event_is_quarantined_with_a_reason(text: str, reason: str) -> None:
    """It is archived and reported, and its content is its identity."""
    row = read_row(TRADES, text)
    assert row.malformed == reason
    assert row.text == text
    assert row.identity == f"content:{row.payload_hash}"


def test_no_depth_of_nesting_ends_the_night() -> None:
    """Where reading still succeeds, writing the same value again may not."""
    for depth in range(sys.getrecursionlimit() - 60, sys.getrecursionlimit()):
        row = read_row(TRADES, trade('"legs": ' + "[" * depth + "]" * depth))
        assert row.malformed or row.unread or value(row, "legs")


def test_half_of_a_surrogate_pair_is_reported() -> None:
    """JSON can escape it, and no UTF-8 file can hold it."""
    row = read_row(TRADES, trade('"reason": "\\ud800"'))
    assert value(row, "reason") is None
    assert row.unread == [
        "reason: expected Unicode, saw half of a surrogate pair in '\\ud800'",
    ]
    assert typed(trade('"reason": "\\ud83d\\ude00"'), "reason") == "😀"


def test_a_key_given_twice_is_another_content_than_once() -> None:
    """Readers disagree on which value counts, so such an event is no repeat of a plain one."""
    twice = read_row(TRADES, trade('"qty": 1, "qty": 2'))
    assert twice.payload_hash != read_row(TRADES, trade('"qty": 2')).payload_hash
    assert twice.payload_hash != read_row(TRADES, trade('"qty": 3, "qty": 2')).payload_hash
    assert value(twice, "qty") == Decimal(2)


def test_identity_is_the_first_usable_one_and_never_a_placeholder() -> None:
    """Sample events carry `{GUID}` in places; two of them are not one event."""
    assert read_row(TRADES, trade()).identity == "X1"
    placeholder = read_row(TRADES, trade(execution_id="{GUID}"))
    assert placeholder.identity == "01KV5C7BS8PKY7TPDK9XFVVW30"
    bare = read_row(NTA, '{"id": "../../etc", "event_ulid": ""}')
    assert bare.identity == f"content:{bare.payload_hash}"
    assert read_row(NTA, '{"id": 17}').identity == "17"


def test_a_member_that_came_twice_is_told_and_the_last_one_holds() -> None:
    """As in the broker's own sample of an admin action, whose event_id is there twice."""
    sample = (folder("data") / "samples" / "admin_action.ndjson").read_text("utf-8").splitlines()[0]
    row = read_row(ADMIN_ACTION, sample)
    assert (row.identity, row.malformed) == ("03HBVNXKMWYGFTKTGNVR5R41F2", None)
    assert row.unread == ["'event_id': sent twice in one object"]


def test_members_of_one_name_in_two_objects_are_no_repeat() -> None:
    """An order has an id, and so has a leg of it."""
    assert read_row(TRADES, trade(order='"legs": [{"id": "L1"}, {"id": "L2"}]')).unread == []
