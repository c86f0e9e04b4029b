"""The commands that read the broker or evaluate a night."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from recon.cli.options import (
    DATE,
    JSON,
    WAIT,
    broker_of,
    clock,
    example,
    finish,
    settings_of,
    system_date,
    wait_seconds,
)
from recon.errors import ExitCode, IncompleteError, UsageError


@click.command("open", epilog=example("recon open --date 2026-06-17"))
@DATE
@WAIT
@click.option(
    "--accounts", type=click.Path(exists=True, path_type=Path), help="More account ids, one a line."
)
@click.pass_context
def open_command(context: click.Context, day: str, wait: str | None, accounts: Path | None) -> None:
    """Begin the books with the broker's statement of one day, on going live."""
    from recon.cli.console import print_opening, progress
    from recon.nightly.go_live import open_books

    listed = _listed(accounts) if accounts else frozenset()
    settings = settings_of(context)
    with broker_of(context, settings) as broker:
        opened = open_books(
            broker, settings, system_date(day), clock(),
            wait_seconds=wait_seconds(wait), accounts=listed, progress=progress(),
        )  # fmt: skip
    print_opening(day, opened)


@click.command(epilog=example("recon run --date 2026-06-17 --wait 4h"))
@DATE
@WAIT
@click.option("--again", is_flag=True, help="Replay and recompute a date that already ran.")
@click.option("--skip-code", is_flag=True, help="Exit 99 when the date is no trading day.")
@click.option(
    "--as-known-at", "known_at", type=int, metavar="RUN", help="Only what that earlier run knew."
)
@JSON
@click.pass_context
def run(
    context: click.Context,
    day: str,
    wait: str | None,
    again: bool,
    skip_code: bool,
    known_at: int | None,
    as_json: bool,
) -> None:
    """Run the night of one system date: replay, ledger, rules, reports."""
    from recon.calendar import is_session
    from recon.cli.console import progress
    from recon.nightly.run import check_date, run_date

    chosen = system_date(day)
    if not is_session(chosen):
        click.echo(f"{day} is no trading day: nothing to do.")
        sys.exit(ExitCode.NOTHING_TO_DO if skip_code else ExitCode.CLEAN)
    settings = settings_of(context)
    if known_at is not None:
        finish(check_date(settings, chosen, known_at), as_json)
    with broker_of(context, settings) as broker:
        outcome = run_date(
            broker, settings, chosen, clock(), wait_seconds=wait_seconds(wait),
            again=again, progress=progress(),
        )  # fmt: skip
    finish(outcome, as_json)


@click.command(epilog=example("recon watch"))
@click.option("--nights", type=click.IntRange(1), help="Stop after so many nights.")
@click.pass_context
def watch(context: click.Context, nights: int | None) -> None:
    """Stay on, and run each date once as the broker declares it ready."""
    from recon.cli.console import print_outcome, progress
    from recon.nightly.run import lacking
    from recon.nightly.watch import watch_nights

    settings = settings_of(context)
    with broker_of(context, settings) as broker:
        for outcome in watch_nights(broker, settings, clock, nights, progress=progress()):
            print_outcome(outcome, as_json=False)
            if outcome.result == "incomplete":
                click.echo(f"recon: {lacking(outcome)}", err=True)


@click.command(
    epilog=example("recon replay --stream nta --since 2026-06-15 --until 2026-06-16T06:00:00Z")
)
@click.option("--stream", "streams", multiple=True, required=True, help="trades, nta or another.")
@click.option("--since", metavar="INSTANT", help="Date or RFC 3339, inclusive.")
@click.option("--until", metavar="INSTANT", help="Date or RFC 3339, exclusive.")
@click.option("--since-id", metavar="ID", help="Instead: published after this id.")
@click.option("--until-id", metavar="ID", help="Published up to this id, itself included.")
@JSON
@click.pass_context
def replay(
    context: click.Context,
    streams: tuple[str, ...],
    since: str | None,
    until: str | None,
    since_id: str | None,
    until_id: str | None,
    as_json: bool,
) -> None:
    """Read a bounded window of event streams into the archive.

    Ids are ULIDs; streams of version 1 also take two integers, which the broker removes on
    2027-02-15. What is read by id proves no coverage of the time in which it happened.
    """
    from recon.archive.coverage import is_covered, is_whole
    from recon.archive.replay import why_unproven
    from recon.cli.console import progress
    from recon.nightly.replay import replay_ids, replay_streams
    from recon.window import Window, parse_instant

    bounds = _bounds(since, until, since_id, until_id)
    settings, moment = settings_of(context), clock()
    if since_id:
        with broker_of(context, settings) as broker:
            read = replay_ids(broker, settings, streams, bounds, moment, progress=progress())
        fetches = [fetch for _, made in read for fetch in made]
        lacking = [made for cursor, made in read if not is_whole(made, cursor)]
    else:
        window = Window(parse_instant(bounds[0]), parse_instant(bounds[1]))
        with broker_of(context, settings) as broker:
            fetches = replay_streams(broker, settings, streams, window, moment, progress=progress())
        lacking = [
            [fetch for fetch in fetches if fetch.stream == stream]
            for stream in streams
            if not is_covered(fetches, stream, window)
        ]
    for fetch in fetches:
        line = {name: getattr(fetch, name) for name in ("stream", "since", "until", "ended")}
        line |= {name: getattr(fetch, name) for name in ("received", "new", "duplicates")}
        shown = " ".join(f"{name}={value}" for name, value in line.items())
        click.echo(json.dumps(line) if as_json else shown)
    if lacking:
        raise IncompleteError(
            expected="every stream read to the end of what was asked",
            seen="; ".join(f"{made[-1].stream}: {why_unproven(made)}" for made in lacking),
            where="the last readings above",
            next_step="run the same command again: what came is kept and counts once",
        )


def _bounds(
    since: str | None, until: str | None, since_id: str | None, until_id: str | None
) -> tuple[str, str]:
    """The one pair of ends that is given. Raises UsageError."""
    if since and until and not (since_id or until_id):
        return since, until
    if since_id and until_id and not (since or until):
        return since_id, until_id
    given = {"--since": since, "--until": until, "--since-id": since_id, "--until-id": until_id}
    raise UsageError(
        expected="--since and --until, or --since-id and --until-id",
        seen=", ".join(name for name, value in given.items() if value) or "none of them",
        where="the window to replay",
        next_step="give both ends of one kind: a window without an end never ends",
    )


@click.command(epilog=example("recon check --date 2026-06-17"))
@DATE
@JSON
@click.pass_context
def check(context: click.Context, day: str, as_json: bool) -> None:
    """Evaluate a date again from the archive alone, asking the broker nothing.

    The settings are those that the date ran with. Where you give others the reports go to
    reports/other-settings, and nothing that is published changes.
    """
    from recon.nightly.run import check_date

    finish(check_date(settings_of(context), system_date(day)), as_json)


@click.command(epilog=example("recon rebuild --date 2026-06-17"))
@DATE
@click.pass_context
def rebuild(context: click.Context, day: str) -> None:
    """Make the warehouse again from the archive alone.

    That of an older date than the published one is a file of its own beside it.
    """
    from recon.nightly.run import rebuild_date

    click.echo(rebuild_date(settings_of(context), system_date(day)))


def _listed(path: Path) -> frozenset[str]:
    """The words of a file. Raises UsageError."""
    try:
        return frozenset(path.read_text("utf-8").split())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            expected="a text file with one account id a line",
            seen=str(error),
            where=f"--accounts {path}",
            next_step="give the name of such a file",
        ) from error
