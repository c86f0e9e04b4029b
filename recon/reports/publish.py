"""Writes a night's reports as one folder that appears whole, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path


def publish(top: Path, system_date: date, files: Mapping[str, bytes]) -> Path:
    """Replace the folder of that date below `top` by these files; gives the folder."""
    final, fresh, old = (
        top / f"{system_date}",
        top / f".{system_date}.new",
        top / f".{system_date}.old",
    )
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, content in files.items():
        with (fresh / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    if final.exists():
        os.replace(final, old)
    os.replace(fresh, final)
    shutil.rmtree(old, ignore_errors=True)
    return final
