"""Every command of `recon`: parse, one call, print, exit. The only reader of the clock."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recon.errors import ExitCode, ReconError

if TYPE_CHECKING:
    import pendulum

    from recon.feeds.broker import Broker
    from recon.nightly.evaluate import Outcome
    from recon.settings import Settings


class Commands(click.Group):
    """Turns every error of the project into one line and its exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """As click's, without a traceback for what was foreseen."""
        try:
            return super().main(*args, **kwargs)
        except ReconError as error:
            click.echo(f"recon: {error}", err=True)
            sys.exit(error.exit_code)


def example(text: str) -> str:
    """The last lines of a command's help."""
    return f"\b\nExample:\n  {text}"


DATE = click.option("--date", "day", required=True, metavar="D", help="The broker's system date.")
WAIT = click.option("--wait", metavar="DURATION", help="Follow the broker for so long, e.g. 4h.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help="Where everything is kept (RECON_HOME).")
@click.option("--broker-url", metavar="URL", help="The broker's host (RECON_BROKER_URL).")
@click.option("--config", type=click.Path(path_type=Path), help="A recon.toml to read.")
@click.version_option(package_name="broker-recon")
@click.pass_context
def main(
    context: click.Context, home: str | None, broker_url: str | None, config: Path | None
) -> None:
    r"""Prove each night that your books and your broker's agree, or say exactly where not.

    \b
    Exit codes: 0 clean, 1 failure, 2 usage, 3 breaks found, 4 input incomplete,
    5 not ready in time, 6 locked, 7 broker refused or unreachable.
    """
    context.obj = {"home": home, "broker_url": broker_url, "config": config}


@main.command(epilog=example("recon demo"))
@click.option("--seed", default=1, show_default=True, help="Which sandbox books.")
@click.pass_context
def demo(context: click.Context, seed: int) -> None:
    """Run six nights against the embedded sandbox broker, with faults planted."""
    from recon.demo import run_demo
    from recon.terminal import log_to_stderr, tracked

    home = Path(context.obj["home"] or os.environ.get("RECON_HOME") or "recon-demo")
    run_demo(home, seed, _now(), note=log_to_stderr(), tracked=tracked)


@main.command("open", epilog=example("recon open --date 2026-06-15"))
@DATE
@WAIT
@click.option(
    "--accounts", type=click.Path(exists=True, path_type=Path), help="More account ids, one a line."
)
@click.pass_context
def open_command(context: click.Context, day: str, wait: str | None, accounts: Path | None) -> None:
    """Begin the books with the broker's statement of one day, on going live."""
    from recon.nightly.run import open_books
    from recon.terminal import tracked

    listed = frozenset(accounts.read_text("utf-8").split()) if accounts else frozenset()
    settings = _settings(context)
    with _broker(settings) as broker:
        count = open_books(
            broker, settings, _date(day), _now(),
            wait_seconds=_wait(wait), accounts=listed, tracked=tracked,
        )  # fmt: skip
    click.echo(f"The books begin with the statement of {day}: {count} accounts.")


@main.command(epilog=example("recon run --date 2026-06-16 --wait 4h"))
@DATE
@WAIT
@click.option("--again", is_flag=True, help="Replay and recompute a date that already ran.")
@click.option("--skip-code", is_flag=True, help="Exit 99 when the date is no trading day.")
@JSON
@click.pass_context
def run(
    context: click.Context, day: str, wait: str | None, again: bool, skip_code: bool, as_json: bool
) -> None:
    """Run the night of one system date: replay, ledger, rules, reports."""
    from recon.calendar import is_session
    from recon.nightly.run import run_date
    from recon.terminal import log_to_stderr, tracked

    system_date = _date(day)
    if not is_session(system_date):
        click.echo(f"{day} is no trading day: nothing to do.")
        sys.exit(ExitCode.NOTHING_TO_DO if skip_code else ExitCode.CLEAN)
    settings = _settings(context)
    with _broker(settings) as broker:
        outcome = run_date(
            broker, settings, system_date, _now(), wait_seconds=_wait(wait),
            again=again, note=log_to_stderr(), tracked=tracked,
        )  # fmt: skip
    _finish(outcome, as_json)


@main.command(epilog=example("recon watch"))
@click.option("--nights", type=click.IntRange(1), help="Stop after so many nights.")
@click.pass_context
def watch(context: click.Context, nights: int | None) -> None:
    """Stay on, and run each date once as the broker declares it ready."""
    from recon.nightly.watch import watch_nights
    from recon.terminal import log_to_stderr, print_outcome, tracked

    settings = _settings(context)
    with _broker(settings) as broker:
        for outcome in watch_nights(
            broker, settings, _now, nights, note=log_to_stderr(), tracked=tracked
        ):
            print_outcome(outcome, as_json=False)


@main.command(
    epilog=example("recon replay --stream nta --since 2026-06-15 --until 2026-06-16T06:00:00Z")
)
@click.option("--stream", "streams", multiple=True, required=True, help="trades, nta or system.")
@click.option("--since", required=True, metavar="INSTANT", help="Date or RFC 3339, inclusive.")
@click.option("--until", required=True, metavar="INSTANT", help="Date or RFC 3339, exclusive.")
@JSON
@click.pass_context
def replay(
    context: click.Context, streams: tuple[str, ...], since: str, until: str, as_json: bool
) -> None:
    """Read a bounded window of event streams into the archive."""
    from recon.nightly.replay import replay_streams
    from recon.terminal import tracked
    from recon.window import Window, parse_instant

    settings, now = _settings(context), _now()
    window = Window(parse_instant(since), parse_instant(until))
    with _broker(settings) as broker:
        fetches = replay_streams(broker, settings, streams, window, now, tracked=tracked)
    for fetch in fetches:
        line = {name: getattr(fetch, name) for name in ("stream", "since", "until", "ended")}
        line |= {name: getattr(fetch, name) for name in ("received", "new", "duplicates")}
        shown = " ".join(f"{name}={value}" for name, value in line.items())
        click.echo(json.dumps(line) if as_json else shown)
    last = {fetch.stream: fetch for fetch in fetches}
    if not all(fetch.complete for fetch in last.values()):
        sys.exit(ExitCode.INCOMPLETE)


@main.command(epilog=example("recon check --date 2026-06-16"))
@DATE
@JSON
@click.pass_context
def check(context: click.Context, day: str, as_json: bool) -> None:
    """Evaluate a date again from the archive alone, asking the broker nothing."""
    from recon.nightly.run import check_date

    _finish(check_date(_settings(context), _date(day)), as_json)


@main.command(epilog=example("recon rebuild --date 2026-06-16"))
@DATE
@click.pass_context
def rebuild(context: click.Context, day: str) -> None:
    """Make the warehouse again from the archive alone."""
    from recon.nightly.run import rebuild_date

    click.echo(rebuild_date(_settings(context), _date(day)))


@main.command("rules", epilog=example("recon rules"))
@JSON
def rules_command(as_json: bool) -> None:
    """List the rules: what must hold, and how severe it is if it does not."""
    from recon.rules.catalog import find_rules
    from recon.terminal import print_table

    rows = [
        {"rule": rule.rule, "severity": rule.severity, "title": rule.title, "why": rule.why}
        for rule in find_rules()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    elif sys.stdout.isatty():
        print_table("Rules", ("rule", "severity", "title"), rows)
    else:
        for row in rows:
            click.echo(f"{row['rule']}\t{row['severity']}\t{row['title']}")


@main.command(epilog=example("recon breaks --say 3f2a9c0d1e4b --owner ann --comment 'asked'"))
@click.option("--say", "break_id", metavar="BREAK_ID", help="Say something of this break.")
@click.option("--owner", default="", help="Who works it.")
@click.option("--reason-code", default="", help="Why it is there.")
@click.option("--comment", default="", help="What there is to say.")
@JSON
@click.pass_context
def breaks(
    context: click.Context, break_id: str | None, owner: str, reason_code: str, comment: str,
    as_json: bool,
) -> None:  # fmt: skip
    """List the open breaks, or record who works one and why it is there."""
    from recon.breaks.log import Said, open_breaks, say
    from recon.window import as_z

    folder = _settings(context).home / "breaks"
    if break_id is not None:
        say(folder, break_id, Said(owner, reason_code, comment), as_z(_now()))
        return
    for row in open_breaks(folder):
        click.echo(json.dumps(row) if as_json else "  ".join(row.values()))


@main.command(epilog=example("recon explain 3f2a9c0d1e4b"))
@click.argument("break_id")
@JSON
@click.pass_context
def explain(context: click.Context, break_id: str, as_json: bool) -> None:
    """Say in one sentence why a break is one, with the events, the raw JSON and the SQL."""
    from recon.reports.explain import explain_published
    from recon.terminal import print_explanation

    print_explanation(explain_published(_settings(context).home, break_id), as_json=as_json)


@main.command(epilog=example("recon doctor"))
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check settings, credentials, host and archive; sends one question to the broker at most."""
    from recon.doctor import examine

    settings = _settings(context)
    good = True
    for passed, line in examine(settings, _now()):
        click.echo(f"{'✓' if passed else '✗'} {line}")
        good = good and passed
    sys.exit(ExitCode.CLEAN if good else ExitCode.USAGE)


@main.group()
def sandbox() -> None:
    """The embedded broker."""


@sandbox.command(epilog=example("recon sandbox serve --seed 7 --fault lost_fill --port 8080"))
@click.option("--seed", default=1, show_default=True, help="Which books.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.option("--date", "day", metavar="D", help="Show what is published by that system date.")
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Plant a labelled fault.")
@click.option("--samples", is_flag=True, help="Serve the documented sample events unchanged.")
def serve(seed: int, port: int, day: str | None, faults: tuple[str, ...], samples: bool) -> None:
    """Serve the documented protocol on loopback until interrupted."""
    from recon.demo import serve_sandbox

    for line in serve_sandbox(seed, port, _date(day) if day else None, faults, samples=samples):
        click.echo(line)


def _settings(context: click.Context) -> Settings:
    from recon.settings import read_settings

    config = context.obj["config"] or os.environ.get("RECON_CONFIG")
    if config is None and Path("recon.toml").exists():
        config = "recon.toml"
    options = {name: context.obj[name] for name in ("home", "broker_url")}
    return read_settings(options, os.environ, Path(config) if config else None)


def _broker(settings: Settings) -> Broker:
    from recon.feeds.broker import Broker, Patience

    credentials = settings.need_credentials()
    patience = Patience(read_timeout_seconds=settings.read_timeout_seconds)
    return Broker(settings.broker_url, credentials.key, credentials.secret, patience)


def _now() -> pendulum.DateTime:
    import pendulum

    return pendulum.now("UTC")


def _date(text: str) -> date:
    from recon.window import parse_date

    return parse_date(text)


def _wait(text: str | None) -> float:
    from recon.window import parse_duration

    return parse_duration(text) if text else 0.0


def _finish(outcome: Outcome, as_json: bool) -> None:
    from recon.nightly.run import EXIT_CODES
    from recon.terminal import print_outcome

    print_outcome(outcome, as_json=as_json)
    sys.exit(EXIT_CODES[outcome.result])
