"""The part of `recon verify` that looks at signatures: of certificates and of the index of runs.

Whoever may write to a home can make its chains anew; only who has the key can sign.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recon.chain import RUNS, signature
from recon.ndjson import read_object
from recon.nightly.run_index import Run
from recon.nightly.verify_files import ACKNOWLEDGE, Finding, Looked
from recon.reports.publish import certificates


def look_at_signatures(
    home: Path, runs: Sequence[Run], key: str, acknowledged: Collection[str]
) -> tuple[Looked, list[str]]:
    """Every signature against the key; without one they are only counted. And what to say of it."""
    every = list(_contents(home, runs))
    signed = [(where, content) for where, content in every if _said(content)]
    if not key:
        unchecked = f"{len(signed)} signatures were not checked: set RECON_CHAIN_KEY"
        return (0, []), [unchecked] if signed else []
    found = [
        Finding(
            name=f"signature {where}",
            seen="a signature by another key, or of other content",
            where=str(home / where),
            touches="whatever it says: somebody without the key may have written it",
            heal=f"compare it with a backup; or {ACKNOWLEDGE}",
        )
        for where, content in signed
        if not hmac.compare_digest(_said(content), signature(key, content))
    ]
    found = [each for each in found if each.name not in acknowledged]
    bare = len(every) - len(signed)
    said = f"{bare} certificates and runs are not signed: they were before the key"
    return (len(signed), found), [said] if bare else []


def _contents(home: Path, runs: Sequence[Run]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each line of the index of runs, and each certificate that can be read."""
    for run in runs:
        yield f"{RUNS}, run {run.run}", asdict(run)
    for path in certificates(home):
        try:
            yield str(path.relative_to(home)), read_object(path.read_bytes())
        except (ValueError, TypeError, OSError):
            continue


def _said(content: Mapping[str, Any]) -> str:
    return str(content.get("signature", ""))
