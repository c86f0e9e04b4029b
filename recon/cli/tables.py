"""The command that says what the tables of the warehouse hold."""

from __future__ import annotations

import json

import click

from recon.cli.options import JSON, example


@click.command(epilog=example("recon tables postings"))
@click.argument("name", required=False)
@JSON
def tables(name: str | None, as_json: bool) -> None:
    """List the tables of the warehouse, or the columns of one: type, meaning and unit.

    The same texts stand on the tables and columns of the warehouse file, as comments.
    """
    from dataclasses import asdict

    from recon.cli.console import print_rows
    from recon.nightly.tables import describe_tables

    found = describe_tables(name)
    if as_json:
        click.echo(json.dumps([asdict(table) for table in found], indent=2))
    elif name is None:
        rows = [{"table": table.name, "title": table.title} for table in found]
        print_rows("Tables", ["table", "title"], rows)
    else:
        (table,) = found
        click.echo(f"{table.title}\nmade by {table.source}\n")
        print_rows(table.name, ["column", "type", "unit", "meaning"], table.columns)
