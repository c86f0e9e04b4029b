"""What two homes must have in common: everything that somebody reads or that a night rests on.

Left out are clocks and the numbers of readings and runs, of which a command that was begun twice
uses more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from recon.archive.manifest import read_manifest
from recon.archive.segment import typed_path
from recon.closings.store import latest, read_index
from tests.archive.making import contents

UNEQUAL = ("run", "reports", "certificate")
VERDICTS = """
select * exclude (evidence) from verdicts
where not starts_with(subject, 're-readings of ') order by all
"""


def outcome_of(home: Path) -> dict[str, Any]:
    """The reports, what was archived, the break log, closings, records and the verdicts."""
    return {
        "reports": {name: _report(name, text) for name, text in contents(home / "reports").items()},
        "events": _events(home / "archive"),
        "breaks": _lines(home / "breaks" / "log.ndjson"),
        "closings": {
            day: (closing.version, closing.parts)
            for day, closing in latest(read_index(home / "closings")).items()
        },
        "records": {
            path.name: _without(json.loads(path.read_text()), UNEQUAL)
            for path in (home / "runs").glob("*.json")
        },
        "verdicts": _verdicts(home / "warehouse.duckdb"),
    }


def _report(name: str, text: bytes) -> Any:
    return _without(json.loads(text), ("heads",)) if name.endswith("certificate.json") else text


def _events(archive: Path) -> dict[str, set[tuple[str, str]]]:
    """Identity and hash of each event, by stream; what is archived twice is a difference."""
    found: dict[str, list[tuple[str, str]]] = {}
    for fetch in read_manifest(archive):
        for segment in fetch.segments:
            table = pq.read_table(typed_path(archive / fetch.stream, segment))
            identities, hashes = (table[name].to_pylist() for name in ("identity", "payload_hash"))
            pairs = zip(identities, hashes, strict=True)
            found.setdefault(fetch.stream, []).extend(pairs)
    for stream, each in found.items():
        assert len(each) == len(set(each)), f"{stream} has an event twice"
    return {stream: set(each) for stream, each in found.items()}


def _lines(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [_without(json.loads(line), ("chain", "heads")) for line in lines]


def _verdicts(warehouse: Path) -> list[Any]:
    if not warehouse.exists():
        return []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(VERDICTS).fetchall()


def _without(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
