"""Where a run says what it does, while it does it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from recon.archive.intake import Count


def _no_note(_what: str, **_fields: object) -> None:
    """Logs nothing."""


@contextlib.contextmanager
def _not_tracked(_label: str) -> Iterator[Count]:
    """Shows nothing."""
    yield lambda _count: None


@dataclass(frozen=True)
class Progress:
    """`note` logs one event with fields; within `tracked`, of a label, a function takes how many
    more of something were read. By default both are silent."""

    note: Callable[..., None] = _no_note
    tracked: Callable[[str], contextlib.AbstractContextManager[Count]] = _not_tracked


SILENT = Progress()
