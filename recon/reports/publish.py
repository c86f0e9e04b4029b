"""Writes a night's reports as one folder that appears whole, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from recon.durable import make_folder, replace, sync
from recon.window import DATE


def publish(top: Path, system_date: date, files: Mapping[str, bytes]) -> Path:
    """Replace the folder of that date below `top` by these files; gives the folder."""
    final, fresh, old = (
        top / f"{system_date}",
        top / f".{system_date}.new",
        top / f".{system_date}.old",
    )
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    make_folder(fresh)
    for name, content in files.items():
        with (fresh / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    sync(fresh)
    if final.exists():
        os.replace(final, old)
    replace(fresh, final)
    shutil.rmtree(old, ignore_errors=True)
    return final


def certificates(home: Path) -> list[Path]:
    """The certificates of the published nights, oldest first."""
    found = (home / "reports").glob("*/certificate.json")
    return sorted(path for path in found if DATE.fullmatch(path.parent.name))
