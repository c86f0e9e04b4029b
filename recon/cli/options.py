"""What the commands share: options, settings, the broker, and the only reading of the clock."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pendulum

    from recon.feeds.broker import Broker
    from recon.nightly.night_record import Outcome
    from recon.settings import Settings


def example(text: str) -> str:
    """The last lines of a command's help."""
    return f"\b\nExample:\n  {text}"


DATE = click.option("--date", "day", required=True, metavar="D", help="The broker's system date.")
WAIT = click.option("--wait", metavar="DURATION", help="Follow the broker for so long, e.g. 4h.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def named_config(context: click.Context) -> str | None:
    """The settings file that the user named, by option or environment."""
    return context.obj["config"] or os.environ.get("RECON_CONFIG") or None


def settings_of(context: click.Context) -> Settings:
    """The settings of this call, whose home is closed to others from here on. Raises UsageError."""
    from recon.cli.modes import keep_private
    from recon.settings import read_settings

    config = named_config(context) or ("recon.toml" if Path("recon.toml").exists() else None)
    options = {name: context.obj[name] for name in ("home", "broker_url")}
    settings = read_settings(options, os.environ, Path(config) if config else None)
    context.obj["found_home"] = settings.home
    if keep_private(settings.home, settings.readers):
        closed = f"{settings.home} was open to others, and is no more: see RECON_READERS"
        click.echo(closed, err=True)
    return settings


def home_of(context: click.Context) -> Path | None:
    """The home of this call, once its settings were read."""
    return (context.obj or {}).get("found_home")


def broker_of(context: click.Context, settings: Settings) -> Broker:
    """The broker of these settings, to be used as a context manager. Raises UsageError."""
    from recon.cli.console import log_to_stderr
    from recon.cli.trust import check_host
    from recon.feeds.broker import Broker, Patience

    log_to_stderr()  # before the first retry, which is logged too
    credentials = settings.need_credentials()
    check_host(settings, credentials, named=named_config(context) is not None)
    patience = Patience(
        read_timeout_seconds=settings.read_timeout_seconds,
        stream_seconds_max=settings.window_deadline_seconds,
    )
    return Broker(
        settings.broker_url, credentials.key, credentials.secret, patience, settings.ca_file
    )


def clock() -> pendulum.DateTime:
    """The clock, UTC: read here and nowhere else."""
    import pendulum

    return pendulum.now("UTC")


def system_date(text: str) -> date:
    """A system date. Raises UsageError."""
    from recon.window import parse_date

    return parse_date(text)


def wait_seconds(text: str | None) -> float:
    """Seconds to wait, 0 without a duration. Raises UsageError."""
    from recon.window import parse_duration

    return parse_duration(text) if text else 0.0


def finish(outcome: Outcome, as_json: bool) -> None:
    """Print the result of a night and end with its exit code.

    Raises IncompleteError, which says why, where nothing is certified.
    """
    from recon.cli.console import print_outcome
    from recon.nightly.run import EXIT_CODES, lacking

    print_outcome(outcome, as_json=as_json)
    if outcome.result == "incomplete":
        raise lacking(outcome)
    sys.exit(EXIT_CODES[outcome.result])
