"""Equal days of a large broker, made one by one, so that nights can be measured on long histories.

Each account buys one share at 10 fifty times a day, five times each of ten symbols, from cash that
came on the first day. Beside that: BROKEN orders of the second day say that
they were filled twice and were filled once; a split's first leg waits for its second for ever; and
each day busts one execution of the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from recon.calendar import sessions
from recon.sandbox.books.activities import Activity
from recon.sandbox.books.assets import Asset
from recon.sandbox.books.causes import Note
from recon.sandbox.books.clock import eastern
from recon.sandbox.books.exact import plain
from recon.sandbox.books.identity import ulid
from recon.sandbox.messages.activities import activity_payload
from recon.sandbox.messages.ready import system_payload
from tests.nightly.longbooks import DAYS, PLAIN, activity, trade

ACCOUNT_FILLS, SYMBOLS, DEPOSIT, PRICE = 50, 10, 1_000_000, 10
BROKEN, SPLIT = 20, 45  # accounts of the broken orders, and the one of the split
DAY, NEXT = str(DAYS[0]), str(DAYS[1])


@dataclass(frozen=True)
class Day:
    """The texts of one day, by stream; the broker was ready with the one before on `since`."""

    since: date
    system_date: date
    trades: list[str]
    nta: list[str]
    system: list[str]
    positions: list[str]
    cash: list[str]


class History:
    """Days of so many executions each, from the first session of June 2026 on."""

    def __init__(self, executions: int) -> None:
        self.accounts = executions // ACCOUNT_FILLS
        self.days = [day for day in sessions() if day >= DAYS[0]]
        self.published = 0

    def day(self, number: int) -> Day:
        """The texts of that day; the first is 1."""
        trades = [text for place in range(self.accounts) for text in self._fills(number, place)]
        busts = [self._bust(number)] if number > 1 else []
        return Day(
            since=self._since(number),
            system_date=self.days[number - 1],
            trades=[*busts, *trades],
            nta=list(self._activities(number)),
            system=list(self._signals(number)),
            positions=self._positions(number),
            cash=[self._cash(number, place) for place in range(self.accounts)],
        )

    def _since(self, number: int) -> date:
        """The day that follows the session before; events of a weekend would be of this one."""
        return self.days[number - 2] + timedelta(days=1) if number > 1 else self.days[0]

    def _fills(self, number: int, place: int) -> Iterator[str]:
        """The buys of an account, each with the position after it."""
        for fill in range(ACCOUNT_FILLS):
            identity, symbol = f"X-{number}-{place}-{fill}", fill % SYMBOLS
            held = self._held(number, place, symbol) - ACCOUNT_FILLS // SYMBOLS
            held += fill // SYMBOLS + 1
            twice = number == 2 and fill == 0 and place < BROKEN
            values = (identity, symbol, held, "2" if twice else "1")
            yield self._trade(FILL, number, place, *values)

    def _trade(self, template: str, number: int, place: int, *values: object) -> str:
        identity, symbol, held, filled = values
        text = template.replace("EXECUTION", str(identity)).replace("SYMBOL", f"S{symbol}")
        text = text.replace('"777"', f'"{held}"').replace('"888"', f'"{filled}"')
        return self._dated(text.replace(PLAIN, f"A{place}"), number)

    def _bust(self, number: int) -> str:
        """The first execution of the first day in an account of its own each day."""
        place, symbol = self._busted(number)
        text = BUST.replace("TARGET", f"X-1-{place}-0")
        held = self._held(number, place, symbol) - ACCOUNT_FILLS // SYMBOLS
        return self._trade(text, number, place, f"X-BUST-{number}", symbol, held, "0")

    def _busted(self, number: int) -> tuple[int, int]:
        return BROKEN + number, 0

    def _held(self, number: int, place: int, symbol: int) -> int:
        """Shares at the end of a day."""
        busted = any((place, symbol) == self._busted(day) for day in range(2, number + 1))
        given = 5 * (number > 1 and (place, symbol) == (SPLIT, 0))
        return number * ACCOUNT_FILLS // SYMBOLS - busted - given

    def _activities(self, number: int) -> Iterator[str]:
        for place in range(self.accounts if number == 1 else 0):
            text = DEPOSITED.replace(PLAIN, f"A{place}").replace("DEPOSIT", f"D-{place}")
            yield self._dated(text, number)
        if number == 2:
            yield self._dated(WAITING.replace(PLAIN, f"A{SPLIT}"), number)

    def _signals(self, number: int) -> Iterator[str]:
        day = self.days[number - 1]
        for kind in ("positions", "balances"):
            at = eastern(day, "23:59") + 6_000_000_000_000
            yield json.dumps(system_payload(kind, at, day) | {"event_id": self._ulid(number)})

    def _positions(self, number: int) -> list[str]:
        """The pages of the statement, a hundred accounts each."""
        pages = range(0, self.accounts, 100)
        return [
            self._page(number, range(first, min(first + 100, self.accounts))) for first in pages
        ]

    def _page(self, number: int, places: range) -> str:
        held = {
            f"A{place}": [
                _line(f"S{symbol}", self._held(number, place, symbol)) for symbol in range(SYMBOLS)
            ]
            for place in places
        }
        return json.dumps({"asof": str(self.days[number - 1]), "positions": held})

    def _cash(self, number: int, place: int) -> str:
        shares = sum(self._held(number, place, symbol) for symbol in range(SYMBOLS))
        shares += 5 * (number > 1 and place == SPLIT)  # were bought, and went without cash
        values = {"id": f"A{place}", "balance_asof": str(self.days[number - 1]), "currency": "USD"}
        return json.dumps(values | {"last_cash": str(DEPOSIT - PRICE * shares), "status": "ACTIVE"})

    def _dated(self, text: str, number: int) -> str:
        """The template with the dates of that day and an id of its own."""
        day, following = str(self.days[number - 1]), str(self.days[number])
        text = text.replace(NEXT, "NEXT").replace(DAY, day).replace("NEXT", following)
        return text.replace("ULID", self._ulid(number))

    def _ulid(self, number: int) -> str:
        self.published += 1
        return ulid(eastern(self.days[number - 1], "10:00") // 1_000_000, self.published)


def _line(symbol: str, qty: int) -> dict[str, str]:
    """A position at the average price of 10."""
    return {
        "asset_id": f"asset-{symbol}", "symbol": symbol, "asset_class": "us_equity",
        "qty": str(qty), "side": "long", "avg_entry_price": str(PRICE),
        "market_value": str(PRICE * qty), "cost_basis": str(PRICE * qty),
        "current_price": str(PRICE),
    }  # fmt: skip


def _template(payload: dict[str, object], cursor: str) -> str:
    return json.dumps(payload | {cursor: "ULID"}, default=plain).replace("AAA", "SYMBOL")


FILL = _template(
    trade(1, PLAIN, "EXECUTION", "buy", ("1", "10"), "777", filled="888").payload, "event_id"
)
BUST = _template(
    trade(1, PLAIN, "EXECUTION", "buy", ("-1", "10"), "777", "trade_bust", "TARGET", "888").payload,
    "event_id",
)
DEPOSITED = _template(activity(1, PLAIN, "DEPOSIT", "CSD", "", str(DEPOSIT)).payload, "event_ulid")
GIVEN = Activity(
    "N-SPLIT", PLAIN, eastern(DAYS[0], "09:00"), DAYS[0], DAYS[0], "SPLIT", "FSPLIT",
    qty=Decimal(-5), price=Decimal(10),
    asset=Asset("S0", "S0", "", "asset-S0", "us_equity", "NASDAQ", 1, ()),
    cause=Note("Forward split, 1 old share for 2 new"),
)  # fmt: skip
WAITING = _template(activity_payload(GIVEN), "event_ulid")
