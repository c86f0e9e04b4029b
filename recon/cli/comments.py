"""The command by which a person accepts a comment of the broker that nobody knows."""

from __future__ import annotations

import click

from recon.cli.options import clock, example, settings_of


@click.command("accept-comment", epilog=example('recon accept-comment "maintenance at 05:00"'))
@click.argument("text")
@click.pass_context
def accept_comment(context: click.Context, text: str) -> None:
    """Say that a comment in the broker's streams tells of no lost event.

    A reading with a comment that nobody knows is not proven whole. Ask the broker what it means
    first: from then on readings with this text count, and each certificate names it. What was read
    before is asked for again by the next run.
    """
    from recon.archive.comments import accept_comment as accept
    from recon.nightly.lock import locked

    with locked(settings_of(context).home, clock()) as archive:
        new = accept(archive, text)
    click.echo(f"{'accepted' if new else 'accepted already'}: {text}")
