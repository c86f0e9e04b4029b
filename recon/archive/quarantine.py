"""Files that no line of the manifest names: kept aside, never deleted.

A run that was killed before its line leaves such segments, and so does a manifest that lost its
last line. The first are nothing, the second are events that count: nobody can tell from the files,
so they are kept, and whoever looks at the home is told of them. So is the body of a webhook that
brings no event: it was acknowledged.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recon.durable import make_folder, replace

FOLDER = "quarantine"


def set_aside(archive: Path, files: Sequence[Path]) -> None:
    """Move files of `archive/STREAM` to `archive/quarantine/NUMBER/STREAM`, a number each time; a
    file of a folder within it goes there under the name of that folder."""
    if not files:
        return
    numbers = [int(path.name) for path in (archive / FOLDER).glob("[0-9]*") if path.is_dir()]
    aside = archive / FOLDER / f"{max(numbers, default=0) + 1:06d}"
    for file in files:
        make_folder(aside / file.parent.name)
        replace(file, aside / file.parent.name / file.name)


def set_aside_files(archive: Path) -> list[Path]:
    """Every file that was ever set aside, in order."""
    return sorted(path for path in (archive / FOLDER).glob("*/*/*") if path.is_file())
