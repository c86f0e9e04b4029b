"""Texts that wait on the disk until it is known that all of them came.

An unnamed file beside the archive: it is gone with the process, however that ends. Memory holds one
text at a time, and a hash of each.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from recon.archive.columns import Row, read_row, text_hash
from recon.feeds.streams import Stream

SEGMENT_CHARACTERS = 8 * 1024 * 1024


class Spool:
    """Takes texts, and gives them again in their order. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 -- closed on exit
        self._sizes: list[int] = []
        self.hashes: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, text: str) -> None:
        """Keep one text, after those before it."""
        content = text.encode("utf-8", "surrogatepass")
        self._file.write(content)
        self._sizes.append(len(content))
        self.hashes.append(text_hash(text))

    def __iter__(self) -> Iterator[str]:
        self._file.seek(0)
        for size in self._sizes:
            yield self._file.read(size).decode("utf-8", "surrogatepass")


def in_segments(stream: Stream, texts: Iterable[str]) -> Iterator[list[Row]]:
    """The rows of texts, as many at a time as one segment holds with ease."""
    rows: list[Row] = []
    size = 0
    for text in texts:
        if rows and size + len(text) > SEGMENT_CHARACTERS:
            yield rows
            rows, size = [], 0
        rows.append(read_row(stream, text))
        size += len(text)
    if rows:
        yield rows
