"""What a body brings: exact texts of events, and nothing of it lost."""

from __future__ import annotations

import pytest

from recon.feeds.webhooks.payload import events_of

ENDLESS = "7" * 5000  # more digits than int() takes


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ('{"payload":[{"id":"a"},{"id":"b"}]}', ['{"id":"a"}', '{"id":"b"}']),
        (' {"payload" : [ {"n": 1.10} ,\n{"n": 1e5} ] }\r\n', ['{"n": 1.10}', '{"n": 1e5}']),
        ('{"id":"a","object":{"payload":[1]}}', ['{"id":"a","object":{"payload":[1]}}']),
        ('{"payload":[]}', []),
        (
            '{"v": 2, "payload":[{"id":"a"}], "next":"x"}',
            ['{"id":"a"}', '{"v": 2,"next":"x"}'],
        ),
        ('{"payload":[7,"x",null]}', ["7", '"x"', "null"]),
        (r'{"pay\u006coad":[{"id":"a"}]}', ['{"id":"a"}']),
        ('{"payload":[{"n":' + ENDLESS + "}]}", ['{"n":' + ENDLESS + "}"]),
        ('{"n":' + ENDLESS + ',"payload":[1]}', ["1", '{"n":' + ENDLESS + "}"]),
    ],
)
def test_the_events_of_a_body_are_cut_out_to_the_letter(body: str, texts: list[str]) -> None:
    """An envelope of events, or one event; what stands beside a payload is kept too."""
    assert events_of(body.encode()) == texts


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        '{"payload":[{"id":"a"}',
        '{"payload":[{"id":"a"}]} and more',
        '{"payload":[{"id":"a"}],"payload":[{"id":"b"}]}',
        '{"payload":{"id":"a"}}',
        '{"payload":[{"id":"a"},]}',
        "{1:2}",
        '{1:2,"payload":[{"id":"a"}]}',
        '[{"id":"a"}]',
        '{"payload":' + "[" * 100_000,
    ],
)
def test_a_body_of_another_kind_is_kept_as_one_text(body: str) -> None:
    """It becomes an event that is reported as malformed, rather than nothing."""
    assert events_of(body.encode()) == [body]


def test_an_event_that_nests_beyond_every_reader_stands_alone() -> None:
    """Those beside it are events as ever."""
    deep = '{"n":' + "[" * 5_000 + "]" * 5_000 + "}"
    assert events_of(f'{{"payload":[{deep},{{"id":"a"}}]}}'.encode()) == [deep, '{"id":"a"}']


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_a_blank_body_brings_nothing(body: bytes) -> None:
    """There is nothing in it to lose."""
    assert events_of(body) == []


def test_bytes_that_are_no_unicode_can_be_told_from_any_other() -> None:
    """Two bodies that differ in a byte are two texts."""
    one, other = events_of(b'{"id":"\xe9"}'), events_of(b'{"id":"\xe8"}')
    assert one == ['{"id":"\udce9"}']
    assert other == ['{"id":"\udce8"}']
