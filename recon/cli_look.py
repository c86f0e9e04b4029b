"""The commands that look at what is there: rules, breaks, why, accounts, and if all is well."""

from __future__ import annotations

import json
import sys

import click

from recon.cli_options import JSON, clock, example, settings_of, system_date
from recon.errors import ExitCode


@click.command(epilog=example("recon breaks --say 3f2a9c0d1e4b --owner ann --comment 'asked'"))
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
    from recon.reports.table import plain
    from recon.window import as_z

    folder = settings_of(context).home / "breaks"
    if break_id is not None:
        say(folder, break_id, Said(owner, reason_code, comment), as_z(clock()))
        return
    for row in open_breaks(folder):
        click.echo(json.dumps(row) if as_json else plain("  ".join(row.values())))


@click.command(epilog=example("recon explain 3f2a9c0d1e4b"))
@click.argument("break_id")
@JSON
@click.pass_context
def explain(context: click.Context, break_id: str, as_json: bool) -> None:
    """Say in one sentence why a break is one, with the events, the raw JSON and the SQL."""
    from recon.reports.explain import explain_published
    from recon.terminal import print_explanation

    print_explanation(explain_published(settings_of(context).home, break_id), as_json=as_json)


@click.command(epilog=example("recon export beancount > books.beancount"))
@click.argument("program", type=click.Choice(["beancount", "hledger"]))
@click.pass_context
def export(context: click.Context, program: str) -> None:
    """Write the published ledger to standard output, for bean-check or hledger to check."""
    from recon.reports.export.published import export_published

    sys.stdout.buffer.writelines(export_published(settings_of(context).home, program))


@click.command(epilog=example("recon accounts --date 2026-06-15 --account ID"))
@click.option("--date", "day", metavar="D", help="At the end of that system date.")
@click.option("--account", "account_id", metavar="ID", help="Only this one, with its events.")
@JSON
@click.pass_context
def accounts(
    context: click.Context, day: str | None, account_id: str | None, as_json: bool
) -> None:
    """List the accounts of both brokers with their state, and how one came to it.

    Read from the archive; without a date as they were last told. With an account also the one that
    the accounts file names beside it at the other broker, and the events of both.
    """
    from dataclasses import asdict

    from recon.reports.accounts import read_reference
    from recon.reports.table import plain

    on = system_date(day) if day else None
    reference = read_reference(settings_of(context).archive, on, account_id)
    if as_json:
        click.echo(json.dumps(asdict(reference), indent=2))
        return
    for row in reference.accounts:
        told = [f"{name} {value}" for name, value in list(row.items())[5:] if value]
        click.echo(plain("  ".join([*filter(None, list(row.values())[:5]), *told])))
    for row in reference.events:
        step = f"{row['status_from'] or 'none'} -> {row['status_to']}" if row["status_to"] else ""
        words = (row["event_at"], row["account_id"], step, row["event_id"], row["changed"])
        click.echo(plain("  ".join(filter(None, words))))


@click.command(epilog=example("recon doctor"))
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check settings, credentials, host and archive, and how the broker takes windows.

    It asks the broker for its system stream and for a second of each stream of which one document
    writes windows with dates and another with instants, and keeps nothing of it.
    """
    from recon.doctor import examine

    settings = settings_of(context)
    good = True
    for passed, line in examine(settings, clock()):
        click.echo(f"{'✓' if passed else '✗'} {line}")
        good = good and passed
    sys.exit(ExitCode.CLEAN if good else ExitCode.USAGE)
