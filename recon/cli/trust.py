"""To whom the credentials may go: to a host that the user named, never to one that a file names
which merely lies in the working folder.

Naming that file once, by --config or RECON_CONFIG, is the confirmation; the home keeps it. It is
made with the secret itself: a folder that somebody gave you cannot bring one along.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from recon.credentials import Credentials
from recon.errors import UsageError
from recon.settings import Settings

CONFIRMED = "confirmed-hosts"


def check_host(settings: Settings, credentials: Credentials, *, named: bool) -> None:
    """Raises UsageError for a host, or a bundle of certificates, that nobody confirmed; `named`
    says that the user named the settings file, which confirms what it says."""
    if settings.trust_from is None:
        return
    file, line = settings.home / CONFIRMED, _confirmation(settings, credentials)
    known = file.read_text("ascii").split() if file.exists() else []
    if line in known:
        return
    if not named:
        raise _unconfirmed(settings, settings.trust_from)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*known, line]) + "\n", "ascii")


def _confirmation(settings: Settings, credentials: Credentials) -> str:
    said = f"{settings.broker_url}\n{settings.ca_file or ''}"
    return hmac.new(credentials.secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def _unconfirmed(settings: Settings, path: Path) -> UsageError:
    return UsageError(
        expected="a broker_url and a ca_file that you named yourself, since they say who gets your"
        " credentials",
        seen=f"{settings.host} from a file that nobody named",
        where=f"{path} in the working folder",
        next_step=f"if it is right, run the same once with --config {path}: this home remembers it",
    )
