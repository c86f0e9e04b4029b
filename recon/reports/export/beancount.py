r"""The ledger as a beancount file. No two names become one, and each original is metadata.

In an account each part between colons keeps A-Z, a-z, 0-9 and `-`; any other byte of its UTF-8
(and a `-` before an x) is `-xHH`; a part that would not begin with A-Z or 0-9 gets `X-` in front.
In a commodity A-Z, 0-9, `.` and `-` stay; lower-case letters are `'` and their capitals; any
other byte is `_HH`; `X-` stands in front of what would not begin with A-Z or is a word of the
format. What begins with `X-` by itself gets another one.

Beancount computes with 28 digits: amounts beyond 10^19 fail its own balance assertions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache

import duckdb

from recon.reports.export import book

HEAD = """\
; The ledger of broker-recon. Check it with: bean-check FILE
option "title" "broker-recon"
option "tolerance_multiplier" "0"
"""
PART_ESCAPED = re.compile(rb"[^A-Za-z0-9-]|-(?=x)")
# Capitals after lower-case letters, and the last character, can not stand for themselves.
COMMODITY_ESCAPED = re.compile(rb"([a-z]+)|[^A-Z0-9.-]|(?<=[a-z])[A-Z]|[.-]\Z")
WORDS = {b"TRUE", b"FALSE", b"NULL"}
EMPTY = b"_0"  # an escape has two digits, so no other commodity becomes this


@lru_cache(maxsize=65_536)
def account_name(account: str) -> str:
    """The account below its root: Assets, Liabilities or Equity."""
    parts = (_part(part.encode()) for part in account.split(":"))
    return ":".join((book.side(account), *parts))


@lru_cache(maxsize=65_536)
def commodity_name(commodity: str) -> str:
    """The commodity as beancount's lexer reads one."""
    name = COMMODITY_ESCAPED.sub(_commodity_escape, commodity.encode()) or EMPTY
    bare = name[:1].isupper() and not name.startswith(b"X-") and name not in WORDS
    return (name if bare else b"X-" + name).decode("ascii")


def write_beancount(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The whole file in pieces: names, one transaction an event, balance assertions."""
    yield HEAD
    span = book.days(connection)
    if span is None:
        return
    first, last = span
    for name in book.commodities(connection):
        yield f"\n{first} commodity {commodity_name(name)}\n  name: {_text(name)}\n"
    for name in book.accounts(connection):
        yield f"\n{first} open {account_name(name)}\n  ledger-account: {_text(name)}\n"
    for entry in book.entries(connection):
        yield _transaction(entry)
    after = last + timedelta(days=1)
    yield "\n; Closings, to the digit; an account's balance includes its subaccounts.\n"
    for closing in book.closings(connection):
        account, commodity = account_name(closing.account), commodity_name(closing.commodity)
        yield f"{after} balance {account} {closing.total} ~ 0 {commodity}\n"


def _transaction(entry: book.Entry) -> str:
    lines = [f"\n{entry.system_date} * {_text(entry.kind)} {_text(entry.event)}\n"]
    for posting in entry.postings:
        account, commodity = account_name(posting.account), commodity_name(posting.commodity)
        lines.append(f"  {account} {posting.amount} {commodity}\n")
        if posting.trade_date:
            lines.append(f"    trade-date: {posting.trade_date}\n")
        if posting.settle_date:
            lines.append(f"    settle-date: {posting.settle_date}\n")
    return "".join(lines)


def _part(part: bytes) -> str:
    name = PART_ESCAPED.sub(lambda found: b"-x%02X" % found[0][0], part)
    bare = re.match(rb"[A-Z0-9]", name) and not name.startswith(b"X-")
    return (name if bare else b"X-" + name).decode("ascii")


def _commodity_escape(found: re.Match[bytes]) -> bytes:
    return b"'" + found[1].upper() if found[1] else b"_%02X" % found[0][0]


def _text(text: str) -> str:
    """A string of the format: it knows these three escapes and takes every other character."""
    shown = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{shown}"'
