"""The broker's totals per security in the archive: the exact answer, and the day it is of."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from recon.archive.archive import Archive
from recon.archive.columns import parse_json
from recon.archive.coverage import is_covered
from recon.archive.manifest import read_manifest
from recon.archive.population import known_accounts
from recon.archive.read import archived
from recon.archive.statements import archive_aggregate, archive_positions
from recon.errors import BrokerRefused
from recon.feeds.statements import read_aggregate
from recon.feeds.streams import EOD_AGGREGATE
from recon.sandbox.wire.transport import TransportFault
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events
from tests.archive.conftest import DAY, Serve
from tests.archive.making import contents, texts_of, window

THE_DAY = window("2026-06-16T04:00:00Z", "2026-06-17T04:00:00Z")
SUNDAY = date(2026, 6, 14)
AT = "2026-06-17T06:00:00Z"


def test_an_answer_is_one_row_with_its_exact_text_and_the_date_asked_for(
    tmp_path: Path, serve: Serve
) -> None:
    """The array names no date, so the date stands beside it; its text stays what was sent."""
    _, broker = serve()
    archive_aggregate(broker, Archive(tmp_path, AT), DAY)
    answer = read_aggregate(broker, DAY)
    assert texts_of(tmp_path, EOD_AGGREGATE) == [answer]
    columns = ["statement_date", "lines", "malformed", "unread"]
    (row,) = archived(tmp_path, read_manifest(tmp_path), EOD_AGGREGATE.name, columns)
    assert (row["statement_date"], row["malformed"], row["unread"]) == (DAY, None, [])
    symbols = [line["symbol"] for line in parse_json(answer)]
    assert [line["symbol"] for line in parse_json(row["lines"])] == symbols
    assert len(symbols) > 3
    (fetch,) = read_manifest(tmp_path)
    assert (fetch.segments[0].first_day, fetch.segments[0].last_day) == (str(DAY), str(DAY))
    assert is_covered([fetch], EOD_AGGREGATE.name, THE_DAY)


def test_an_answer_that_did_not_change_is_not_archived_again(tmp_path: Path, serve: Serve) -> None:
    """But two days whose answers are alike are two answers."""
    _, broker = serve()
    archive_aggregate(broker, Archive(tmp_path, AT), DAY)
    before = contents(tmp_path / EOD_AGGREGATE.name)
    again = archive_aggregate(broker, Archive(tmp_path, AT), DAY)
    assert contents(tmp_path / EOD_AGGREGATE.name) == before
    assert (again.new, again.duplicates) == (0, 1)
    for day in (SUNDAY, date(2026, 6, 13)):
        assert archive_aggregate(broker, Archive(tmp_path, AT), day).new == 1
    assert texts_of(tmp_path, EOD_AGGREGATE)[1:] == ["[]", "[]"]


def test_totals_name_no_account(tmp_path: Path, serve: Serve) -> None:
    """Whom to ask for cash comes from the positions and the events alone."""
    _, broker = serve()
    archive_aggregate(broker, Archive(tmp_path, AT), DAY)
    assert known_accounts(Archive(tmp_path), DAY) == {}
    archive_positions(broker, Archive(tmp_path, AT), DAY)
    assert len(known_accounts(Archive(tmp_path), DAY)) > 5


def test_a_refused_reading_leaves_nothing(tmp_path: Path, serve: Serve) -> None:
    """The archive says what was read, not what was not given."""
    _, broker = serve(TransportFault("status", path=EOD_AGGREGATE.path, status=403))
    with pytest.raises(BrokerRefused):
        archive_aggregate(broker, Archive(tmp_path, AT), DAY)
    assert read_manifest(tmp_path) == []


def test_the_warehouse_has_the_digits_and_an_empty_answer_too(tmp_path: Path, serve: Serve) -> None:
    """A day with an empty list was read, other than a day that was never asked for."""
    _, broker = serve()
    for day in (DAY, SUNDAY):
        archive_aggregate(broker, Archive(tmp_path, AT), day)
    with connect(MEMORY) as connection:
        load_events(connection, tmp_path, read_manifest(tmp_path))
        read = connection.execute("from events.aggregate_fetches order by all").fetchall()
        lines = connection.execute(
            "select symbol, cusip, asset_type, plain(long_qty), plain(short_qty),"
            " plain(num_accounts) from events.statement_aggregate where system_date = ?"
            " order by symbol",
            [DAY],
        ).fetchall()
        others = connection.execute(
            "select count(*) from events.statement_aggregate where system_date <> ?", [DAY]
        ).fetchall()
    assert read == [(SUNDAY,), (DAY,)]
    assert others == [(0,)]
    names = ("symbol", "cusip", "asset_type", "long_qty", "short_qty", "num_accounts")
    assert lines == [
        tuple(str(line[name]) for name in names) for line in parse_json(read_answer(tmp_path))
    ]


def read_answer(archive: Path) -> str:
    """The first archived answer."""
    return texts_of(archive, EOD_AGGREGATE)[0]
