"""The command that receives what a broker delivers."""

from __future__ import annotations

import click

from recon.cli.options import clock, example, settings_of
from recon.errors import UsageError


@click.group()
def webhook() -> None:
    """What a broker delivers by itself."""


@webhook.command(epilog=example("recon webhook serve --keys upvest-keys.json --port 8081"))
@click.option(
    "--keys",
    required=True,
    metavar="FILE|URL",
    help="The broker's public keys, a JWKS; they count as they are at each delivery.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=8081, show_default=True, type=click.IntRange(0, 65535), help="0: any."
)
@click.option(
    "--max-age",
    default=300,
    show_default=True,
    type=click.IntRange(1, 86_400),
    help="Seconds after which a signature is stale.",
)
@click.option(
    "--max-body",
    default=8 * 1024 * 1024,
    show_default=True,
    type=click.IntRange(100),
    help="Bytes of a body.",
)
@click.pass_context
def serve(
    context: click.Context, keys: str, host: str, port: int, max_age: int, max_body: int
) -> None:
    """Receive Upvest's webhooks at /upvest until interrupted; the next run archives them.

    Put a reverse proxy before it: the proxy ends TLS, and must keep path, host and headers, since
    they are signed. Upvest gives its keys (GET /auth/verify_keys) to signed calls only: save them
    in a file.
    """
    try:
        from recon.cli.receiver import Limits, Receiver
        from recon.cli.receiver import serve as serve_until_interrupted
        from recon.feeds.webhooks.keys import KeyRing
    except ImportError as error:
        raise UsageError(
            expected="the packages of the receiver",
            seen=f"no {error.name}",
            where="this installation",
            next_step="install the extra `webhook`: in the checkout, pip install '.[webhook]'",
        ) from error
    from recon.archive.inbox import open_inbox
    from recon.cli.console import log_to_stderr

    settings = settings_of(context)
    receiver = Receiver(
        open_inbox(settings.archive),
        KeyRing(keys, clock(), settings.ca_file),
        Limits(body_bytes=max_body, age_seconds=max_age),
        clock,
        log_to_stderr(),
    )
    serve_until_interrupted(receiver, host, port, click.echo)
