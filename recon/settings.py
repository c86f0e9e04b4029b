"""Typed settings, read once: command line over environment over `recon.toml` over default.

Secrets come from the environment only, in the first complete pair of `CREDENTIALS`; they are
never options, never printed, and not accepted in the file.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from recon.errors import UsageError

SANDBOX_URL = "https://broker-api.sandbox.alpaca.markets"
VISIBLE = re.compile(r"[!-~]+")  # no blank, no line's end, no letter that looks like another
CREDENTIALS = (
    ("RECON_BROKER_KEY", "RECON_BROKER_SECRET"),
    ("ALPACA_BROKER_API_KEY", "ALPACA_BROKER_SECRET_KEY"),
    ("APCA_API_KEY_ID", "APCA_API_SECRET_KEY"),
)
DEFAULTS = {
    "home": "recon-home",
    "broker_url": SANDBOX_URL,
    "streams": "trades,nta,journal_status,funding_status,account_status,admin_action,ipo",
    "accounts_file": "",
    "fee_rates_file": "",
    "lookback_days": "3",
    "lookback_sessions": "2",
    "calls_at_once": "8",
    "read_timeout_seconds": "90",
    "window_deadline_seconds": "3600",
    "night_deadline_seconds": "14400",
}


@dataclass(frozen=True)
class Credentials:
    """A key pair and where it came from. Never shows itself."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    source: str


@dataclass(frozen=True)
class Settings:
    """What a run needs to know. `streams` are those a night reads, `accounts_file` is a CSV of what
    the user says of his accounts, `fee_rates_file` one of his own rates of fees. Times are seconds;
    `lookback_days` widens each window, `lookback_sessions` says how far back the closing lies that
    a night begins with, `assumptions` are those of `sql/ledger/accounting_assumptions.sql` that
    differ from the default. `given` names the settings that somebody gave: what is not in it is a
    default."""

    home: Path
    broker_url: str
    streams: tuple[str, ...]
    accounts_file: Path | None
    fee_rates_file: Path | None
    lookback_days: int
    lookback_sessions: int
    calls_at_once: int
    read_timeout_seconds: int
    window_deadline_seconds: int
    night_deadline_seconds: int
    credentials: Credentials | None
    assumptions: Mapping[str, str]
    given: frozenset[str] = frozenset()

    @property
    def archive(self) -> Path:
        """The folder of segments and the manifest."""
        return self.home / "archive"

    def need_credentials(self) -> Credentials:
        """The key pair. Raises UsageError if there is none."""
        if self.credentials is not None:
            return self.credentials
        raise UsageError(
            expected="a broker key and secret in the environment",
            seen="no complete pair",
            where=", ".join("/".join(pair) for pair in CREDENTIALS),
            next_step="set RECON_BROKER_KEY and RECON_BROKER_SECRET, or run `recon demo`",
        )


def read_settings(
    options: Mapping[str, str | None], environment: Mapping[str, str], config: Path | None
) -> Settings:
    """Merge the sources. Raises UsageError for an unreadable file or a wrong value."""
    in_file, assumptions = _read_file(config) if config is not None else ({}, {})
    in_environment = {name: environment.get(f"RECON_{name.upper()}") for name in DEFAULTS}
    given = {
        name: str(source[name])
        for source in (in_file, in_environment, options)
        for name in DEFAULTS
        if source.get(name)
    }
    values = DEFAULTS | given
    return Settings(
        home=Path(values["home"]).expanduser(),
        broker_url=_checked_url(values["broker_url"]),
        streams=tuple(values["streams"].replace(",", " ").split()),
        accounts_file=Path(values["accounts_file"]) if values["accounts_file"] else None,
        fee_rates_file=Path(values["fee_rates_file"]) if values["fee_rates_file"] else None,
        lookback_days=_whole("lookback_days", values, 0, 90),
        lookback_sessions=_whole("lookback_sessions", values, 1, 250),
        calls_at_once=_whole("calls_at_once", values, 1, 64),
        read_timeout_seconds=_whole("read_timeout_seconds", values, 1, 3600),
        window_deadline_seconds=_whole("window_deadline_seconds", values, 1, 86_400),
        night_deadline_seconds=_whole("night_deadline_seconds", values, 1, 172_800),
        credentials=_credentials(environment),
        assumptions=assumptions,
        given=frozenset(given) | ({"assumptions"} if assumptions else set()),
    )


def _read_file(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The settings of the file, and its table `[assumptions]`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            expected="a readable TOML file",
            seen=str(error).splitlines()[0],
            where=str(path),
            next_step="mend the file, or name another with --config",
        ) from error
    assumptions = _assumptions(content, path)
    unknown = sorted(set(content) - set(DEFAULTS))
    if unknown:
        raise UsageError(
            expected="only a table [assumptions] and " + ", ".join(DEFAULTS),
            seen=", ".join(map(_with_near_miss, unknown)),
            where=str(path),
            next_step="remove what is not a setting; secrets belong in the environment",
        )
    return _texts(content), _texts(assumptions)


def _assumptions(content: dict[str, Any], path: Path) -> dict[str, Any]:
    """Take the table `[assumptions]` out of the file's content."""
    assumptions = content.pop("assumptions", {})
    if isinstance(assumptions, dict) and "readings" not in content:
        return assumptions
    raise UsageError(
        expected="the accounting assumptions in a table [assumptions]",
        seen="readings, their name until 0.3.0" if "readings" in content else repr(assumptions),
        where=str(path),
        next_step="name the table [assumptions]; its keys and values are the same",
    )


def _with_near_miss(name: str) -> str:
    meant = difflib.get_close_matches(name, DEFAULTS, n=1)
    return f"{name} (did you mean {meant[0]}?)" if meant else name


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
    }


def _whole(name: str, values: Mapping[str, str], least: int, most: int) -> int:
    text = values[name]
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return int(text)
    raise UsageError(
        expected=f"a whole number from {least} to {most}",
        seen=repr(text),
        where=f"setting {name}",
        next_step=f"set RECON_{name.upper()} or {name} in recon.toml",
    )


def _checked_url(url: str) -> str:
    """https anywhere, http on loopback only; no user name, query or fragment in it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        host, port = "", 0
    else:
        encrypted = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
        bare = "@" not in parts.netloc and not parts.query and not parts.fragment
        if VISIBLE.fullmatch(url) and encrypted and bare and _is_host(host) and port:
            return url.rstrip("/")
    shown = re.split(r"[?#]", url.rsplit("@", maxsplit=1)[-1])[0]
    raise UsageError(
        expected="https://host, or http:// on a loopback address",
        seen=repr(shown),
        where="setting broker_url",
        next_step="set RECON_BROKER_URL; keys never belong in it",
    )


def _is_host(host: str) -> bool:
    """Whether a name can be looked up at all: no part of it is empty or too long."""
    parts = host.removesuffix(".").split(".")
    return len(host) <= 253 and all(0 < len(part) <= 63 for part in parts)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _credentials(environment: Mapping[str, str]) -> Credentials | None:
    for key_name, secret_name in CREDENTIALS:
        key, secret = environment.get(key_name), environment.get(secret_name)
        if key and secret:
            return Credentials(key, secret, f"{key_name}/{secret_name}")
    return None
