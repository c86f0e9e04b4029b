"""Homes as a release without chains left them, and certificates without the heads they name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from recon.chain import LOGS

NEW_MEMBERS = ("chain", "heads", "certificate", "record")


def as_of_an_older_release(home: Path) -> None:
    """Take away from all logs and certificates of a home what 0.4.0 brought."""
    for log in LOGS:
        if (home / log).exists():
            rewrite(home / log, lambda line: line)
    for path in (home / "reports").glob("*/certificate.json"):
        path.write_bytes(_bare(path.read_bytes()))
    for path in (home / "runs").glob("*.json"):
        record = json.loads(path.read_bytes())
        record.pop("certificate", None)
        path.write_text(json.dumps(record))


def rewrite(log: Path, edit: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Write a log with each line edited, as an older release would have written it."""
    lines = [json.loads(line) for line in log.read_bytes().splitlines()]
    bare = [{k: v for k, v in line.items() if k not in NEW_MEMBERS} for line in lines]
    log.write_text("".join(json.dumps(edit(line)) + "\n" for line in bare))


def without_heads(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Reports that nights of other histories can be compared by: heads say what was read when, and
    differ after each reading although it brings nothing new."""
    return {
        name: _bare(content) if name.endswith("certificate.json") else content
        for name, content in files.items()
    }


def _bare(certificate: bytes) -> bytes:
    content = json.loads(certificate)
    content.pop("heads", None)
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()
