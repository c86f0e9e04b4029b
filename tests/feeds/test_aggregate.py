"""The broker's totals per security, over real HTTP: a whole JSON array, or no statement."""

from __future__ import annotations

from datetime import date

import pytest

from recon.errors import BrokerRefused, IncompleteError
from recon.feeds.statements import read_aggregate
from tests.feeds.conftest import Connect
from tests.feeds.desk import answering

DAY = date(2026, 6, 15)
# The example of the published schema.
ANSWER = (
    '[ {"asset_type":"us_equity", "closing_price":"148.4700","cusip":"037833100",'
    '"long_market_value":"148.4700","long_qty":"1","num_accounts":"1",\n'
    '"short_market_value":"0","short_qty":"0","symbol":"AAPL"} ]'
)


@pytest.mark.parametrize("answer", [ANSWER, "[]"])
def test_the_answer_is_given_as_its_exact_text(connect: Connect, answer: str) -> None:
    """The date is asked for, the firm's accounts are left as the broker counts them."""
    with answering(lambda number, path: (200, answer, {})) as desk:
        assert read_aggregate(connect(desk.url), DAY) == answer
    assert desk.paths == ["/v1/reporting/eod/aggregate_positions?date=2026-06-15"]


@pytest.mark.parametrize("answer", [ANSWER[:-1], "", "{}", "null", "[1]", "[[]]", "[" * 100_000])
def test_what_is_no_whole_array_of_objects_is_incomplete(connect: Connect, answer: str) -> None:
    """A cut answer would leave securities out, which reads as zero."""
    with answering(lambda number, path: (200, answer, {})) as desk:
        broker = connect(desk.url)
        with pytest.raises(IncompleteError, match="array of objects") as raised:
            read_aggregate(broker, DAY)
    assert "2026-06-15" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("status", [403, 404])
def test_a_key_that_may_not_read_it_is_refused(connect: Connect, status: int) -> None:
    """The caller decides what that means for its night."""
    with answering(lambda number, path: (status, "{}", {})) as desk:
        broker = connect(desk.url)
        with pytest.raises(BrokerRefused, match=f"HTTP {status}"):
            read_aggregate(broker, DAY)
    assert len(desk.paths) == 1
