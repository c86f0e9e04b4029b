"""The command that compares the older streams with the activity stream before a move."""

from __future__ import annotations

import dataclasses
import json
import sys

import click

from recon.cli.options import JSON, example, settings_of, system_date
from recon.errors import ExitCode


@click.command("migrate-check", epilog=example("recon migrate-check --since 2026-06-01"))
@click.option("--since", metavar="D", help="The first system date; else the first proven one.")
@click.option("--until", metavar="D", help="The last system date; else the last proven one.")
@JSON
@click.pass_context
def migrate_check(
    context: click.Context, since: str | None, until: str | None, as_json: bool
) -> None:
    """Compare nta and trades with activities: what only one has, and which fields differ.

    Ends with 0 where they tell the same, with 3 where not.
    """
    from recon.archive.archive import Archive
    from recon.reports.migrate import compare
    from recon.reports.table import plain

    found = compare(
        Archive(settings_of(context).archive),
        system_date(since) if since else None,
        system_date(until) if until else None,
    )
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), default=str, indent=2))
        sys.exit(ExitCode.BREAKS if found.differences else ExitCode.CLEAN)
    for each in found.differences:
        said = f"only in {each.only_in}" if each.only_in else "; ".join(each.fields)
        click.echo(plain(f"{each.system_date}  {each.type}  {each.identity}  {said}"))
    for name in found.missing:
        click.echo(f"{name}: not in the archive, not compared")
    for total in found.totals:
        click.echo(
            plain(
                f"{total.pair}  {total.type}: {total.both} in both, {total.differing} differ,"
                f" {total.only_older} only in {total.pair}, {total.only_activities} only in"
                " activities"
            )
        )
    click.echo(
        f"{len(found.differences)} differences in system dates {found.since} to {found.until}"
    )
    sys.exit(ExitCode.BREAKS if found.differences else ExitCode.CLEAN)
