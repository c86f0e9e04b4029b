from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from recon.archive.archive import Archive
from recon.archive.drift import Finding, deviations, find_drift
from recon.archive.shapes import published, shape_of
from recon.feeds.streams import EVENT_STREAMS, Stream
from tests.archive.making import archived_texts, trade, window
from tests.archive.published import FILES, SCHEMA, STREAMS, table
from tests.nightly.nights import right_books
from tests.test_shape import ROOT

SAMPLES = ROOT / "data" / "samples"
TRADES, NTA, ACTIVITIES = (EVENT_STREAMS[name] for name in ("trades", "nta", "activities"))
FEE: Mapping[str, Any] = {
    "account_id": "A1", "at": "2026-06-15T10:00:00Z", "event_id": "01KV5C7BS8PKY7TPDK9XFVVW30",
    "activity_type": "FEE", "activity_subtype": "REG", "executed_at": "2026-06-15T10:00:00Z",
    "status": "executed", "settle_date": "2026-06-15", "currency": "USD", "ref_id": "R1",
    "details": {"system_date": "2026-06-15", "parent_id": "P1"},
}  # fmt: skip


def found(stream: Stream, event: Mapping[str, Any] | str) -> set[tuple[str, str, str, str]]:
    """Kind, path, what and seen of every deviation of one event."""
    text = event if isinstance(event, str) else json.dumps(event)
    return {(kind, *place) for kind, place in deviations(stream, text)}


def drift(archive: Path, stream: Stream, *texts: str) -> list[Finding]:
    """Archive these texts, then look at the whole stream."""
    archived_texts(archive, stream, texts)
    return find_drift(Archive(archive), [stream])


def test_the_table_of_shapes_is_the_published_schemas() -> None:
    """Whoever changes a schema makes the table again; its head says how."""
    assert (SCHEMA / "shapes.csv").read_text("utf-8") == table()


def test_every_stream_has_a_shape() -> None:
    """One that is added without would be told as drift whole."""
    assert {stream for stream in EVENT_STREAMS if stream in published()} == set(EVENT_STREAMS)


@pytest.mark.parametrize("shape", STREAMS)
def test_the_examples_of_the_schemas_deviate_only_as_is_known(tmp_path: Path, shape: str) -> None:
    """What a broker shows of itself is nothing new."""
    schemas: dict[str, Any] = {}
    for file in FILES:
        schemas |= yaml.safe_load((SCHEMA / file).read_text("utf-8"))["components"]["schemas"]
    examples = schemas[STREAMS[shape]].get("x-examples", {}).values()
    texts = [json.dumps(example) for example in examples if "$ref" not in example]
    stream = EVENT_STREAMS[shape.partition(":")[0]]
    new = [each for each in drift(tmp_path, stream, *texts) if not each.known]
    tolerated = {"belongs_to.value", "created_by.value", "event_ulid", "status_from"}
    assert {each.path for each in new} <= tolerated


@pytest.mark.parametrize(
    ("stream", "file"),
    [
        ("trades", "trades_v2"), ("trades_v1", "trades_v1"), ("nta", "nta"), ("system", "system"),
        ("journal_status", "journal_status"), ("transfer_status", "transfer_status"),
        ("account_status", "account_status"), ("admin_action", "admin_action"),
    ],
)  # fmt: skip
def test_the_documented_events_deviate_only_as_is_known(
    tmp_path: Path, stream: str, file: str
) -> None:
    """Each disagreement of the documents with themselves stands in data/schema/known.csv."""
    lines = (SAMPLES / f"{file}.ndjson").read_text("utf-8").split("\n")
    findings = drift(tmp_path, EVENT_STREAMS[stream], *filter(None, lines))
    assert [each for each in findings if not each.known] == []


def test_the_sandbox_sends_nothing_new(tmp_path: Path) -> None:
    """Its books are made after the same documents."""
    books = right_books()
    for stream, events in (("trades", books.trades), ("nta", books.activities)):
        findings = drift(tmp_path, EVENT_STREAMS[stream], *(event.text for event in events))
        assert [each for each in findings if not each.known] == []


def test_share_lending_is_known_in_either_spelling(tmp_path: Path) -> None:
    """The schema says fpsl, the reference page of the stream fspl."""
    event = {"account_id": "A1", "at": "2026-06-15T14:00:00Z", "event_ulid": "01K"}
    texts = [json.dumps(event | {name: {"US": {"tier_to": "1"}}}) for name in ("fpsl", "fspl")]
    findings = drift(tmp_path, EVENT_STREAMS["account_status"], *texts)
    assert [each for each in findings if not each.known] == []


def test_every_known_line_says_why_and_where_it_is_told() -> None:
    """And is of a stream that there is."""
    for line in csv.DictReader((SCHEMA / "known.csv").read_text("utf-8").splitlines()):
        assert all(line[name] for name in ("stream", "kind", "path", "what", "known", "source"))
        assert line["stream"].rstrip("*") in EVENT_STREAMS


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"mood": "good"}, ("", "mood", "unknown_member", "string")),
        ({"mood": None}, ("", "mood", "unknown_member", "null")),
        ({"qty": 5}, ("", "qty", "wrong_type", "integer for string")),
        ({"qty": 5.5}, ("", "qty", "wrong_type", "number for string")),
        ({"account_id": None}, ("", "account_id", "wrong_type", "null for string")),
        ({"status": {"a": 1}}, ("", "status", "wrong_type", "object for string")),
        ({"details": {"system_date": "2026-06-15", "parent_id": "P1", "x": 1}},
         ("FEE/REG", "details.x", "unknown_member", "integer")),
        ({"details": {"parent_id": "P1"}},
         ("FEE/REG", "details.system_date", "missing_member", "")),
        ({"details": {"parent_id": 7, "system_date": "2026-06-15"}},
         ("FEE/REG", "details.parent_id", "wrong_type", "integer for string")),
        ({"activity_type": "TRD", "activity_subtype": None, "details": {"side": "steal"}},
         ("TRD", "details.side", "unknown_value", "steal")),
        ({"activity_type": "XYZ"}, ("", "", "unknown_type", "XYZ/REG")),
        ({"activity_subtype": "NEW"}, ("", "", "unknown_type", "FEE/NEW")),
    ],
)  # fmt: skip
def test_each_deviation_is_named(change: dict[str, Any], place: tuple[str, ...]) -> None:
    """Where it is, of which type, and what was seen; the event without it has none."""
    assert found(ACTIVITIES, FEE) == set()
    assert found(ACTIVITIES, {**FEE, **change}) == {place}


def test_an_optional_member_that_is_null_is_absent() -> None:
    """Version 1 writes nulls where version 2 leaves out."""
    assert found(ACTIVITIES, {**FEE, "qty": None, "previous_id": None}) == set()


def test_a_missing_member_and_one_that_comes_twice_are_told() -> None:
    """Of two the last one counts, as in every JSON reader here."""
    without = {name: value for name, value in FEE.items() if name != "ref_id"}
    assert found(ACTIVITIES, without) == {("", "ref_id", "missing_member", "")}
    twice = json.dumps(FEE)[:-1] + ', "currency": "EUR"}'
    assert found(ACTIVITIES, twice) == {("", "currency", "repeated_member", "")}


def test_elements_of_arrays_are_looked_at() -> None:
    """The legs of a multi-leg option."""
    event = '{"legs": [{"price": "1"}, {"price": 1.5}, {"mark": true}, 7], "order": null}'
    assert found(TRADES, event) == {
        ("", "legs[].price", "wrong_type", "number for string"),
        ("", "legs[].mark", "unknown_member", "boolean"),
        ("", "legs[]", "wrong_type", "integer for object"),
    }


@pytest.mark.parametrize(
    ("stream", "event", "expected"),
    [
        ("funding_status",
         {"entity_type": "Transfer", "status_from": "PENDING", "status_to": "COMPLETE"},
         ("Transfer", "status_from", "unknown_value", "PENDING")),
        ("funding_status", {"entity_type": "Piggy", "status_to": "COMPLETE"},
         ("", "", "unknown_type", "Piggy")),
        ("ipo", {"verb": "Prospectus", "payload": {"subject": "s", "cusip_id": "c"}},
         ("Prospectus", "payload.cusip_id", "unknown_member", "string")),
        ("journal_status", {"event_ulid": "U", "description": "d"},
         ("", "description", "unknown_member", "string")),
        ("account_status", {"status_to": "ON_HOLIDAY"},
         ("", "status_to", "unknown_value", "ON_HOLIDAY")),
        ("account_status", {"kyc_results": {"accept": {}, "mood": "m"}},
         ("", "kyc_results.mood", "unknown_member", "string")),
        ("upvest", {"type": "ACCOUNT.CREATED", "object": {"status": "LOST"}},
         ("ACCOUNT", "object.status", "unknown_value", "LOST")),
        ("upvest", {"type": "ACCOUNT_GROUP.UPDATED", "object": {"type": "BUSINESS", "users": []}},
         ("ACCOUNT_GROUP/BUSINESS", "object.users", "unknown_member", "array")),
        ("upvest", {"type": "ACCOUNT_GROUP.UPDATED"},
         ("", "type", "unknown_value", "ACCOUNT_GROUP.UPDATED")),
        ("upvest", {"type": "ORDER.FILLED"}, ("", "", "unknown_type", "ORDER")),
        ("system", {"type": "eod_coffee_ready"}, ("", "type", "unknown_value", "eod_coffee_ready")),
    ],
)  # fmt: skip
def test_every_stream_is_measured_by_its_own_kinds(
    stream: str, event: dict[str, Any], expected: tuple[str, ...]
) -> None:
    """What is allowed depends on the entity, the verb, the version, the object."""
    assert expected in found(EVENT_STREAMS[stream], event)


HOSTILE = (
    "", "nonsense", "[]", "null", "7", '"text"', "{}", '{"a": NaN}', '{"a": Infinity}', '{"a": 1',
    "[" * 5000, '{"order": []}', '{"order": {"legs": [[[1]]]}}', '{"\\u0000": 1}', '{"": {"": ""}}',
    '{"at": {}, "type": [1], "activity_type": {"x": []}, "entry_type": 7, "object": "o"}',
    '{"qty": ' + "9" * 5000 + "}", '{"details": null, "payload": [], "context": ""}',
    '{"\\ud800": "\\ud800", "event_id": "\\ud800"}', '{"event": "' + "x" * 9000 + '"}',
    '{"a": 1, "a": 2, "a": 3}', '{"order": {"id": 1, "id": 2}}',
)  # fmt: skip


@pytest.mark.parametrize("name", EVENT_STREAMS)
def test_nothing_makes_it_fall_over(tmp_path: Path, name: str) -> None:
    """Every hostile text is counted in every stream, each kind once."""
    findings = drift(tmp_path, EVENT_STREAMS[name], *HOSTILE)
    keys = [(each.kind, each.path, each.what, each.seen) for each in findings]
    assert len(keys) == len(set(keys))
    [unread] = [each for each in findings if each.what == "not_json"]
    assert unread.count == 10
    assert all(len(each.path) < 200 and len(each.seen) < 200 for each in findings)


def test_a_kind_is_told_once_with_its_number_and_its_first_event(tmp_path: Path) -> None:
    """Over segments and fetches, in the order received."""
    odd = [trade('"mood": "m"', execution_id=f"X{number}") for number in range(3)]
    archived_texts(tmp_path, TRADES, [trade(execution_id="X9"), odd[0]])
    archived_texts(tmp_path, TRADES, odd[1:], asked=window(until="2026-06-17T04:00:00Z"))
    assert [each for each in find_drift(Archive(tmp_path), [TRADES, NTA]) if not each.known] == [
        Finding(
            "trades", "", "mood", "unknown_member", "string", 3, 1, "2026-06-15T14:30:00Z", "X0", ""
        )
    ]


def test_an_unknown_kind_has_no_shape() -> None:
    """Only what every event of the stream has in common is looked at then."""
    assert shape_of("activities", "XYZ") is None
    odd = {**FEE, "activity_type": "XYZ", "details": {"anything": 1}}
    assert found(ACTIVITIES, odd) == {("", "", "unknown_type", "XYZ/REG")}
