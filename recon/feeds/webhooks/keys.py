"""The public keys of a broker's webhooks: a JWKS, from a file or an address.

A key that is taken out no longer counts: a file is looked at with each delivery, an address at most
once a minute, over TLS as the broker is (`ca_file`). Where it does not answer the keys known before
count for an hour, no longer.
"""

from __future__ import annotations

import base64
import json
import threading
import time
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
from recon.feeds.connection import tls_context

TIMEOUT_SECONDS = 10
SECONDS_BETWEEN_READINGS = 60
UNCONFIRMED_SECONDS_MAX = 3600
JWKS_BYTES_MAX = 1024 * 1024
LOOPBACK = ("localhost", "127.0.0.1", "::1")

Keys = Mapping[str, EllipticCurvePublicKey]


class KeyRing:
    """The keys of one source, as they are now. Threads share it. `unconfirmed` says why the last
    reading of an address failed; empty if it did not."""

    def __init__(self, source: str, now: pendulum.DateTime, ca_file: Path | None = None) -> None:
        self._source, self._ca_file = source, ca_file
        self._lock = threading.Lock()
        self._asked_at = self._confirmed_at = now
        self._text = _text_of(source, ca_file)
        self._keys = parse_keys(self._text, source)
        self.unconfirmed = ""

    def keys_at(self, now: pendulum.DateTime) -> Keys:
        """The keys that count now. Raises UsageError or BrokerUnreachable where nobody knows."""
        with self._lock:
            if not _is_address(self._source):
                self._read()
            elif now >= self._asked_at.add(seconds=SECONDS_BETWEEN_READINGS):
                self._asked_at = now
                self._ask(now)
            if now > self._confirmed_at.add(seconds=UNCONFIRMED_SECONDS_MAX) and self.unconfirmed:
                raise _unanswered(f"for an hour: {self.unconfirmed}")
            return self._keys

    def _ask(self, now: pendulum.DateTime) -> None:
        """Read an address. That it does not answer is noted; a list without keys is none."""
        try:
            self._read()
        except BrokerUnreachable as error:
            self.unconfirmed = error.seen
        else:
            self._confirmed_at, self.unconfirmed = now, ""

    def _read(self) -> None:
        text = _text_of(self._source, self._ca_file)
        if text != self._text:
            self._keys, self._text = {}, ""  # where this list cannot be read no key counts
            self._keys, self._text = parse_keys(text, self._source), text


def read_keys(source: str, ca_file: Path | None = None) -> Keys:
    """The keys of a file or an address, by their ids. Raises UsageError, BrokerUnreachable."""
    return parse_keys(_text_of(source, ca_file), source)


def parse_keys(text: str, where: str) -> Keys:
    """The P-521 keys of a JWKS, others left out. Raises UsageError if there is none."""
    try:
        listed = json.loads(text)["keys"]
        found = {str(entry["kid"]): _key(entry) for entry in listed if "kid" in entry}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
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


def _is_address(source: str) -> bool:
    return "://" in source


def _text_of(source: str, ca_file: Path | None) -> str:
    return _fetched(source, ca_file) if _is_address(source) else _file(source)


def _file(source: str) -> str:
    try:
        return Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(str(error), source) from error


def _fetched(source: str, ca_file: Path | None) -> str:
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
        return _bounded_answer(source, ca_file)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise _unanswered(
            str(error).splitlines()[0] if str(error) else type(error).__name__
        ) from error


def _bounded_answer(address: str, ca_file: Path | None) -> str:
    """A whole body, bounded in size and time. Raises httpx's errors, and ValueError."""
    body, deadline = bytearray(), time.monotonic() + TIMEOUT_SECONDS
    plain = {"Accept-Encoding": "identity"}
    with httpx.stream(
        "GET", address, headers=plain, timeout=TIMEOUT_SECONDS, trust_env=False,
        verify=tls_context(ca_file),
    ) as answer:  # fmt: skip
        answer.raise_for_status()
        for part in answer.iter_raw():
            body += part
            if len(body) > JWKS_BYTES_MAX or time.monotonic() > deadline:
                raise ValueError(f"more than {JWKS_BYTES_MAX} bytes or {TIMEOUT_SECONDS} s")
    return body.decode()


def _unanswered(seen: str) -> BrokerUnreachable:
    return BrokerUnreachable(
        expected="a JWKS",
        seen=seen,
        where="the address of --keys",
        next_step="check the address, or save the keys in a file and name that",
    )


def _unusable(seen: str, where: str) -> UsageError:
    return UsageError(
        expected="a JWKS with a public P-521 key",
        seen=seen,
        where=where,
        next_step="save the broker's verification keys in a file and name it with --keys",
    )
