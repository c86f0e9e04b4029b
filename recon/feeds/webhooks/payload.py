"""Cuts the body of a webhook into the events it brings. Pure; nothing of a body is lost."""

from __future__ import annotations

from dataclasses import dataclass

from recon.feeds.json_array import DECODER, elements, past_blanks, past_value


@dataclass(frozen=True)
class Member:
    """One member of a JSON object: its name, and the exact text of its value and of the whole."""

    name: str
    value: str
    whole: str


def events_of(body: bytes) -> list[str]:
    """The exact text of every event of a body, in its order.

    A body is `{"payload": [event, …]}` or one event. What an envelope holds beside its payload
    comes last, as an object of its own. A body of another kind is one text, to be quarantined;
    a blank one brings nothing.
    """
    text = body.decode("utf-8", "surrogateescape").strip(" \t\r\n")
    if not text:
        return []
    try:
        members = _members(text)
        payloads = [member.value for member in members if member.name == "payload"]
        if len(payloads) != 1:
            return [text]
        events = elements(payloads[0])
    except ValueError:
        return [text]
    beside = [member.whole for member in members if member.name != "payload"]
    return [*events, "{" + ",".join(beside) + "}"] if beside else events


def _members(text: str) -> list[Member]:
    """The members of the object that a text is. Raises ValueError for another text."""
    members: list[Member] = []
    place = past_blanks(text, _sign(text, 0, "{"))
    while text[place : place + 1] != "}":
        if members:
            place = past_blanks(text, _sign(text, place, ","))
        _sign(text, place, '"')
        name, end = DECODER.raw_decode(text, place)
        begin = past_blanks(text, _sign(text, past_blanks(text, end), ":"))
        end = past_value(text, begin)
        members.append(Member(name, text[begin:end], text[place:end]))
        place = past_blanks(text, end)
    if place + 1 != len(text):
        raise ValueError(f"expected the end, saw {text[place + 1 : place + 21]!r}")
    return members


def _sign(text: str, place: int, sign: str) -> int:
    """The place after a sign that must stand there."""
    if text[place : place + 1] != sign:
        raise ValueError(f"expected {sign}, saw {text[place : place + 20]!r}")
    return place + 1
