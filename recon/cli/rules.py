"""The commands of a rule's author."""

from __future__ import annotations

import json
import sys

import click

from recon.cli.options import JSON, example
from recon.errors import ExitCode


@click.group(invoke_without_command=True)
@JSON
@click.pass_context
def rules(context: click.Context, as_json: bool) -> None:
    """What must hold: list the rules, write a new one, try their fixtures."""
    if context.invoked_subcommand is None:
        context.invoke(list_rules, as_json=as_json)


@rules.command("list", epilog=example("recon rules list"))
@JSON
def list_rules(as_json: bool) -> None:
    """List the rules: what must hold, and how severe it is if it does not."""
    from recon.cli.console import print_table
    from recon.rules.catalog import find_rules

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


@rules.command("new", epilog=example("recon rules new trades/execution_without_quantity"))
@click.argument("rule", metavar="AREA/FAULT")
def new(rule: str) -> None:
    """Write the SQL file and the fixture of a new rule, an example that passes, to be changed."""
    from recon.rules.author import new_rule

    for path in new_rule(rule):
        click.echo(path)
    click.echo(f"Change both, then `recon rules test {rule}`, then `recon demo`.")


@rules.command("test", epilog=example("recon rules test trades/order_quantity_differs"))
@click.argument("wanted", metavar="[AREA[/FAULT]]", required=False)
def test(wanted: str | None) -> None:
    """Run the fixtures of all rules, of an area, or of one rule; exits 1 if a case fails."""
    from recon.rules.author import try_rules

    ran = failed = 0
    for passed, lines in try_rules(wanted):
        ran += 1
        if not passed:
            failed += 1
            click.echo("\n".join(lines) + "\n")
    click.echo(f"{ran:,} cases, {failed} failed")
    sys.exit(ExitCode.UNEXPECTED if failed else ExitCode.CLEAN)
