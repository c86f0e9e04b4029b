"""The commands that bring events in from files, and that show what nobody expected in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recon.cli.options import JSON, clock, example, settings_of
from recon.errors import IncompleteError

if TYPE_CHECKING:
    from recon.nightly.ingest import Ingested


@click.command(epilog=example("recon ingest --stream trades_v1 trades-2024.ndjson.gz"))
@click.option("--stream", "stream", required=True, help="The stream that the events are of.")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@JSON
@click.pass_context
def ingest(context: click.Context, stream: str, files: tuple[Path, ...], as_json: bool) -> None:
    """Bring files of events into the archive, exact to the letter.

    JSON lines, JSON arrays, objects with nothing but an array, and captured SSE text, also as
    gzip or zstd; the content tells which. A file is taken whole or refused whole; a piece that is
    torn is kept as it is and named (exit 4). The same file again adds nothing. What is ingested
    proves no coverage: a night still asks the broker for its windows. A system event from a file
    is a record: only what the broker itself is asked for starts a night.
    """
    from recon.cli.console import progress
    from recon.nightly.ingest import ingest_files

    torn = []
    for done in ingest_files(settings_of(context), stream, files, clock(), progress=progress()):
        line = _line_of(done)
        shown = " ".join(f"{name}={value}" for name, value in line.items())
        click.echo(json.dumps(line) if as_json else shown)
        if line["unread"] or line["dropped"]:
            torn.append(f"{done.file}: unread {line['unread']}, dropped {line['dropped']}")
    if not as_json:
        click.echo("What is ingested proves no coverage: nobody knows what a file lacks.")
    if torn:
        raise IncompleteError(
            expected="files of whole events, with none dropped",
            seen="; ".join(torn),
            where="the lines above",
            next_step="bring in a whole copy of the file: what is archived already counts once",
        )


def _line_of(done: Ingested) -> dict[str, Any]:
    """What one file brought; `unread_line` is there where a text was no whole JSON object."""
    line: dict[str, Any] = {"file": str(done.file), "received": 0, "new": 0, "duplicates": 0}
    line["dropped"] = 0
    if done.fetch is not None:
        for name in ("received", "new", "duplicates", "dropped", "since", "until", "ended"):
            line[name] = getattr(done.fetch, name)
    line["unread"] = done.unread
    return line | ({"unread_line": done.unread_line} if done.unread else {})


@click.command("schema-drift", epilog=example("recon schema-drift --stream activities"))
@click.option("--stream", "names", multiple=True, help="Only this stream; all of them without.")
@click.option("--new", is_flag=True, help="Only what is not known already.")
@JSON
@click.pass_context
def schema_drift(context: click.Context, names: tuple[str, ...], new: bool, as_json: bool) -> None:
    """List what the archive holds that the brokers' published schemas do not.

    Unknown members, values and types, missing members, wrong JSON types: each kind once, with how
    many events have it and the first of them. It is information: the exit code is 0.
    """
    from dataclasses import asdict

    from recon.archive.archive import Archive
    from recon.archive.drift import find_drift
    from recon.feeds.streams import EVENT_STREAMS, stream_named
    from recon.reports.table import plain

    streams = [stream_named(name) for name in names] or EVENT_STREAMS.values()
    found = [
        each
        for each in find_drift(Archive(settings_of(context).archive), streams)
        if not (new and each.known)
    ]
    for finding in found:
        if as_json:
            click.echo(json.dumps(asdict(finding)))
            continue
        of = f" of {finding.kind}" if finding.kind else ""
        seen = f" ({finding.seen})" if finding.seen else ""
        line = (
            f"{finding.stream}{of} {finding.path or '.'}: {finding.what}{seen},"
            f" {finding.count} times, first in fetch {finding.fetch} at"
            f" {finding.first_seen or 'no instant'}, {finding.example}"
        )
        click.echo(plain(f"known: {line}; {finding.known}" if finding.known else f"NEW: {line}"))
    if not found and not as_json:
        click.echo("Nothing that the published schemas do not have.")
