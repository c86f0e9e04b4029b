"""The public keys of a broker's webhooks: a JWKS, from a file or an address."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pendulum
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP521R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)

from recon.errors import BrokerUnreachable, UsageError

TIMEOUT_SECONDS = 10
SECONDS_BETWEEN_READINGS = 60
LOOPBACK = ("localhost", "127.0.0.1", "::1")

Keys = Mapping[str, EllipticCurvePublicKey]


class KeyRing:
    """The keys of one source, read again when asked, at most once a minute. Threads share it."""

    def __init__(self, source: str, now: pendulum.DateTime) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._read_at = now
        self.keys: Keys = read_keys(source)

    def renew(self, now: pendulum.DateTime) -> Keys:
        """The keys of now, or those known before if they were just read. Raises as `read_keys`."""
        with self._lock:
            if now >= self._read_at.add(seconds=SECONDS_BETWEEN_READINGS):
                self._read_at = now
                self.keys = read_keys(self._source)
            return self.keys


def read_keys(source: str) -> Keys:
    """The keys of a file or an address, by their ids. Raises UsageError, BrokerUnreachable."""
    return parse_keys(_fetched(source) if "://" in source else _file(source), source)


def parse_keys(text: str, where: str) -> Keys:
    """The P-521 keys of a JWKS, others left out. Raises UsageError if there is none."""
    try:
        listed = json.loads(text)["keys"]
        found = {str(entry["kid"]): _key(entry) for entry in listed if "kid" in entry}
    except (ValueError, TypeError, KeyError) as error:
        raise _unusable("no JWKS", where) from error
    keys = {kid: key for kid, key in found.items() if key is not None}
    if not keys:
        raise _unusable(f"none among {len(found)} keys", where)
    return keys


def _key(entry: Mapping[str, str]) -> EllipticCurvePublicKey | None:
    """The key of one entry, or None for one of another kind, or that is no point of the curve."""
    if (entry.get("kty"), entry.get("crv")) != ("EC", "P-521"):
        return None
    try:
        x, y = (base64.urlsafe_b64decode(entry[side] + "==") for side in ("x", "y"))
        numbers = EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), SECP521R1())
        return numbers.public_key()
    except (ValueError, TypeError, KeyError):
        return None


def _file(source: str) -> str:
    try:
        return Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(str(error), source) from error


def _fetched(source: str) -> str:
    try:
        address = urlsplit(source)
        allowed = address.scheme == "https" or (
            address.scheme == "http" and address.hostname in LOOPBACK
        )
    except ValueError:
        allowed = False
    if not allowed:
        raise _unusable("another address than https", "the option --keys")
    try:
        answer = httpx.get(source, timeout=TIMEOUT_SECONDS, trust_env=False)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BrokerUnreachable(
            expected="a JWKS",
            seen=str(error).splitlines()[0] if str(error) else type(error).__name__,
            where="the address of --keys",
            next_step="check the address, or save the keys in a file and name that",
        ) from error
    return answer.text


def _unusable(seen: str, where: str) -> UsageError:
    return UsageError(
        expected="a JWKS with a public P-521 key",
        seen=seen,
        where=where,
        next_step="save the broker's verification keys in a file and name it with --keys",
    )
