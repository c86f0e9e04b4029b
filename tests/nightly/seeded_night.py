"""A process of its own: two nights on books with faults, some balances asked side by side.

python -m tests.nightly.seeded_night HOME CALLS_AT_ONCE
"""

from __future__ import annotations

import sys
from pathlib import Path

from recon.cli.trials import together
from recon.nightly.progress import SILENT
from recon.nightly.run import run_date
from recon.sandbox.faults.catalog import FAULTS, plant
from recon.sandbox.wire.server import Sandbox
from tests.nightly.nights import MONDAY, NOW, TUESDAY, broker_of, right_books, settings_of


def main(home: Path, calls_at_once: str) -> None:
    """Run both nights against a sandbox of this process."""
    books = right_books()
    books, _ = plant(books, together(books, list(FAULTS))[0])
    with Sandbox(books, as_of=MONDAY) as sandbox, broker_of(sandbox) as broker:
        settings = settings_of(home, sandbox.url, calls_at_once=calls_at_once)
        for day in (MONDAY, TUESDAY):
            sandbox.advance_to(day)
            run_date(broker, settings, day, NOW, wait_seconds=0, again=False, progress=SILENT)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
