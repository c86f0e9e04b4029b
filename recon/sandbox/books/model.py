"""What books are made of: accounts, events and closing positions. Data only."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.assets import Asset
from recon.sandbox.books.exact import encode
from recon.sandbox.books.orders import Trade

Payload = dict[str, object]


@dataclass(frozen=True)
class Account:
    """An account on the broker's books; tax_rate is the percent withheld from its dividends.

    `blocked_on` is the system date on which its trading is blocked, `closed_on` the one on which
    it is closed; None where that does not happen.
    """

    account_id: str
    number: str
    is_firm: bool = False
    tax_country: str = ""
    tax_rate: Decimal = Decimal(0)
    blocked_on: datetime.date | None = None
    closed_on: datetime.date | None = None

    @property
    def is_trader(self) -> bool:
        """Whether it is a customer's that stays open and free to trade."""
        return not self.is_firm and self.blocked_on is None and self.closed_on is None


@dataclass(frozen=True)
class Event:
    """One event as published.

    `published` and `at` are UTC nanoseconds; history is served in the order of `published`,
    windows filter on `at`. `raw`, where given, is sent instead of the payload's JSON. `fact` is
    what happened, from which the payload is printed; None where the message is of a state, or a
    sample.
    """

    published: int
    at: int
    event_id: str
    account_id: str
    system_date: datetime.date
    payload: Payload
    raw: str = ""
    fact: Activity | Trade | None = None

    @property
    def text(self) -> str:
        """The JSON text that goes over the wire."""
        return self.raw or encode(self.payload)


@dataclass(frozen=True)
class Position:
    """A closing position: signed quantity, signed cost in dollars, closing prices per unit. `edits`
    are fields that the statement prints otherwise."""

    asset: Asset
    qty: Decimal
    cost: Decimal
    price: Decimal
    previous_price: Decimal
    edits: Payload = field(default_factory=dict)


@dataclass(frozen=True)
class Closing:
    """One system date's closing books: positions and cash in dollars by account id.

    The broker knows no account that has no cash here; of a `stale` one it still tells the
    balance of the date before. `aggregate_excess` says by how many shares the broker's total of a
    symbol is too long, `balance_edits` which fields of an account's balance are printed otherwise.
    """

    positions: Mapping[str, tuple[Position, ...]]
    cash: Mapping[str, Decimal]
    stale: frozenset[str] = frozenset()
    aggregate_excess: Mapping[str, Decimal] = field(default_factory=dict)
    balance_edits: Mapping[str, Payload] = field(default_factory=dict)


@dataclass(frozen=True)
class Books:
    """A broker's books over some system dates: what it publishes, and what is true.

    Events are in the order of publication. `closings` comes from the books' own model, never
    from adding up the events. `lifecycle` has the events of the streams that move nothing, by
    the sandbox's name of the stream. The typed activities are printed from the facts of `trades`
    and `activities`, but for what `typed_edits` says by the activity's `ref_id`: other fields, or
    None where it is left out.
    """

    seed: int
    accounts: tuple[Account, ...]
    trades: tuple[Event, ...]
    activities: tuple[Event, ...]
    system: tuple[Event, ...]
    closings: Mapping[datetime.date, Closing]
    lifecycle: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)
    typed_edits: Mapping[str, Payload | None] = field(default_factory=dict)
    assets: tuple[Asset, ...] = ()
