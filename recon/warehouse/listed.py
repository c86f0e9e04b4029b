"""How many rows the manifest lists for each segment that a night stages, and how many it staged.

Takes the staged tables of the segments since the night's beginning, before anything else is put
beside them or left out; gives the table `listed_segments`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

from recon.archive.manifest import Fetch
from recon.archive.segment import Segment
from recon.feeds.streams import ARCHIVED, Stream

LISTED = pa.schema({"stream": pa.string(), "segment": pa.string(), "listed": pa.int64()})
COUNTED = """
create or replace temp table listed_segments as
with staged as ({staged})
select listed.stream, listed.segment, listed.listed, coalesce(staged.staged, 0) as staged
from manifest_segments as listed
left join staged on staged.stream = listed.stream and staged.segment = listed.segment
"""


def count_listed(
    connection: duckdb.DuckDBPyConnection,
    fetches: Sequence[Fetch],
    older: Mapping[Stream, Sequence[Segment]],
) -> None:
    """Make `listed_segments` of the segments of those fetches that are not `older`."""
    left_out = {(stream.name, each.name) for stream, each_of in older.items() for each in each_of}
    rows = [
        {"stream": fetch.stream, "segment": segment.name, "listed": segment.rows}
        for fetch in fetches
        for segment in fetch.segments
        if fetch.stream in ARCHIVED and (fetch.stream, segment.name) not in left_out
    ]
    streams = sorted({str(row["stream"]) for row in rows}) or [min(ARCHIVED)]
    staged = " union all ".join(
        f"select '{name}' as stream, segment, count(*) as staged"  # noqa: S608 -- names of ours
        f" from archived_{name} group by segment"
        for name in streams
    )
    connection.register("manifest_segments", pa.Table.from_pylist(rows, schema=LISTED))
    connection.execute(COUNTED.format(staged=staged))
    connection.unregister("manifest_segments")
