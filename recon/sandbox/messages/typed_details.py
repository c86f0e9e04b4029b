"""Non-trade activities in the typed shape: takes a legacy event, gives its typed payload.

The legacy stream tells rates and ratios in descriptions, the typed one in `details`, which every
leg of one action repeats. `asset` is left out of the legs of renames and mergers for stock: whose
symbol a leg moves then follows from its sign only.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from recon.sandbox.books.exact import plain
from recon.sandbox.books.identity import derived_uuid
from recon.sandbox.books.model import Books, Event, Payload
from recon.sandbox.messages.typed_actions import ACTIONS, Legs, UntoldError, subject_of

_WITHOUT_ASSET = {("NC", "SNC"), ("MA", "SMA")}
_SUB_TYPES = {"REORG": "WRM"}  # which the legacy stream leaves to the description


@dataclass
class Teller:
    """Tells the activities of some books in the typed shape."""

    books: Books
    assets: dict[tuple[str, str], str] = field(init=False)
    cusips: dict[str, str] = field(init=False)
    legs: dict[tuple[str, ...], list[Payload]] = field(init=False)
    everybody: dict[tuple[str, ...], list[Payload]] = field(init=False)

    def __post_init__(self) -> None:
        held = self.books.assets
        self.assets = {(asset.symbol, asset.cusip): asset.asset_id for asset in held}
        self.cusips = {asset.symbol: asset.cusip for asset in reversed(held)}
        self.legs, self.everybody = defaultdict(list), defaultdict(list)
        for event in self.books.activities:
            action = _action(event)
            self.legs[event.account_id, *action].append(event.payload)
            self.everybody[action].append(event.payload)

    def told(self, event: Event) -> Payload:
        """The typed payload; `event_id`, `ref_id` and what a cancel changes are still to come."""
        payload: dict[str, Any] = event.payload
        kind, sub_type = _kind(payload)
        typed: Payload = {
            "account_id": event.account_id,
            "at": payload["at"],
            "event_id": "",
            "activity_type": kind,
        }
        if sub_type:
            typed["activity_subtype"] = sub_type
        typed |= {
            "executed_at": payload["at"],
            "status": payload["status"],
            "settle_date": payload["settle_date"],
            "currency": "USD",
            "qty": plain(payload["qty"]),
            "price": plain(payload["price"] or Decimal(0)),
            "net_amount": plain(payload["net_amount"]),
        }
        if payload["symbol"] and (kind, sub_type) not in _WITHOUT_ASSET:
            typed["asset"] = self._asset(payload)
        return typed | {"details": self._details(event)}

    def _asset(self, payload: dict[str, Any]) -> Payload:
        symbol, cusip = payload["symbol"], payload.get("cusip", "")
        found = self.assets.get((symbol, cusip))
        asset = ({"id": found} if found else {}) | {"symbol": symbol}
        return asset | ({"cusip": cusip} if cusip else {})

    def _details(self, event: Event) -> Payload:
        payload: dict[str, Any] = event.payload
        kind = _kind(payload)
        details: Payload = {"system_date": payload["system_date"]}
        if kind in ACTIONS:
            ca_id = derived_uuid(*_action(event))
            details |= {"ca_id": ca_id, "group_id": derived_uuid(ca_id, event.account_id)}
        if "group_id" in payload:
            details["group_id"] = payload["group_id"]
        return details | (self._terms(event) if kind in ACTIONS else self._movement(event))

    def _terms(self, event: Event) -> Payload:
        """The details of a corporate action; none where its description does not tell them."""
        action = _action(event)
        legs = tuple(self.legs[event.account_id, *action])
        told = Legs(event, legs, tuple(self.everybody[action]), self.cusips)
        try:
            return ACTIONS[_kind(event.payload)](told)
        except UntoldError:
            return {}

    def _movement(self, event: Event) -> Payload:
        """The details of what is no corporate action."""
        payload: dict[str, Any] = event.payload
        kind, text = payload["entry_type"], payload["description"]
        if kind in ("JNLC", "JNLS"):
            symbol = {"symbol": payload["symbol"]} if kind == "JNLS" else {}
            return {"journal_id": journal_id(event)} | symbol
        if kind == "CSW":
            return {"bank_transaction_id": derived_uuid(payload["id"], "bank")}
        if kind != "DIVNRA":
            return {}
        _, _, terms = text.partition(" at ")
        rate, _, country = terms.partition("% for tax country ")
        parent = {"parent_id": parent} if (parent := self._dividend(event)) else {}
        told = {"symbol": payload["symbol"], "cusip": payload["cusip"]}
        return parent | told | {"tax_rate": rate, "tax_country": country.partition(";")[0]}

    def _dividend(self, event: Event) -> str:
        """The id of the dividend that the withholding is of, "" where it was never told."""
        return next(
            (
                str(other.payload["id"]) for other in self.books.activities
                if other.payload.get("entry_sub_type") == "CDIV"
                and other.account_id == event.account_id
                and other.system_date == event.system_date
                and other.payload["symbol"] == event.payload["symbol"]
            ),
            "",
        )  # fmt: skip


def journal_id(event: Event) -> str:
    """The journal of a JNLC or JNLS; a JNLS names its two accounts instead."""
    text = str(event.payload["description"])
    if text.startswith("Journal ID: "):
        return text.removeprefix("Journal ID: ")
    return derived_uuid(text, event.system_date.isoformat())


def _kind(payload: dict[str, Any]) -> tuple[str, str]:
    kind = payload["entry_type"]
    return kind, payload.get("entry_sub_type") or _SUB_TYPES.get(kind, "")


def _action(event: Event) -> tuple[str, ...]:
    """What the legs of one action have in common."""
    kind = _kind(event.payload)
    subject = subject_of(event) if kind in ACTIONS else str(event.payload["id"])
    return *kind, subject, event.system_date.isoformat()
