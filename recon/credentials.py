"""The broker's key and secret: from the environment only, in the first complete pair.

They are never options, never printed, and not accepted in a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from recon.errors import UsageError

VISIBLE = re.compile(r"[!-~]+")  # no blank, no line's end, no letter that looks like another
CREDENTIALS = (
    ("RECON_BROKER_KEY", "RECON_BROKER_SECRET"),
    ("ALPACA_BROKER_API_KEY", "ALPACA_BROKER_SECRET_KEY"),
    ("APCA_API_KEY_ID", "APCA_API_SECRET_KEY"),
)


@dataclass(frozen=True)
class Credentials:
    """A key pair and where it came from. Never shows itself."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    source: str


def read_credentials(environment: Mapping[str, str]) -> Credentials | None:
    """The first complete pair. Raises UsageError for one that no broker can have given."""
    for key_name, secret_name in CREDENTIALS:
        key, secret = environment.get(key_name), environment.get(secret_name)
        if key and secret:
            _refuse_invisible({key_name: key, secret_name: secret})
            return Credentials(key, secret, f"{key_name}/{secret_name}")
    return None


def _refuse_invisible(pair: Mapping[str, str]) -> None:
    """Raises UsageError, which names the variable and shows nothing of its value."""
    for name, value in pair.items():
        if not VISIBLE.fullmatch(value):
            raise UsageError(
                expected="letters, digits and signs of ASCII, without a blank",
                seen="another character or byte",
                where=f"the variable {name}",
                next_step="copy the value again from where the broker gave it to you",
            )
