"""Why a break of any night was one: from what that night's published reports were made of."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from recon.errors import UsageError
from recon.nightly.build import WAREHOUSE, build
from recon.nightly.evaluate import plan
from recon.nightly.inputs import know
from recon.nightly.run import archived_needs
from recon.nightly.run_index import last_run, read_runs
from recon.reports.explain import Explanation, explain_break
from recon.rules.catalog import find_rules, pack_hash
from recon.settings import Settings
from recon.warehouse.connect import connect


def explain_date(settings: Settings, system_date: date, wanted: str) -> Explanation:
    """Explain a break of that night. Its warehouse is made again, from what its last evaluation
    knew, in a temporary place; nothing in the home is touched, and no lock is needed.

    Raises UsageError for a night that was not evaluated, and for an id that it does not have.
    """
    home, rules = settings.home, find_rules()
    run = last_run(read_runs(home), system_date)
    if run is None:
        raise UsageError(
            expected="a date that was evaluated",
            seen=str(system_date),
            where=str(home / "runs"),
            next_step=f"run `recon run --date {system_date}` first",
        )
    knowledge = know(settings, system_date, pack_hash(rules), run)
    needed = archived_needs(settings, system_date)(knowledge.fetches, run.streams)
    with tempfile.TemporaryDirectory() as place:
        warehouse = Path(place) / WAREHOUSE
        build(home, plan(system_date, knowledge, needed, rules), warehouse)
        with connect(warehouse, read_only=True) as connection:
            return explain_break(connection, home, wanted)
