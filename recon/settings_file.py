"""The settings file: takes a path, gives its settings and its table `[assumptions]` as texts.

A file that others may write is refused: it says where the books are, and which host is asked.
"""

from __future__ import annotations

import difflib
import os
import stat
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from recon.errors import UsageError

NAMED_MAX, LENGTH_MAX = 20, 100  # of what is no setting, in the one line that refuses it


def read_file(path: Path, names: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The settings of the file, which has no others than those `names`, and its assumptions.
    Raises UsageError."""
    try:
        _refuse_writable(path)
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        str(content)  # not every number that TOML knows has a text
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            expected="a readable TOML file",
            seen=ascii(str(error))[1:-1],
            where=str(path),
            next_step="mend the file, or name another with --config",
        ) from error
    assumptions = _assumptions(content, path)
    unknown = sorted(set(content) - set(names))
    if unknown:
        raise UsageError(
            expected="only a table [assumptions] and " + ", ".join(names),
            seen=", ".join(_with_near_miss(name, names) for name in unknown[:NAMED_MAX]),
            where=str(path),
            next_step="remove what is not a setting; secrets belong in the environment",
        )
    return _texts(content), _texts(assumptions)


def _refuse_writable(path: Path) -> None:
    """Raises UsageError where another user may write the file; root may read anybody's."""
    status = path.stat()
    mode, user = stat.S_IMODE(status.st_mode), os.geteuid()
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        seen, wanted = f"mode {mode:04o}", f"chmod go-w {path}"
    elif user not in (0, status.st_uid) and status.st_uid != 0:
        seen, wanted = f"a file of the user {status.st_uid}", "copy it, and name the copy"
    else:
        return
    raise UsageError(
        expected="a settings file that nobody else may write",
        seen=seen,
        where=str(path),
        next_step=f"look at what it says, then {wanted}",
    )


def _assumptions(content: dict[str, Any], path: Path) -> dict[str, Any]:
    """Take the table `[assumptions]` out of the file's content."""
    assumptions = content.pop("assumptions", {})
    if isinstance(assumptions, dict) and "readings" not in content:
        return assumptions
    raise UsageError(
        expected="the accounting assumptions in a table [assumptions]",
        seen="readings, their name until 0.3.0"
        if "readings" in content
        else ascii(assumptions)[:LENGTH_MAX],
        where=str(path),
        next_step="name the table [assumptions]; its keys and values are the same",
    )


def _with_near_miss(name: str, names: Collection[str]) -> str:
    meant = difflib.get_close_matches(name, names, n=1)
    shown = name[:LENGTH_MAX] if name.isprintable() else ascii(name[:LENGTH_MAX])
    return f"{shown} (did you mean {meant[0]}?)" if meant else shown


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
    }
