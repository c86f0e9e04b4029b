"""The user's own rates of fees: a CSV, archived when it changes, bad files named by line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pendulum
import pytest

from recon.archive.archive import Archive
from recon.archive.fee_rates import archive_fee_rates
from recon.archive.manifest import read_manifest
from recon.errors import ExitCode, UsageError
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events
from recon.window import as_z

NOW = pendulum.datetime(2026, 6, 16, 6)
HEAD = "fee,asset_class,since,until,rate,per,cap,min_price,source,certainty\n"
TAF = "TAF,us_equity,2026-01-01,,0.0001,share,5,0.0001,our contract,agreed\n"
OPTION = "TAF,us_option,2026-01-01,,0.002,contract,,,our contract,agreed\n"
TRADED = "".join(OPTION.replace("TAF", fee) for fee in ("ORF", "OCC", "CAT"))
REG = "REG,*,2026-01-01,2027-01-01,10.5,million_usd,,,our contract,disputed\n"


def written(folder: Path, text: str) -> Path:
    """A file of that text."""
    file = folder / "rates.csv"
    file.write_text(text, encoding="utf-8")
    return file


def shown(archive: Path) -> list[tuple[object, ...]]:
    """The user's rows of the table that the fees are worked out with."""
    with connect(MEMORY) as connection:
        load_events(connection, archive, read_manifest(archive))
        return connection.execute(
            "select line, fee, asset_class, since::varchar, until::varchar, plain(rate), per,"
            " plain(cap), file, sha256 from events.fee_rates where line is not null order by line"
        ).fetchall()


def test_the_last_file_holds_and_is_archived_when_it_changes(tmp_path: Path) -> None:
    """With its name and hash; the header alone takes the own rates back."""
    archive = tmp_path / "archive"
    file = written(tmp_path, HEAD + TAF + REG)
    assert archive_fee_rates(Archive(archive, as_z(NOW)), file)
    assert not archive_fee_rates(Archive(archive, as_z(NOW)), file)
    known = ("rates.csv", hashlib.sha256((HEAD + TAF + REG).encode()).hexdigest())
    assert shown(archive) == [
        (2, "TAF", "us_equity", "2026-01-01", None, "0.0001", "share", "5", *known),
        (3, "REG", "*", "2026-01-01", "2027-01-01", "10.5", "million_usd", None, *known),
    ]
    assert archive_fee_rates(Archive(archive, as_z(NOW)), written(tmp_path, HEAD + OPTION))
    assert [row[:3] for row in shown(archive)] == [(2, "TAF", "us_option")]
    assert archive_fee_rates(Archive(archive, as_z(NOW)), written(tmp_path, HEAD))
    assert shown(archive) == []


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1"),
        ("fee,rate\nTAF,1\n", "line 1"),
        (HEAD.replace("certainty", "colour"), "line 1"),
        (HEAD + TAF.replace("TAF", "VAT"), "line 2"),
        (HEAD + TAF.replace("share", "contract"), "line 2"),
        (HEAD + REG.replace("*", "crypto"), "line 2"),
        (HEAD + TAF.replace("TAF", "ORF"), "line 2"),
        (HEAD + TAF.replace("TAF", "OCC"), "line 2"),
        (HEAD + REG.replace("REG", "CAT"), "line 2"),
        (HEAD + TAF + OPTION.replace("2026-01-01", "2026-13-01"), "line 3"),
        (HEAD + REG.replace("2027-01-01", "2026-01-01"), "line 2"),
        (HEAD + TAF.replace("0.0001", "-0.0001", 1), "line 2"),
        (HEAD + TAF.replace("0.0001", "1e-4", 1), "line 2"),
        (HEAD + TAF.replace("0.0001", "", 1), "line 2"),
        (HEAD + TAF.replace(",5,", ",five,"), "line 2"),
        (HEAD + REG.replace("10.5", "10.1234567"), "line 2"),
        (HEAD + TAF.replace("agreed", "agreed,more"), "line 2"),
        (HEAD + TAF + TAF.replace("2026-01-01", "2026-06-01"), "line 3"),
        (HEAD + REG + REG.replace("2026-01-01", "2026-06-01").replace("10.5", "11"), "line 3"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, where: str) -> None:
    """One clear line, the exit code of a wrong setting, and nothing archived."""
    with pytest.raises(UsageError, match=where) as caught:
        archive_fee_rates(Archive(tmp_path / "archive", as_z(NOW)), written(tmp_path, text))
    assert caught.value.exit_code == ExitCode.USAGE
    assert "RECON_FEE_RATES_FILE" in str(caught.value)
    assert read_manifest(tmp_path / "archive") == []


def test_rates_may_follow_each_other_and_disputed_ones_stand_side_by_side(tmp_path: Path) -> None:
    """Half-open dates that touch do not overlap; shares and contracts are apart."""
    later = REG.replace("2026-01-01,2027-01-01", "2027-01-01,").replace("10.5", "12")
    text = HEAD + REG + REG.replace("10.5", "11") + later + TAF + OPTION + TRADED
    assert archive_fee_rates(Archive(tmp_path / "archive", as_z(NOW)), written(tmp_path, text))
    assert len(shown(tmp_path / "archive")) == 8
