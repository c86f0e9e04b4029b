"""Which accounting assumptions the broker's data of a night supports, asked for by hand."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from recon.archive.archive import Archive
from recon.archive.required_inputs import check_streams
from recon.ledger.post import add_evidence
from recon.nightly.build import WAREHOUSE, build, choose_start
from recon.nightly.inputs import read_inputs
from recon.nightly.ready import archived_ready
from recon.nightly.run_index import as_it_ran
from recon.settings import Settings
from recon.warehouse.connect import connect


def assumptions_evidence(settings: Settings, system_date: date) -> list[dict[str, Any]]:
    """A row for each assumption: the value in force, how much of that night's data supports it,
    contradicts it and leaves it open, and the value that what contradicts it would hold with.

    The books of that night are made in a temporary place from what is archived, with the settings
    that the date ran with where no others are given; nothing in the home is touched, and no lock is
    needed. Raises UsageError for a date that is not archived.
    """
    settings, _ = as_it_ran(settings, system_date)
    check_streams(settings.streams)
    archive = Archive(settings.archive)
    inputs = read_inputs(settings, archive, system_date, archived_ready(archive, system_date))
    with tempfile.TemporaryDirectory() as place:
        warehouse = Path(place) / WAREHOUSE
        build(replace(inputs, rules=[]), choose_start(inputs), warehouse)
        with connect(warehouse) as connection:
            add_evidence(connection, system_date)
            found = connection.sql("from assumptions_evidence order by assumption").pl()
            return list(found.iter_rows(named=True))
