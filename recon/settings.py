"""Typed settings, read once: command line over environment over `recon.toml` over default.

Secrets come from the environment only, see `recon/credentials.py`.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from recon.credentials import CREDENTIALS, VISIBLE, Credentials, read_credentials
from recon.errors import UsageError
from recon.settings_file import read_file

SANDBOX_URL = "https://broker-api.sandbox.alpaca.markets"
CHAIN_KEY = "RECON_CHAIN_KEY"  # a secret: from the environment only, and never printed
# DuckDB takes these in a path for a pattern or a separator, and would read another folder.
PATTERN = frozenset("\\*?[]")
READERS = ("owner", "group")
WHOLE = re.compile(r"[0-9]{1,9}")
SHOWN_MAX = 200  # characters of a value that is refused
TRUSTED = ("broker_url", "ca_file")  # the settings that say who gets the credentials
DEFAULTS = {
    "home": "recon-home",
    "broker_url": SANDBOX_URL,
    "streams": "trades,nta,journal_status,funding_status,account_status,admin_action,ipo",
    "accounts_file": "",
    "fee_rates_file": "",
    "ca_file": "",
    "readers": "owner",
    "lookback_days": "3",
    "lookback_sessions": "2",
    "calls_at_once": "8",
    "read_timeout_seconds": "90",
    "window_deadline_seconds": "3600",
    "night_deadline_seconds": "14400",
}


@dataclass(frozen=True)
class Settings:
    """What a run needs to know. `streams` are those a night reads, `accounts_file` is a CSV of what
    the user says of his accounts, `fee_rates_file` one of his own rates of fees, `ca_file` a bundle
    of certificates that stands in place of the public ones, `readers` says who may read what a
    command writes. `trust_from` is the file that says who gets the credentials, if one does. Times
    are seconds;
    `lookback_days` widens each window, `lookback_sessions` says how far back the closing lies that
    a night begins with, `assumptions` are those of `sql/ledger/accounting_assumptions.sql` that
    differ from the default. `given` names the settings that somebody gave: what is not in it is a
    default."""

    home: Path
    broker_url: str
    streams: tuple[str, ...]
    accounts_file: Path | None
    fee_rates_file: Path | None
    ca_file: Path | None
    readers: str
    lookback_days: int
    lookback_sessions: int
    calls_at_once: int
    read_timeout_seconds: int
    window_deadline_seconds: int
    night_deadline_seconds: int
    credentials: Credentials | None
    assumptions: Mapping[str, str]
    given: frozenset[str] = frozenset()
    chain_key: str = field(default="", repr=False)
    trust_from: Path | None = None

    @property
    def archive(self) -> Path:
        """The folder of segments and the manifest."""
        return self.home / "archive"

    @property
    def host(self) -> str:
        """The broker's host and port: what may be shown of its URL."""
        return urlsplit(self.broker_url).netloc

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
    _refuse_empty(options)
    in_file, assumptions = read_file(config, DEFAULTS) if config is not None else ({}, {})
    in_environment = {name: environment.get(f"RECON_{name.upper()}") for name in DEFAULTS}
    given = {
        name: str(source[name])
        for source in (in_file, in_environment, options)
        for name in DEFAULTS
        if source.get(name)
    }
    values = DEFAULTS | given
    elsewhere = in_environment | {name: text for name, text in options.items() if text}
    in_file_alone = [name for name in TRUSTED if in_file.get(name) and not elsewhere[name]]
    return Settings(
        home=home_named(values["home"]),
        broker_url=_checked_url(values["broker_url"]),
        streams=tuple(values["streams"].replace(",", " ").split()),
        accounts_file=_file("accounts_file", values),
        fee_rates_file=_file("fee_rates_file", values),
        ca_file=_file("ca_file", values),
        readers=_one_of("readers", values, READERS),
        lookback_days=_whole("lookback_days", values, 0, 90),
        lookback_sessions=_whole("lookback_sessions", values, 1, 250),
        calls_at_once=_whole("calls_at_once", values, 1, 64),
        read_timeout_seconds=_whole("read_timeout_seconds", values, 1, 3600),
        window_deadline_seconds=_whole("window_deadline_seconds", values, 1, 86_400),
        night_deadline_seconds=_whole("night_deadline_seconds", values, 1, 172_800),
        credentials=read_credentials(environment),
        assumptions=assumptions,
        given=frozenset(given) | ({"assumptions"} if assumptions else set()),
        chain_key=environment.get(CHAIN_KEY, ""),
        trust_from=config if in_file_alone else None,
    )


def _refuse_empty(options: Mapping[str, str | None]) -> None:
    for name, text in options.items():
        if text == "":
            raise UsageError(
                expected="a value that is not empty",
                seen="''",
                where=f"--{name.replace('_', '-')}",
                next_step="give one, or leave the option out",
            )


def home_named(text: str) -> Path:
    """The folder of everything. Raises UsageError for a name that some library takes for something
    else: a pattern, a separator, an address."""
    odd = any(char in PATTERN or not char.isprintable() for char in text)
    if not odd and (":" not in text or text.startswith("/")):
        with contextlib.suppress(RuntimeError):  # `~name` of nobody here
            return Path(text).expanduser()
    raise UsageError(
        expected="a folder's name without \\ * ? [ ] and control characters, from the root on"
        " if there is a colon in it",
        seen=ascii(text[:SHOWN_MAX]),
        where="setting home",
        next_step="name another with RECON_HOME or --home",
    )


def _file(name: str, values: Mapping[str, str]) -> Path | None:
    """A file, or None. Raises UsageError for a name that no system has."""
    text = values[name]
    if "\0" not in text:
        return Path(text) if text else None
    raise UsageError(
        expected="the name of a file",
        seen=ascii(text[:SHOWN_MAX]),
        where=f"setting {name}",
        next_step=f"set RECON_{name.upper()} or {name} in recon.toml",
    )


def _one_of(name: str, values: Mapping[str, str], allowed: Sequence[str]) -> str:
    if values[name] in allowed:
        return values[name]
    raise UsageError(
        expected="one of " + ", ".join(allowed),
        seen=ascii(values[name][:SHOWN_MAX]),
        where=f"setting {name}",
        next_step=f"set RECON_{name.upper()} or {name} in recon.toml",
    )


def _whole(name: str, values: Mapping[str, str], least: int, most: int) -> int:
    text = values[name]
    if WHOLE.fullmatch(text) and least <= int(text) <= most:
        return int(text)
    raise UsageError(
        expected=f"a whole number from {least} to {most}",
        seen=ascii(text[:SHOWN_MAX]),
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
    raise UsageError(
        expected="https://host, or http:// on a loopback address",
        seen=_shown(url),
        where="setting broker_url",
        next_step="set RECON_BROKER_URL; keys never belong in it",
    )


def _shown(url: str) -> str:
    """Its scheme and host: a key may stand in every other part, or be taken for the whole."""
    shown = re.split(r"(?<![:/])[/?#]", url.rsplit("@", maxsplit=1)[-1])[0]
    return repr(shown) if "." in shown or "://" in url else f"a text of {len(url)} characters"


def _is_host(host: str) -> bool:
    """Whether a name can be looked up at all: no part of it is empty or too long."""
    parts = host.removesuffix(".").split(".")
    return len(host) <= 253 and all(0 < len(part) <= 63 for part in parts)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
