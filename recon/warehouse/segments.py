"""The SQL that reads segments of a stream in the order they came."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recon.archive.segment import schema_of
from recon.feeds.streams import Stream

# A release may add columns: what an older one wrote has them too, empty, as the staged table has.
READ = """
select
    {columns},
    parse_filename(filename, true) as segment,
    replace(segment, '-', '')::bigint * 100000 + "row" as receipt_order
from (
    select * exclude (segment, receipt_order) from archived_{stream} where false
    union all by name
    from read_parquet([{paths}], filename = true, union_by_name = true)
)
"""


def reading(stream: Stream, paths: Sequence[Path]) -> str:
    """A SELECT of every event of those files, `receipt_order` its receipt order."""
    names = ", ".join(f'"{name}"' for name in schema_of(stream).names)
    return READ.format(columns=names, stream=stream.name, paths=_listed(paths))


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
