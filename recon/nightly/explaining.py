"""Why a break of any night was one: from what that night's published reports were made of."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from recon.archive.archive import Archive
from recon.errors import UsageError
from recon.nightly.build import WAREHOUSE, build, choose_start
from recon.nightly.inputs import read_inputs
from recon.nightly.ready import archived_ready
from recon.nightly.run_index import last_run, read_runs
from recon.reports.explain import Explanation, explain_break
from recon.settings import Settings
from recon.warehouse.connect import connect


def explain_date(settings: Settings, system_date: date, wanted: str) -> Explanation:
    """Explain a break of that night. Its warehouse is made again, from the inputs of its last
    evaluation, in a temporary place; nothing in the home is touched, and no lock is needed.

    Raises UsageError for a night that was not evaluated, and for an id that it does not have.
    """
    home = settings.home
    run = last_run(read_runs(home), system_date)
    if run is None:
        raise UsageError(
            expected="a date that was evaluated",
            seen=str(system_date),
            where=str(home / "runs"),
            next_step=f"run `recon run --date {system_date}` first",
        )
    archive = Archive(settings.archive)
    inputs = read_inputs(settings, archive, system_date, archived_ready(archive, system_date), run)
    with tempfile.TemporaryDirectory() as place:
        warehouse = Path(place) / WAREHOUSE
        build(inputs, choose_start(inputs), warehouse)
        with connect(warehouse, read_only=True) as connection:
            return explain_break(connection, home, wanted)
