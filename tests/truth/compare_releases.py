"""Runs the same nights with two releases and compares every report, byte for byte.

    python -m tests.truth.compare_releases v0.3.0 --seeds 100:150

The older release is taken from git into a temporary folder and serves the books of each seed; both
releases read them over a socket, each into a home of its own. The newer release is this checkout.
Both run in this interpreter's environment. Prints each report that differs and exits 1 if any does.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

import click

from recon.sandbox.books.make import make_books

ROOT = Path(__file__).resolve().parents[2]
LINES_SHOWN_MAX = 12
NIGHTS = 3
STREAMS = "trades,nta,activities,journal_status,funding_status,account_status,admin_action,ipo"
SERVING = re.compile(r"on (\S+), key (\S+), secret (\S+)")
DONE = (0, 3)  # a night that ended clean, or with breaks
HASHES = "certificate.json"  # names the rules' own hash, so it differs with any word of them


@click.command()
@click.argument("older", metavar="REVISION")
@click.option("--seeds", default="100:106", show_default=True, help="FIRST:END, END left out.")
@click.option("--fault", "faults", multiple=True, help="Plant a labelled fault in each book.")
@click.option("--rename", "renames", multiple=True, metavar="OLD=NEW", help="A name that changed.")
@click.option("--lookback", default="2", show_default=True, help="Sessions both look back.")
def main(
    older: str, seeds: str, faults: Sequence[str], renames: Sequence[str], lookback: str
) -> None:
    """Compare this checkout with an older REVISION of the repository."""
    names = dict(name.split("=", 1) for name in renames)
    first, end = map(int, seeds.split(":"))
    found = 0
    with tempfile.TemporaryDirectory() as scratch, checked_out(older, Path(scratch)) as tree:
        for seed in range(first, end):
            homes = (Path(scratch) / f"{seed}-older", Path(scratch) / f"{seed}-newer")
            for day in sorted(make_books(seed).closings)[-NIGHTS:]:
                _run_night(tree, seed, day, faults, homes, lookback)
                older_reports, newer_reports = (home / "reports" / str(day) for home in homes)
                differing = differences(older_reports, newer_reports, names)
                found += len(differing)
                click.echo(f"seed {seed}, {day}: {len(differing)} reports differ")
                click.echo("".join(islice((line for text in differing for line in text), 200)))
    sys.exit(bool(found))


def differences(older: Path, newer: Path, renames: Mapping[str, str]) -> list[list[str]]:
    """The first lines of the differences of each report that differs, or that only one release
    wrote; the older one's names and contents are read with the renames."""
    before = {
        _renamed(path.name, renames): _renamed(path.read_text("utf-8"), renames)
        for path in older.iterdir()
        if path.name != HASHES
    }
    after = {path.name: path.read_text("utf-8") for path in newer.iterdir() if path.name != HASHES}
    return [
        list(islice(_lines(name, before.get(name), after.get(name)), LINES_SHOWN_MAX))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _lines(name: str, before: str | None, after: str | None) -> Iterator[str]:
    yield from difflib.unified_diff(
        (before or "").splitlines(keepends=True),
        (after or "").splitlines(keepends=True),
        f"older/{name}{'' if before is not None else ' (absent)'}",
        f"newer/{name}{'' if after is not None else ' (absent)'}",
        n=0,
    )


def _renamed(text: str, renames: Mapping[str, str]) -> str:
    for old, new in renames.items():
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def checked_out(revision: str, scratch: Path) -> Iterator[Path]:
    """That revision's files in a folder of their own."""
    tree = scratch / "older"
    _git("worktree", "add", "--detach", "--quiet", str(tree), revision)
    try:
        yield tree
    finally:
        _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *arguments], check=True)  # noqa: S607 -- the user's git


def _run_night(
    tree: Path,
    seed: int,
    day: date,
    faults: Sequence[str],
    homes: tuple[Path, Path],
    lookback: str,
) -> None:
    """One night with each release, on what the older one's sandbox serves of that day."""
    planted = [word for name in faults for word in ("--fault", name)]
    serve = ("sandbox", "serve", "--seed", str(seed), "--date", str(day), "--port", "0", *planted)
    with subprocess.Popen(
        recon(*serve), env=environment(tree), stdout=subprocess.PIPE, text=True
    ) as sandbox:
        try:
            url, key, secret = served(sandbox)
            broker = {
                "RECON_BROKER_URL": url,
                "RECON_BROKER_KEY": key,
                "RECON_BROKER_SECRET": secret,
                "RECON_STREAMS": STREAMS,
                "RECON_LOOKBACK_DAYS": "30",
                "RECON_LOOKBACK_SESSIONS": lookback,
            }
            for release, home in zip((tree, ROOT), homes, strict=True):
                _run(release, home, day, broker)
        finally:
            sandbox.terminate()


def served(sandbox: subprocess.Popen[str]) -> tuple[str, str, str]:
    """The address, the key and the secret that a sandbox says as it begins to serve."""
    line = sandbox.stdout.readline() if sandbox.stdout else ""
    match = SERVING.search(line)
    if match is None:
        sys.exit(f"expected a sandbox that says where it serves; saw {line!r}")
    return match[1], match[2], match[3]


def _run(release: Path, home: Path, day: date, broker: Mapping[str, str]) -> None:
    done = subprocess.run(
        recon("--home", str(home), "run", "--date", str(day)),
        env={**environment(release), **broker},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in DONE:
        sys.exit(f"{release.name}, {day}: exit {done.returncode}\n{done.stderr[-2000:]}")


def recon(*arguments: str) -> list[str]:
    """A command line of the program."""
    return [sys.executable, "-P", "-u", "-c", "from recon.cli import main; main()", *arguments]


def environment(release: Path) -> dict[str, str]:
    """The release's own code before what is installed; no setting of the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RECON_")}
    return kept | {"PYTHONPATH": str(release)}


if __name__ == "__main__":
    main()
