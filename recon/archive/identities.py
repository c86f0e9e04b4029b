"""Which archived segments name an identity, answered from an index and not by looking through them.

The index is a cache beside the segments, made from them alone: it may be deleted at any time. It
holds a hash of each identity, and of each other name by which a later event can refer to an event:
what the event itself refers to, the legs of a multi-leg execution, the order, a security that is
known by another event, the account and day that a fee is for. Two names of one
hash only mean that a segment is read for nothing. A segment enters the index once, when a night
first begins after it.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from recon.archive.read import columns_of
from recon.archive.segment import Segment
from recon.feeds.streams import Stream, targets_of
from recon.window import new_york_date

NAME = "identities.sqlite"
VERSION = 1  # of what is indexed: an index of another version is made again
FORGET = "drop table if exists indexed; drop table if exists named"
TABLES = """
create table if not exists indexed (number integer primary key, sha256 text unique);
create table if not exists named (hash integer, segment integer, primary key (hash, segment))
    without rowid;
create temp table wanted (hash integer primary key)
"""
ORDER, SECURITY, FEE_DAY = "order ", "security ", "fee for "  # these names are no event's
ADJUSTED = re.compile(r"[0-9]{7}[CP][0-9]{8}")  # within the symbol of an adjusted contract
SECURITY_COLUMNS = ("symbol", "cusip", "asset_symbol", "asset_cusip", "details")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FEES_ON_TRADES = pa.array(["REG", "TAF", "ORF", "OCC", "CAT"])
UNTYPED = "ORF fee for"  # the older stream gives this one no sub type
# What says that an activity is a fee on trades, and for which day: the older stream, the newer.
PRINTED = ("entry_sub_type", "account_id", "description")
TIMED = ("activity_subtype", "account_id", "executed_at", "event_at")
ORDER_ID = re.compile(r'"order_id"\s*:\s*"([^"]+)"')  # of an execution on the activity stream
SECURITIES = ("cusip", "symbol", "old_contract_symbol", "new_contract_symbol")

Older = Mapping[Stream, Sequence[Segment]]


def segments_naming(
    archive: Path, older: Older, names: Iterable[str]
) -> dict[Stream, list[Segment]]:
    """Those of the older segments that may hold an event with one of the names."""
    try:
        return _look_up(archive, older, names)
    except sqlite3.DatabaseError:
        (archive / NAME).unlink(missing_ok=True)
        return _look_up(archive, older, names)


def _look_up(archive: Path, older: Older, names: Iterable[str]) -> dict[Stream, list[Segment]]:
    with closing(sqlite3.connect(archive / NAME)) as connection, connection:
        if connection.execute("pragma user_version").fetchone() != (VERSION,):
            connection.executescript(f"{FORGET}; pragma user_version = {VERSION}")
        connection.executescript(TABLES)
        numbers = dict(connection.execute("select sha256, number from indexed"))
        for stream, segments in older.items():
            for segment in segments:
                if segment.typed_sha256 not in numbers:
                    numbers[segment.typed_sha256] = _add(connection, archive, stream, segment)
        hashes = sorted({(_hash(name),) for name in names})
        connection.executemany("insert into wanted values (?)", hashes)
        found = {
            number
            for (number,) in connection.execute(
                "select distinct segment from wanted inner join named on named.hash = wanted.hash"
            )
        }
    return {
        stream: [each for each in segments if numbers[each.typed_sha256] in found]
        for stream, segments in older.items()
    }


def _add(connection: sqlite3.Connection, archive: Path, stream: Stream, segment: Segment) -> int:
    """Index a segment; gives its number."""
    cursor = connection.execute("insert into indexed (sha256) values (?)", [segment.typed_sha256])
    number = cursor.lastrowid or 0
    names = {_hash(name) for name in _names(archive, stream, segment)}
    connection.executemany("insert into named values (?, ?)", sorted((h, number) for h in names))
    return number


def _names(archive: Path, stream: Stream, segment: Segment) -> Iterator[str]:
    """Every name of every event of a segment."""
    known = [column.name for column in stream.columns]
    columns = ["identity", *targets_of(stream)]
    more = [name for name in ("order_id", "legs", *SECURITY_COLUMNS) if name in known]
    fees = next((names for names in (PRINTED, TIMED) if names[0] in known), ())
    table = columns_of(archive, stream.name, segment, [*{*columns, *more, *fees}])
    if fees:
        yield from (FEE_DAY + name for name in _fee_days(table.select(fees)))
    for name in columns:
        yield from filter(None, table[name].unique().to_pylist())
    if "order_id" in more:
        yield from (ORDER + name for name in table["order_id"].unique().to_pylist() if name)
    if "legs" in more:
        for text in filter(None, table["legs"].to_pylist()):
            yield from _legs(text)
    if "details" in more:
        for text in filter(None, table["details"].to_pylist()):
            yield from (ORDER + name for name in ORDER_ID.findall(text))
    for name in SECURITY_COLUMNS:
        if name in more:
            texts = filter(None, table[name].unique().to_pylist())
            yield from (SECURITY + each for text in texts for each in _securities(name, text))


def _fee_days(table: pa.Table) -> Iterator[str]:
    """The account and day of each fee on trades: every date that the older stream prints, the New
    York date of the newer one."""
    is_fee = pc.is_in(table.column(0), FEES_ON_TRADES)
    if "description" in table.column_names:
        named = pc.starts_with(table["description"], UNTYPED).fill_null(False)
        is_fee = pc.or_(is_fee, named)
    fees = table.filter(is_fee)
    for _, account_id, *said in zip(*map(_plain, fees.columns), strict=True):
        value = next(filter(None, said), "")
        days = DATE.findall(value) if isinstance(value, str) else [new_york_date(value)]
        yield from (f"{account_id} {day}" for day in days)


def _plain(column: pa.ChunkedArray) -> list[Any]:
    """Its values, an instant as nanoseconds since 1970."""
    instants = pa.types.is_timestamp(column.type)
    return list((column.cast(pa.int64()) if instants else column).to_pylist())


def _securities(column: str, text: str) -> Iterator[str]:
    """The securities by which others are known: every CUSIP, and adjusted contracts."""
    if column.endswith("cusip"):
        yield text
    elif column != "details":
        yield from [text] if ADJUSTED.search(text) else []
    elif any(name in text for name in ("cusip", "contract")) or ADJUSTED.search(text):
        details = json.loads(text)
        for name in SECURITIES if isinstance(details, dict) else ():
            value = details.get(name)
            if isinstance(value, str) and (name == "cusip" or ADJUSTED.search(value)):
                yield value


def _legs(text: str) -> Iterator[str]:
    legs = json.loads(text)
    for leg in legs if isinstance(legs, list) else ():
        if isinstance(leg, dict) and isinstance(leg.get("execution_id"), str):
            yield leg["execution_id"]


def _hash(name: str) -> int:
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
