"""A process of its own: one `recon run`, killed before it first touches a file of that name.

python -m tests.nightly.killed_night URL HOME NAME [--again]
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from recon.cli import main


def die_before(place: str) -> None:
    """Kill this process before it renames something to that place, or opens it to append."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        touched = {"os.rename": lambda: args[1], "open": lambda: args[0]}.get(event)
        if touched is None or (event == "open" and args[1] != "a+"):
            return
        if str(touched()) == place:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


if __name__ == "__main__":
    url, home, name, *more = sys.argv[1:]
    die_before(str(Path(home) / name))
    main(["--home", home, "--broker-url", url, "run", "--date", "2026-06-15", *more])
