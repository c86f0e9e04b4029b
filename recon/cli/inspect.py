"""The commands that look at what is there: rules, breaks, why, accounts, and if all is well."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from recon.cli.options import DATE, JSON, clock, example, named_config, settings_of, system_date
from recon.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from recon.breaks.log import Said

NOTHING = "\N{EN DASH}"  # the mark of what there is nothing to say of yet


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
    """List the open breaks, or record who works one and why it is there.

    The first line says of which night they are, whether its input was complete, and how many.
    """
    from recon.breaks.log import Said, say
    from recon.cli.console import print_standing
    from recon.nightly.standing import read_standing
    from recon.window import as_z

    home, said = settings_of(context).home, Said(owner, reason_code, comment)
    _check_words(break_id, said)
    if break_id is None:
        print_standing(read_standing(home), as_json=as_json)
        return
    say(home / "breaks", break_id, said, as_z(clock()))
    click.echo(f"Recorded of {break_id}; the next evaluation puts it into discrepancies.csv.")


def _check_words(break_id: str | None, said: Said) -> None:
    """Raises UsageError for a record without words, and for words without a break."""
    words = [f"--{name.replace('_', '-')}" for name, text in vars(said).items() if text]
    if (break_id is None) == (not words):
        return
    raise UsageError(
        expected="--say BREAK_ID with --owner, --reason-code or --comment, or none of them",
        seen=" and ".join(words) + " without --say" if words else f"--say {break_id} alone",
        where="the command line",
        next_step="name the break and what there is to say; nothing was recorded or listed",
    )


@click.command(epilog=example("recon explain 3f2a9c0d1e4b"))
@click.argument("break_id")
@click.option("--date", "day", metavar="D", help="A break of that night; else of the last one.")
@JSON
@click.pass_context
def explain(context: click.Context, break_id: str, day: str | None, as_json: bool) -> None:
    """Say in one sentence why a break is one, with the events, the raw JSON and the SQL."""
    from recon.cli.console import print_explanation
    from recon.nightly.explaining import explain_date
    from recon.reports.explain import explain_published

    settings = settings_of(context)
    if day is None:
        explanation = explain_published(settings.home, break_id)
    else:
        explanation = explain_date(settings, system_date(day), break_id)
    print_explanation(explanation, as_json=as_json)


@click.command(epilog=example("recon assumptions --date 2026-06-17"))
@DATE
@JSON
@click.pass_context
def assumptions(context: click.Context, day: str, as_json: bool) -> None:
    """Count what the statements of a date say for and against each accounting assumption.

    Counted are accounts, for cost_method positions and for corporate_actions_at executions, of the
    books since the closing that the night began with: RECON_LOOKBACK_SESSIONS=250 counts more.
    """
    from recon.cli.console import print_rows
    from recon.nightly.assumptions import assumptions_evidence

    rows = assumptions_evidence(settings_of(context), system_date(day))
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    shown = [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in rows
    ]
    print_rows("Accounting assumptions", list(shown[0]), shown)


@click.command(epilog=example("recon export beancount > books.beancount"))
@click.argument("program", type=click.Choice(["beancount", "hledger"]))
@click.pass_context
def export(context: click.Context, program: str) -> None:
    """Write the published ledger to standard output, for bean-check or hledger to check."""
    from recon.reports.export.published import export_published

    sys.stdout.buffer.writelines(export_published(settings_of(context).home, program))


@click.command(epilog=example("recon accounts --date 2026-06-17 --account ID"))
@click.option("--date", "day", metavar="D", help="At the end of that system date.")
@click.option("--account", "account_id", metavar="ID", help="Only this one, with its events.")
@JSON
@click.pass_context
def accounts(
    context: click.Context, day: str | None, account_id: str | None, as_json: bool
) -> None:
    """List the accounts of both brokers with their state, and how one came to it.

    Read from the archive; without a date as they were last reported. With an account also the one
    that the accounts file names beside it at the other broker, and the events of both.
    """
    from dataclasses import asdict

    from recon.archive.archive import Archive
    from recon.reports.accounts import read_reference
    from recon.reports.table import plain

    on = system_date(day) if day else None
    reference = read_reference(Archive(settings_of(context).archive), on, account_id)
    if as_json:
        click.echo(json.dumps(asdict(reference), indent=2))
        return
    for row in reference.accounts:
        values = [f"{name} {value}" for name, value in list(row.items())[5:] if value]
        click.echo(plain("  ".join([*filter(None, list(row.values())[:5]), *values])))
    for row in reference.events:
        step = f"{row['status_from'] or 'none'} -> {row['status_to']}" if row["status_to"] else ""
        words = (row["event_at"], row["account_id"], step, row["event_id"], row["changed"])
        click.echo(plain("  ".join(filter(None, words))))


@click.command(epilog=example("recon doctor"))
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check settings, credentials, host and archive, and how the broker takes windows.

    It asks the broker for its system stream and for a second of each stream of which one document
    writes windows with dates and another with instants, and keeps nothing of it. Ends with 0 if all
    is well, else with the exit code of the first thing that is not.
    """
    from recon.cli.doctor import examine

    code = ExitCode.CLEAN
    named = named_config(context) is not None
    for found, line in examine(settings_of(context), clock(), named=named):
        click.echo(f"{NOTHING if found is None else '✗' if found else '✓'} {line}")
        code = code or found or ExitCode.CLEAN
    sys.exit(code)
