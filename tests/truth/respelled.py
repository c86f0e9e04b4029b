"""A broker that says everything again: the same contents, spelled otherwise, the newest first."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from recon.feeds.bounds import Dates
from recon.feeds.broker import Broker, StreamEnd
from recon.feeds.cursor import Cursor
from recon.feeds.streams import Stream
from recon.sandbox.wire.server import Sandbox
from recon.window import Window
from tests.nightly.nights import SHORT

Take = Callable[[list[str]], None]


class RespellingBroker(Broker):
    """The real client against the real sandbox; only what it hands on is spelled otherwise."""

    def read_window(
        self,
        stream: Stream,
        window: Window | Dates | Cursor,
        take: Take,
        **options: Any,
    ) -> StreamEnd:
        """Hands on the whole reading at its end, backwards."""
        texts: list[str] = []
        end = super().read_window(stream, window, texts.extend, **options)
        take([respelled(text) for text in reversed(texts)])
        return end

    def get_text(self, path: str, params: Mapping[str, str], **options: Any) -> str:
        """An answer in another spelling."""
        return respelled(super().get_text(path, params, **options))


def respelling_broker_of(sandbox: Sandbox) -> RespellingBroker:
    """A broker of short patience."""
    return RespellingBroker(sandbox.url, sandbox.key, sandbox.secret, SHORT)


def respelled(text: str) -> str:
    """Members in the other order, white space, numbers with more zeros or as powers of ten, and
    letters escaped: to every reader of JSON the same value."""
    value = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    again = _written(value)
    assert json.loads(again, parse_float=Decimal, parse_int=Decimal) == value
    assert again != text
    return again


def _written(value: Any) -> str:
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, dict):
        members = [f"{json.dumps(key)} : {_written(held)}" for key, held in value.items()]
        return "{ " + " ,\t".join(reversed(members)) + "\n}"
    if isinstance(value, list):
        return "[ " + " , ".join(map(_written, value)) + " ]"
    if isinstance(value, str) and value:
        return f'"\\u{ord(value[0]):04x}{json.dumps(value[1:])[1:]}' if value.isascii() else (
            json.dumps(value, ensure_ascii=False)
        )  # fmt: skip
    return json.dumps(value)


def _number(value: Decimal) -> str:
    """Some as powers of ten, some with more zeros, some with a longer exponent."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    integer = ("-" if sign else "") + "".join(map(str, digits))
    if sum(digits) % 3 == 0:
        return f"{integer}e{exponent}"
    if sum(digits) % 3 == 1:
        return format(value, "f") + ("00" if exponent < 0 else ".000000000000")
    return f"{integer}.0E{exponent:+04d}"
