"""Leaves out events that an earlier release archived again because they were spelled differently.

Takes the staged tables of one stream; the copy that came first stays. Only rows of one identity
that agree in every typed column can have one content: of these the texts are read and compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from recon.archive.columns import WITHOUT_IDENTITY
from recon.archive.contents import content_hash
from recon.archive.manifest import Fetch
from recon.archive.segment import read_texts
from recon.feeds.streams import Stream

# A number's spelling may show in these: how many digits were printed, and within JSON.
SPELLED = ("scale", "json")
ALIKE = """
with named as (
    select *, if(starts_with(identity, '{without}'), '', identity) as name from archived_{stream}
)
select segment, "row", receipt_order
from named
where name in (
    select name from named group by name having count(distinct payload_hash) > 1
)
qualify count(*) over (partition by name, malformed, len(unread){columns}) > 1
order by receipt_order
"""


def leave_out_copies(
    connection: duckdb.DuckDBPyConnection, archive: Path, stream: Stream, fetches: Sequence[Fetch]
) -> None:
    """Delete the later copies of one content. Raises SegmentDamaged on a wrong hash."""
    typed = [f', "{each.name}"' for each in stream.columns if each.kind not in SPELLED]
    query = ALIKE.format(without=WITHOUT_IDENTITY, stream=stream.name, columns="".join(typed))
    alike = connection.execute(query).fetchall()
    wanted = {(segment, row): receipt_order for segment, row, receipt_order in alike}
    first: dict[str, int] = {}
    copies = [
        receipt_order
        for receipt_order, content in _contents(archive, stream, fetches, wanted)
        if first.setdefault(content, receipt_order) != receipt_order
    ]
    if copies:  # a statement that deletes nothing costs its plan all the same
        connection.execute(
            f"delete from archived_{stream.name} where receipt_order in (select unnest(?))",  # noqa: S608
            [copies],
        )


def _contents(
    archive: Path, stream: Stream, fetches: Sequence[Fetch], wanted: dict[tuple[str, int], int]
) -> Iterator[tuple[int, str]]:
    """The receipt and the content of each wanted row, in the order they came."""
    names = {segment for segment, _ in wanted}
    for fetch in fetches:
        for segment in fetch.segments if fetch.stream == stream.name else ():
            if segment.name in names:
                texts = read_texts(archive / stream.name, segment)
                for row, text in enumerate(texts):
                    if (segment.name, row) in wanted:
                        yield wanted[segment.name, row], content_hash(text)
