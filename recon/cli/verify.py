"""The command that looks whether everything a home keeps is what was written."""

from __future__ import annotations

import dataclasses
import getpass
import json
import sys
from typing import TYPE_CHECKING

import click

from recon.cli.options import JSON, clock, example, settings_of, system_date
from recon.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from recon.nightly.verify import Verified
    from recon.settings import Settings


@click.command(epilog=example("recon verify"))
@click.option("--date", "day", metavar="D", help="Only the logs, and what that night rests on.")
@click.option(
    "--acknowledge", "text", metavar="TEXT", help="Go on over what is found: what you know of it."
)
@JSON
@click.pass_context
def verify(context: click.Context, day: str | None, text: str | None, as_json: bool) -> None:
    """Look whether everything that was written is as it was: texts, columns, logs, reports.

    Each finding says what it touches and how to heal it. Exit 0: all is sound; 1: something is not.
    With --acknowledge the logs name the findings and go on, and so does every certificate.
    """
    from recon.nightly.verify import verify as look

    settings = settings_of(context)
    home = settings.home
    if not home.is_dir():
        raise UsageError(
            expected="a home to look at",
            seen="no such folder",
            where=str(home),
            next_step="name the right RECON_HOME with --home",
        )
    if text is not None:
        verified = _acknowledged(settings, text)
    else:
        verified = look(home, system_date(day) if day else None, settings.chain_key)
    _show(verified, as_json)
    sys.exit(ExitCode.UNEXPECTED if verified.findings else ExitCode.CLEAN)


def _acknowledged(settings: Settings, text: str) -> Verified:
    """Acknowledge what is found now. Raises UsageError without a text."""
    from recon.nightly.lock import locked
    from recon.nightly.verify import acknowledge
    from recon.window import as_z

    if not text.strip():
        raise UsageError(
            expected="what you know of the damage",
            seen="an empty text",
            where="--acknowledge",
            next_step="say it in a sentence: certificates will name it",
        )
    home, now = settings.home, as_z(clock())
    with locked(home, sound=False):
        return acknowledge(home, text.strip(), getpass.getuser(), now, settings.chain_key)


def _show(verified: Verified, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(verified), indent=2, sort_keys=True))
        return
    for finding in verified.findings:
        click.echo(
            f"damaged: {finding.where}: {finding.seen}. Touches: {finding.touches}."
            f" Next: {finding.heal}"
        )
    for note in verified.notes:
        click.echo(f"note: {note}")
    counts = ", ".join(f"{n:,} of {total:,} {kind}" for kind, (n, total) in verified.counts.items())
    click.echo(f"sound: {counts}")
