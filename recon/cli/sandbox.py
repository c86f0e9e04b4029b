"""The commands of the embedded broker."""

from __future__ import annotations

import os

import click

from recon.cli.options import clock, example, system_date


@click.command(epilog=example("recon demo"))
@click.option("--seed", default=1, show_default=True, help="Which sandbox books.")
@click.pass_context
def demo(context: click.Context, seed: int) -> None:
    """Run three nights against the embedded sandbox broker, with faults planted."""
    from recon.cli.console import progress
    from recon.cli.demo import run_demo
    from recon.cli.modes import keep_private
    from recon.settings import home_named

    home = home_named(context.obj["home"] or os.environ.get("RECON_HOME") or "recon-demo")
    keep_private(home, "owner")
    run_demo(home, seed, clock(), progress=progress())


@click.group()
def sandbox() -> None:
    """The embedded broker."""


@sandbox.command(epilog=example("recon sandbox serve --seed 7 --fault lost_fill --port 8080"))
@click.option("--seed", default=1, show_default=True, help="Which books.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0: any."
)
@click.option("--date", "day", metavar="D", help="The evening of that system date.")
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Plant a labelled fault.")
@click.option("--samples", is_flag=True, help="Serve the documented sample events unchanged.")
def serve(seed: int, port: int, day: str | None, faults: tuple[str, ...], samples: bool) -> None:
    """Serve the documented protocol on loopback until interrupted."""
    from recon.cli.demo import serve_sandbox

    for line in serve_sandbox(
        seed, port, system_date(day) if day else None, faults, samples=samples
    ):
        click.echo(line)


@sandbox.command(epilog=example("recon sandbox measure --seeds 2 --area fees"))
@click.option("--seeds", default=1, show_default=True, help="Books that each fault is planted in.")
@click.option("--right", default=4, show_default=True, help="Right books.")
@click.option("--area", default="", metavar="NAME", help="Only faults that its rules must name.")
def measure(seeds: int, right: int, area: str) -> None:
    """Count false alarms on right books and labelled faults that no rule named, on all cores.
    Exits 1 if there is one."""
    from recon.cli.measure import measure as measured_of
    from recon.cli.measure import table

    def done(number: int, trials: int) -> None:
        if number % 10 == 0:
            click.echo(f"{number} of {trials} books", err=True)

    measured = measured_of(seeds, right, area, done)
    for line in table(measured):
        click.echo(line)
    if measured.false_alarms or any(each.missed for each in measured.areas.values()):
        raise click.exceptions.Exit(1)
