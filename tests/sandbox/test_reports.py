from __future__ import annotations

import datetime
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from recon.sandbox.faults.catalog import FAULTS
from recon.sandbox.messages.samples import sample_books
from recon.sandbox.wire.server import Sandbox
from tests.sandbox.client import (
    BOOKS,
    DAY_2,
    NTA,
    POSITIONS,
    SYSTEM,
    TRADES,
    get,
    refusal,
)

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


def test_positions_come_in_pages_of_accounts(broker: Sandbox) -> None:
    """All pages together are the closing; accounts without positions are left out."""
    pages: dict[str, list[dict[str, str]]] = {}
    token: str | None = ""
    while token is not None:
        extra = f"&page_token={quote(token)}" if token else ""
        answer = get(broker.url, f"{POSITIONS}?asof=2026-06-23&limit=3{extra}")
        page = json.loads(answer.body)
        assert page["asof"] == "2026-06-23"
        assert 1 <= len(page["positions"]) <= 3
        pages |= page["positions"]
        token = page["next_page_token"]
    closing = BOOKS.closings[datetime.date(2026, 6, 23)]
    expected = {
        account_id: [(line.asset.symbol, line.qty) for line in lines]
        for account_id, lines in closing.positions.items()
    }
    assert {
        account_id: [(line["symbol"], type(closing_qty)(line["qty"]))
                     for line, (_, closing_qty) in zip(lines, expected[account_id], strict=True)]
        for account_id, lines in pages.items()
    } == expected  # fmt: skip


def test_positions_can_be_asked_for_one_account(broker: Sandbox) -> None:
    """The account_id filter."""
    account_id = BOOKS.accounts[3].account_id
    page = json.loads(get(broker.url, f"{POSITIONS}?account_id={account_id}").body)
    assert list(page["positions"]) == [account_id]


def test_balances_are_of_the_last_published_date() -> None:
    """last_cash with its balance_asof, as strings, and the rate limit headers."""
    account = BOOKS.accounts[1]
    with Sandbox(BOOKS, as_of=DAY_2) as broker:
        answer = get(broker.url, f"/v1/trading/accounts/{account.account_id}/account")
    payload = json.loads(answer.body)
    cash = BOOKS.closings[DAY_2].cash[account.account_id]
    assert (payload["balance_asof"], payload["currency"]) == ("2026-06-16", "USD")
    assert type(cash)(payload["last_cash"]) == cash
    assert payload["account_number"] == account.number
    for name in ("Limit", "Remaining", "Reset"):
        assert int(answer.headers[f"X-RateLimit-{name}"]) > 0


def test_an_account_left_out_of_the_statement_is_not_found() -> None:
    """Neither its positions nor its balance."""
    planted = FAULTS["statement_account_missing"].plant(BOOKS, frozenset())
    with Sandbox(planted.books) as broker:
        positions = json.loads(get(broker.url, POSITIONS).body)["positions"]
        answer = get(broker.url, f"/v1/trading/accounts/{planted.account_id}/account")
    assert planted.account_id not in positions
    assert refusal(answer) == 404


def test_a_balance_can_be_of_an_older_date() -> None:
    """As where one account's beginning-of-day sync has not happened; positions are there."""
    planted = FAULTS["balance_not_updated"].plant(BOOKS, frozenset())
    with Sandbox(planted.books) as broker:
        positions = json.loads(get(broker.url, POSITIONS).body)["positions"]
        answer = get(broker.url, f"/v1/trading/accounts/{planted.account_id}/account")
    assert planted.account_id in positions
    payload = json.loads(answer.body)
    assert payload["balance_asof"] == "2026-06-18"
    cash = BOOKS.closings[datetime.date(2026, 6, 18)].cash[planted.account_id]
    assert type(cash)(payload["last_cash"]) == cash


@pytest.mark.parametrize(
    ("path", "file"),
    [(TRADES, "trades_v2.ndjson"), (NTA, "nta.ndjson"), (SYSTEM, "system.ndjson")],
)
def test_the_documented_samples_are_replayed_byte_for_byte(path: str, file: str) -> None:
    """In the order of their files, placeholders and all."""
    extra = "&include_preprocessing=true" if path == NTA else ""
    with Sandbox(sample_books(SAMPLES)) as broker:
        answer = get(broker.url, f"{path}?since=2020-01-01&until=2026-06-01{extra}")
        statement = json.loads(get(broker.url, POSITIONS).body)
    body = "".join(f"{text}\n" for text in answer.events).encode()
    assert body == (SAMPLES / file).read_bytes()
    assert statement == {"asof": "2026-01-05", "next_page_token": None, "positions": {}}
