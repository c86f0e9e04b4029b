"""Every rule over books that no broker would send: it judges them, or says that it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pytest

from recon.archive.archive import Archive
from recon.archive.intake import Intake
from recon.archive.manifest import read_manifest
from recon.feeds.broker import StreamEnd
from recon.feeds.streams import ARCHIVED
from recon.ledger.post import post_night
from recon.rules.catalog import find_rules
from recon.rules.header import ITSELF
from recon.rules.run import ONE_ROW_EACH, run_rules
from recon.rules.verdicts import VERDICTS
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_coverage, load_events, show_night
from tests.ledger.making import WHOLE
from tests.rules.fuzzed import NIGHT, fuzzed

INGESTED = StreamEnd("ingested", 0, 0, 0, ())
NIGHTS = ((1, None), (2, date(2026, 6, 15)), (4, None))
HUGE_SEEDS = (5, 6)
AGAINST_THE_CONTRACT = """
select rule, subject, verdict, due_date from verdicts
where subject is null or verdict is null or verdict not in $verdicts
    or (verdict = 'pending' and due_date is null)
union all
select rule, subject, account_id, null from verdicts
group by rule, subject, account_id, symbol having count(*) > 1
"""


@contextmanager
def judged(
    archive: Path, seed: int, after: date | None, *, huge: bool
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The verdicts of every rule over the books of that seed."""
    for stream, texts in fuzzed(seed, huge=huge).items():
        intake = Intake(Archive(archive, "2026-06-30T06:00:00Z"), ARCHIVED[stream], WHOLE)
        intake.take(texts)
        intake.record(INGESTED)
    with connect(MEMORY) as connection:
        load_events(connection, archive, read_manifest(archive))
        needs = [(stream, WHOLE.since, WHOLE.until, True) for stream in ARCHIVED]
        load_coverage(connection, needs)
        show_night(connection, NIGHT, after)
        post_night(connection, NIGHT)
        run_rules(connection, find_rules(), NIGHT)
        yield connection


@pytest.mark.parametrize(("seed", "after"), NIGHTS)
def test_every_rule_judges_odd_books(seed: int, after: date | None, tmp_path: Path) -> None:
    """However odd: each thing has one subject and one verdict, and no rule fails."""
    with judged(tmp_path, seed, after, huge=False) as night:
        assert night.execute("from verdicts where subject = ?", [ITSELF]).fetchall() == []
        rows = night.execute(AGAINST_THE_CONTRACT, {"verdicts": list(VERDICTS)}).fetchall()
        assert rows == []
        counts = night.execute("select count(distinct rule), count(*) from verdicts").fetchall()
        assert counts[0][0] > 65
        assert counts[0][1] > 1000


@pytest.mark.parametrize("seed", HUGE_SEEDS)
def test_a_number_too_big_for_a_rule_is_a_break_of_that_rule(seed: int, tmp_path: Path) -> None:
    """The others go on, and none gives a subject twice."""
    with judged(tmp_path, seed, None, huge=True) as night:
        failed = night.execute(
            "select verdict, severity, expected from verdicts where subject = ?", [ITSELF]
        ).fetchall()
        assert {(verdict, severity) for verdict, severity, _ in failed} <= {("break", "S0")}
        assert ONE_ROW_EACH not in {expected for _, _, expected in failed}
        rows = night.execute(AGAINST_THE_CONTRACT, {"verdicts": list(VERDICTS)}).fetchall()
        assert rows == []
