"""Looks at everything a night needs, and says of each whether it is well."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pendulum

from recon.archive.coverage import covered_until
from recon.archive.forms import form_of
from recon.archive.inbox import BODY, inbox_of
from recon.archive.manifest import read_manifest
from recon.errors import ReconError
from recon.feeds.answer import AnswerRefused
from recon.feeds.broker import Broker, Patience
from recon.feeds.streams import BOOKED, SYSTEM, stream_named
from recon.nightly.needs import check_streams
from recon.rules.catalog import find_rules
from recon.settings import Settings
from recon.window import Window, as_z

FREE_BYTES_MIN = 1 << 30
QUICK = Patience(tries=1, read_timeout_seconds=10.0, connect_timeout_seconds=5.0)


def examine(settings: Settings, now: pendulum.DateTime) -> Iterator[tuple[bool, str]]:
    """(whether it is well, one line) for each thing looked at."""
    yield _home(settings.home.resolve())
    yield True, f"{len(find_rules())} rules"
    yield from _archive(settings)
    yield from _broker(settings, now)


def _home(home: Path) -> tuple[bool, str]:
    """Whether RECON_HOME, or the folder that it will be made in, can be written to and has room."""
    there = next(path for path in (home, *home.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        return False, f"{there}: no folder that can be written to; name another with --home"
    free = shutil.disk_usage(there).free
    return free >= FREE_BYTES_MIN, f"{home}: {free >> 20:,} MiB free"


def _archive(settings: Settings) -> Iterator[tuple[bool, str]]:
    try:
        check_streams(settings.streams)
        fetches = read_manifest(settings.archive)
    except ReconError as error:
        yield False, str(error)
        return
    yield True, f"manifest: {len(fetches)} fetches"
    waiting = sum(1 for _ in inbox_of(settings.archive).glob(f"*{BODY}"))
    if waiting:
        yield True, f"inbox: {waiting} delivered bodies wait for the next night"
    for stream in settings.streams:
        until = covered_until(fetches, stream)
        yield True, f"{stream}: proven complete until {as_z(until) if until else 'never'}"


def _broker(settings: Settings, now: pendulum.DateTime) -> Iterator[tuple[bool, str]]:
    credentials = settings.credentials
    if credentials is None:
        yield False, "no broker credentials: set RECON_BROKER_KEY and RECON_BROKER_SECRET"
        return
    yield True, f"credentials from {credentials.source}"
    window = Window(now.subtract(minutes=1), now)
    try:
        with Broker(settings.broker_url, credentials.key, credentials.secret, QUICK) as broker:
            end = broker.read_window(SYSTEM, window, lambda texts: None, deadline_seconds=10.0)
            ended = f"{settings.broker_url}: system stream ended {end.ended}"
            yield end.ended == "complete", ended
            yield from _windows(broker, settings, now)
    except ReconError as error:
        yield False, str(error)


def _windows(
    broker: Broker, settings: Settings, now: pendulum.DateTime
) -> Iterator[tuple[bool, str]]:
    """How the broker takes the windows of the streams whose documents disagree about them."""
    for stream in (stream_named(name) for name in settings.streams):
        if not stream.dated:
            continue
        try:
            good, form = form_of(broker, settings.archive, stream, now)
        except AnswerRefused as refusal:
            yield stream not in BOOKED, f"windows of {stream.name}: {refusal}"
            continue
        yield good, f"windows of {stream.name}: the broker {form}"
