"""One content has one hash, and two contents have two, whatever the spelling."""

from __future__ import annotations

import pytest

from recon.archive.contents import content_hash

DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ('{"a":1,"b":[2,{"c":null}]}', ' {\n"b" : [ 2 , { "c" : null } ] ,\t"a":1 }'),
        ('{"qty":1.50}', '{"qty":1.5}'),
        ('{"qty":1.5}', '{"qty":15e-1}'),
        ('{"qty":1.5}', '{"qty":0.15E+01}'),
        ('{"qty":100}', '{"qty":1.00e2}'),
        ('{"qty":0}', '{"qty":-0.00e7}'),
        ('{"qty":1e400}', '{"qty":10e399}'),
        ('{"qty":1e400}', '{"qty":1' + "0" * 400 + "}"),
        ('{"qty":' + "3" * 5000 + ".0}", '{"qty":' + "3" * 5000 + "}"),
        ('{"name":"\\u00e9"}', '{"name":"é"}'),
        ('{"name":"a/b"}', '{"name":"a\\/b"}'),
        ('{"a":1,"b":0,"a":2}', '{"b":0,"a":1.0,"a":2}'),
    ],
)
def test_another_spelling_is_the_same_content(text: str, again: str) -> None:
    """White space, order of members, escapes, and how an exact value is written."""
    assert content_hash(text) == content_hash(again)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ('{"qty":1.5}', '{"qty":"1.5"}'),
        ('{"qty":"1.50"}', '{"qty":"1.5"}'),
        ('{"qty":1.5}', '{"qty":-1.5}'),
        ('{"qty":1.5}', '{"qty":15}'),
        ('{"qty":1e400}', '{"qty":1e401}'),
        ('{"qty":1e400}', '{"qty":2e400}'),
        ('{"qty":0.1}', '{"qty":0.1000000000000000055511151231257827}'),
        ('{"qty":9007199254740993}', '{"qty":9007199254740992}'),
        ('{"qty":1e' + "9" * 5000 + "}", '{"qty":1e' + "9" * 5001 + "}"),
        ('{"qty":1e-' + "9" * 40 + "}", '{"qty":1e' + "9" * 40 + "}"),
        ('{"qty":null}', '{"qty":0}'),
        ('{"qty":null}', "{}"),
        ('{"qty":true}', '{"qty":1}'),
        ('{"qty":0}', '{"qty":false}'),
        ('{"name":"a"}', '{"name":"a "}'),
        ('{"name":"a"}', '{"name":"A"}'),
        ('{"name":"é"}', '{"name":"e\\u0301"}'),
        ("[1,2]", "[2,1]"),
        ("[]", "{}"),
        ('[0,"15e-1"]', "1.5"),
        ('[[0,"15e-1"]]', "[1.5]"),
        ('[1,[["a","b"]]]', '{"a":"b"}'),
        ('{"a":1,"a":2}', '{"a":2}'),
        ('{"a":1,"a":2}', '{"a":2,"a":1}'),
        ('{"a":NaN}', '{"a": NaN}'),
        ('{"a":', '{"a": '),
        ('{"name":"\\ud800"}', '{"name":"\\ud801"}'),
        (DEEP, DEEP + " "),
    ],
)
def test_another_value_is_another_content(text: str, other: str) -> None:
    """Whatever is not the same value, and what cannot be read, which only its text tells."""
    assert content_hash(text) != content_hash(other)
