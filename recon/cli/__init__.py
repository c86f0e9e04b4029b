"""The command `recon`: every error of the project becomes one line and its exit code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from recon.cli import (
    comments,
    ingest,
    inspect,
    migrate,
    night,
    rules,
    sandbox,
    tables,
    verify,
    webhook,
)
from recon.cli.failures import foreseen, unforeseen
from recon.cli.options import clock, home_of


class Commands(click.Group):
    """Turns every error of the project and of the world into one line and its exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """As click's, without a traceback, whatever happens."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 -- the last net under every command
            home, command = home_of(ctx), ctx.invoked_subcommand or ctx.info_name or ""
            expected = foreseen(error) or unforeseen(error, home, command, f"{clock()}")
            click.echo(f"recon: {expected}", err=True)
            sys.exit(expected.exit_code)


EXIT_CODES = """\b
Exit codes: 0 clean, 1 failure, 2 usage, 3 breaks found, 4 input incomplete,
5 not ready in time, 6 locked, 7 broker refused or unreachable,
99 no trading day (with --skip-code), 129, 130, 143 stopped by a signal."""


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXIT_CODES,
)
@click.option("--home", metavar="DIR", help="Where everything is kept (RECON_HOME).")
@click.option("--broker-url", metavar="URL", help="The broker's host (RECON_BROKER_URL).")
@click.option("--config", type=click.Path(path_type=Path), help="A recon.toml to read.")
@click.version_option(package_name="broker-recon")
@click.pass_context
def main(
    context: click.Context, home: str | None, broker_url: str | None, config: Path | None
) -> None:
    """Prove each night that your books and your broker's agree, or say exactly where not."""
    context.obj = {"home": home, "broker_url": broker_url, "config": config}


for command in (
    sandbox.demo,
    night.open_command,
    night.run,
    night.watch,
    night.replay,
    ingest.ingest,
    ingest.schema_drift,
    comments.accept_comment,
    migrate.migrate_check,
    night.check,
    night.rebuild,
    rules.rules,
    tables.tables,
    inspect.breaks,
    inspect.explain,
    inspect.accounts,
    inspect.assumptions,
    inspect.export,
    inspect.doctor,
    verify.verify,
    sandbox.sandbox,
    webhook.webhook,
):
    main.add_command(command)
