"""Puts messages before the event files, as if they had been archived.

`given <stream> samples` takes the broker's own published messages: `line` is the sample's line in
its file of `data/samples`; `id` and `account_id` replace its placeholders, any other column
replaces the member of that name. `given <stream> events` takes a column `json`, the raw texts, and
`segment`, where a table asks which reading brought them.
"""

from __future__ import annotations

import json
import re
from typing import Any

import duckdb

from recon.archive.columns import read_row
from recon.feeds.streams import ARCHIVED
from recon.paths import folder
from recon.rules.fixture import Rows
from recon.rules.header import RuleError
from recon.warehouse.sql_dependencies import reads, running_order

FILES = {"trades": "trades_v2.ndjson", "activities": "activity-samples.json"}
# What the guide of the Activity stream leaves out of its samples.
LEFT_OUT = {"account_id": "{ACCID}", "ref_id": "{GUID}", "status": "executed", "currency": "USD"}


def stage_given(connection: duckdb.DuckDBPyConnection, given: dict[str, Rows]) -> None:
    """Archive what a case gives of streams, in its order, and make the tables read from them."""
    streams = set()
    for title, rows in given.items():
        stream, _, kind = title.partition(" ")
        for number, cells in enumerate(rows if kind else [], start=1):
            text = _sample(stream, cells, number) if kind == "samples" else cells["json"] or ""
            _stage(connection, stream, text, number, cells.get("segment"))
        if kind:
            streams.add(f"stream_{stream}")
    files = (folder("sql") / "events").glob("*.sql")
    texts = {file.stem: file.read_text("utf-8") for file in files}
    remade = set(streams)
    for table in running_order(texts):
        if reads(texts[table]) & remade:
            remade.add(table)
            connection.execute(f"create or replace table events.{table} as {texts[table]}")


def _sample(stream: str, cells: dict[str, str | None], number: int) -> str:
    file = folder("data") / "samples" / FILES.get(stream, f"{stream}.ndjson")
    line = int(cells["line"] or 0) - 1
    if file.suffix == ".json":
        text = _filled(json.loads(file.read_text("utf-8"))["samples"][line])
    else:
        text = file.read_text("utf-8").splitlines()[line]
    for name, value in cells.items():
        if name != "line" and value is not None:
            text = _replaced(text, name, value)
    return text.replace("{ACCID}", "A1").replace("{GUID}", f"N{number}")


def _filled(sample: dict[str, Any]) -> str:
    """A sample of the guide as a message: without the guide's own words, with what it left out."""
    kept = {name: value for name, value in sample.items() if name not in ("sample", "note")}
    return json.dumps(LEFT_OUT | kept, separators=(",", ":"))


def _stage(
    connection: duckdb.DuckDBPyConnection, stream: str, text: str, number: int, segment: str | None
) -> None:
    row = read_row(ARCHIVED[stream], text)
    values = {
        column.name: _member(text, column.path)
        if column.kind == "instant" and value is not None
        else value
        for column, value in zip(ARCHIVED[stream].columns, row.values, strict=True)
    }
    values |= {"identity": row.identity, "payload_hash": row.payload_hash, "receipt_order": number}
    values |= {"malformed": row.malformed, "unread": row.unread, "segment": segment}
    connection.execute(
        f"insert into archived_{stream} ({', '.join(values)})"  # noqa: S608 -- names of ours
        f" values ({', '.join('?' * len(values))})",
        list(values.values()),
    )


def _replaced(text: str, name: str, value: str) -> str:
    """The JSON text with another value of one member; a quoted member stays quoted."""
    changed, count = re.subn(rf'"{name}":(")?[^",]*"?', rf'"{name}":\g<1>{value}\g<1>', text)
    if count != 1:
        raise RuleError(
            expected=f"one member {name} in the sample",
            seen=f"{count} of it",
            where="a column of `given … samples`",
            next_step="name a member that the sample has, or give the whole text as an event",
        )
    return changed


def _member(text: str, path: tuple[str, ...]) -> str:
    """The text of an instant, with its nanoseconds."""
    found: Any = json.loads(text)
    for name in path:
        found = found[name]
    return str(found)
