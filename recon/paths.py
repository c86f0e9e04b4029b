"""Where `sql/` and `data/` are: inside the installed wheel, or beside `recon/` in a checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `sql` or `data`. The wheel carries them as `recon/_sql` and `recon/_data`."""
    packaged = PACKAGE / f"_{name}"
    return packaged if packaged.is_dir() else PACKAGE.parent / name


def sql_of(name: str) -> str:
    """The text of a file of `sql/`, named by its path below it without `.sql`."""
    return (folder("sql") / f"{name}.sql").read_text(encoding="utf-8")
