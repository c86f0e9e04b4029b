"""The command `recon`: every error of the project becomes one line and its exit code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from recon.cli import comments, ingest, inspect, migrate, night, rules, sandbox, tables, webhook
from recon.cli.failures import ending_told, foreseen


class Commands(click.Group):
    """Turns every error of the project and of the world into one line and its exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """As click's; SIGTERM and SIGHUP end with one line."""
        with ending_told():
            return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """As click's, without a traceback for what was foreseen."""
        try:
            return super().invoke(ctx)
        except (Exception, KeyboardInterrupt) as error:
            expected = foreseen(error)
            if expected is None or isinstance(error, BrokenPipeError):
                raise
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
    sandbox.sandbox,
    webhook.webhook,
):
    main.add_command(command)
