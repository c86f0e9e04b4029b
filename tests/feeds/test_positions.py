"""The positions at the end of a day, over real HTTP: pages to their end, or no statement."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from recon.errors import BrokerRefused, IncompleteError
from recon.feeds.statements import read_positions
from tests.feeds.conftest import Connect
from tests.feeds.desk import Desk, answering

DAY = date(2026, 6, 15)


def _page(accounts: list[str], token: str, asof: str = "2026-06-15") -> str:
    positions = ", ".join(f'"{account}": [{{"qty": "1.50"}}]' for account in accounts)
    return f'{{"asof":"{asof}",  "next_page_token":{token}, "positions":{{{positions}}}}}'


def _queries(desk: Desk) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(path).query) for path in desk.paths]


def test_every_page_is_read_in_order_with_its_date_and_exact_text(connect: Connect) -> None:
    """Without the date a page could come from another day's statement."""
    pages = [_page(["a", "b"], '"MQ=="'), _page(["c", "d"], '"Mg=="'), _page([], "null")]
    with answering(lambda number, path: (200, pages[number - 1], {})) as desk:
        assert list(read_positions(connect(desk.url), DAY, accounts_per_page=2)) == pages
    first = {"asof": ["2026-06-15"], "limit": ["2"]}
    assert _queries(desk) == [
        first,
        {**first, "page_token": ["MQ=="]},
        {**first, "page_token": ["Mg=="]},
    ]
    assert {urlsplit(path).path for path in desk.paths} == {"/v1/reporting/eod/positions"}


@pytest.mark.parametrize(
    ("second", "seen"),
    [
        (_page(["b"], "null", asof="2026-06-16"), "2026-06-16"),
        (_page(["b"], '"again"'), "'again' twice"),
        (_page(["b"], "7"), "another shape"),
        ('{"asof":"2026-06-15","next_page_token":null}', "another shape"),
        ('{"asof":"2026-06-15","positions":{"b":[]}}', "none"),
        ('{"asof":"2026-06-15","positions":{"b":', "characters"),
        ("[]", "characters"),
        ("[" * 100_000, "characters"),
    ],
)
def test_pages_that_do_not_prove_the_whole_day_are_incomplete(
    connect: Connect, second: str, seen: str
) -> None:
    """Another day, a circle of pages, another shape, a full page that names no successor, a cut."""
    pages = [_page(["a"], '"again"'), second]
    with answering(lambda number, path: (200, pages[number - 1], {})) as desk:
        broker = connect(desk.url)
        with pytest.raises(IncompleteError) as raised:
            list(read_positions(broker, DAY, accounts_per_page=1))
    assert seen in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_page_without_a_token_is_the_last_if_it_is_not_full(connect: Connect) -> None:
    """A broker may leave an empty field out."""
    page = '{"asof":"2026-06-15","positions":{"a":[]}}'
    with answering(lambda number, path: (200, page, {})) as desk:
        assert list(read_positions(connect(desk.url), DAY)) == [page]


def test_pages_without_end_have_a_limit(connect: Connect) -> None:
    """Ever new tokens would keep the night from ending."""
    with answering(lambda number, path: (200, _page(["a"], f'"{number}"'), {})) as desk:
        broker = connect(desk.url)
        with pytest.raises(IncompleteError, match="within 5 pages"):
            list(read_positions(broker, DAY, pages_max=5))
    assert len(desk.paths) == 5


def test_a_day_that_the_broker_does_not_serve_any_more_is_incomplete(connect: Connect) -> None:
    """It answers 422, and has only its last trading day."""
    with answering(lambda number, path: (422, '{"message":"asof"}', {})) as desk:
        broker = connect(desk.url)
        with pytest.raises(IncompleteError, match="last trading day"):
            list(read_positions(broker, DAY))
    assert len(desk.paths) == 1


def test_a_refused_statement_stays_a_refusal(connect: Connect) -> None:
    """A wrong key is no incomplete day."""
    with answering(lambda number, path: (401, "{}", {})) as desk:
        broker = connect(desk.url)
        with pytest.raises(BrokerRefused):
            list(read_positions(broker, DAY))
