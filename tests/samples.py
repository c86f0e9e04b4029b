"""Puts the broker's published samples before the event files, as if they had been archived.

Takes rows of a fixture: `line` is the sample's line in `data/samples/nta.ndjson`; `id` and
`account_id` replace its placeholders, any other column replaces the member of that name.
"""

from __future__ import annotations

import re

import duckdb

from recon.archive.columns import read_row
from recon.feeds.streams import NTA
from recon.resources import folder

REMADE = ("activity_states", "activities")


def stage_samples(connection: duckdb.DuckDBPyConnection, rows: list[dict[str, str | None]]) -> None:
    """Archive these samples in the order of the rows, and make the activities of them."""
    samples = (folder("data") / "samples" / "nta.ndjson").read_text("utf-8").splitlines()
    for number, cells in enumerate(rows, start=1):
        _stage(connection, samples[int(cells["line"] or 0) - 1], cells, number)
    for table in REMADE:
        text = (folder("sql") / "events" / f"{table}.sql").read_text("utf-8")
        connection.execute(f"create or replace table events.{table} as {text}")


def _stage(
    connection: duckdb.DuckDBPyConnection, text: str, cells: dict[str, str | None], number: int
) -> None:
    for name, value in cells.items():
        if name != "line" and value is not None:
            text = _replaced(text, name, value)
    text = text.replace("{ACCID}", "A1").replace("{GUID}", f"N{number}")
    row = read_row(NTA, text)
    values = {
        column.name: _member(text, column.path[0]) if column.kind == "instant" else value
        for column, value in zip(NTA.columns, row.values, strict=True)
    }
    values |= {"identity": row.identity, "payload_hash": row.payload_hash, "received": number}
    connection.execute(
        f"insert into archived_nta ({', '.join(values)}) values ({', '.join('?' * len(values))})",
        list(values.values()),
    )


def _replaced(text: str, name: str, value: str) -> str:
    """The JSON text with another value of one member; a quoted member stays quoted."""
    changed, count = re.subn(rf'"{name}":(")?[^",]*"?', rf'"{name}":\g<1>{value}\g<1>', text)
    assert count == 1, f"the sample has {count} members {name}"
    return changed


def _member(text: str, name: str) -> str:
    found = re.search(rf'"{name}":"([^"]*)"', text)
    assert found is not None, f"the sample has no {name}"
    return found.group(1)
