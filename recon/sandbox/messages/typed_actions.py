"""The `details` of corporate actions: takes one action's legs, gives what every leg repeats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from recon.sandbox.books.exact import EXACT, half_up, plain, times
from recon.sandbox.books.model import Event, Payload

_ENTITLEMENT = re.compile(r"DIV @ ([0-9.]+), Pos QTY: (-?[0-9.]+), Rec Date: ([0-9-]+)")
_SPLIT = re.compile(r"From QTY:(-?[0-9.]+), To QTY:(-?[0-9.]+)")
_MERGER = re.compile(r"Merger ([0-9.]+) (\S+) (?:and \$([0-9.]+) )?for 1 (\S+)")
_CASH_MERGER = re.compile(r"Cash Merger \$([0-9.]+) per share")
_RENAME = re.compile(r"Name Change from (\S+) to (\S+)")
_RATE_PLACES = 6


class UntoldError(ValueError):
    """A description that does not say the terms of its action."""


@dataclass(frozen=True)
class Legs:
    """A leg, all legs of its action for its account and for everybody, as published; and the
    CUSIP of each symbol."""

    event: Event
    all: tuple[Payload, ...]
    everybody: tuple[Payload, ...]
    cusips: Mapping[str, str]

    @property
    def text(self) -> str:
        """The leg's legacy description."""
        return str(self.event.payload["description"])

    def matched(self, pattern: re.Pattern[str]) -> tuple[str, ...]:
        """What the description says. Raises UntoldError where it says nothing of the kind."""
        found = pattern.search(self.text)
        if found is None:
            raise UntoldError(self.text)
        return found.groups(default="")

    def total(self, name: str, *, added: bool) -> Decimal:
        """The sum of the amounts under that name that are added, or of those taken away."""
        amounts = (leg[name] for leg in self.all)
        chosen = [each for each in amounts if isinstance(each, Decimal) and (each > 0) == added]
        return abs(sum(chosen, Decimal(0)))

    def date(self) -> str:
        """The system date."""
        return self.event.system_date.isoformat()


def subject_of(event: Event) -> str:
    """The symbol that the action is about: the old one where it ends."""
    payload: dict[str, Any] = event.payload
    for pattern, place in ((_MERGER, 4), (_RENAME, 1)):
        if found := pattern.search(str(payload["description"])):
            return found.group(place)
    return str(payload["symbol"])


def _cash_dividend(legs: Legs) -> Payload:
    rate, qty, recorded = legs.matched(_ENTITLEMENT)
    paid = times(Decimal(rate), Decimal(qty))
    more = {"entitled_qty": qty, "cash_payout": plain(paid), "foreign": False, "special": False}
    return _security(legs) | {"rate": rate, **more, **_dates(legs, recorded)}


def _stock_dividend(legs: Legs) -> Payload:
    rate, qty, recorded = legs.matched(_ENTITLEMENT)
    paid = legs.total("qty", added=True)
    quantities = {"paid_qty": plain(paid), "new_qty": plain(Decimal(qty) + paid)}
    told = {"rate": rate, "entitled_qty": qty} | quantities
    return _security(legs) | told | _dates(legs, recorded)


def _split(legs: Legs) -> Payload:
    gone_qty, new_qty = legs.matched(_SPLIT)
    cusips = {str(leg.get("cusip", "")): str(leg["description"]) for leg in legs.all}
    added = [cusip for cusip, text in cusips.items() if text.startswith("ADD")]
    gone = [cusip for cusip in cusips if cusip not in added]
    told = {
        "symbol": legs.event.payload["symbol"],
        "old_qty": plain(-Decimal(gone_qty)),  # of a short holder both are negative
        "new_qty": new_qty,
        "old_cusip": (gone or added)[0],
        "new_cusip": (added or gone)[0],
        "position_date": legs.date(),
        "payable_date": legs.date(),
    }
    return told | _split_rates(legs)


def _split_rates(legs: Legs) -> Payload:
    """New for old as most holders have it, one of the two being 1."""
    found = (_SPLIT.search(str(leg["description"])) for leg in legs.everybody)
    pairs = [tuple(abs(Decimal(qty)) for qty in each.groups()) for each in found if each]
    grows = pairs[0][1] > pairs[0][0]
    rates = Counter(_quotient(new, old) if grows else _quotient(old, new) for old, new in pairs)
    rate = plain(rates.most_common(1)[0][0])
    return {"old_rate": "1", "new_rate": rate} if grows else {"old_rate": rate, "new_rate": "1"}


def _quotient(larger: Decimal, smaller: Decimal) -> Decimal:
    return half_up(EXACT.divide(larger, smaller), _RATE_PLACES)


def _cash_merger(legs: Legs) -> Payload:
    (rate,) = legs.matched(_CASH_MERGER)
    symbol = str(legs.event.payload["symbol"])
    paid = {"cash_rate": rate, "cash_payout": plain(legs.total("net_amount", added=True))}
    return _merger(legs, symbol) | paid


def _stock_merger(legs: Legs) -> Payload:
    rate, into, cash_rate, symbol = legs.matched(_MERGER)
    told = _merger(legs, symbol) | {
        "acquiree_rate": "1",
        "acquirer_rate": rate,
        "acquirer_symbol": into,
        "acquirer_cusip": legs.cusips.get(into, ""),
        "acquirer_qty": plain(legs.total("qty", added=True)),
    }
    if not cash_rate:
        return told
    paid = plain(legs.total("net_amount", added=True))
    return told | {"cash_rate": cash_rate, "cash_payout": paid}


def _merger(legs: Legs, symbol: str) -> Payload:
    return {
        "acquiree_symbol": symbol,
        "acquiree_cusip": legs.cusips.get(symbol, ""),
        "acquiree_qty": plain(legs.total("qty", added=False)),
        "effective_date": legs.date(),
        "payable_date": legs.date(),
        "position_date": legs.date(),
    }


def _rename(legs: Legs) -> Payload:
    old, new = legs.matched(_RENAME)
    cusip = legs.event.payload.get("cusip", "")
    qty = max(legs.total("qty", added=True), legs.total("qty", added=False))
    told = {"old_symbol": old, "new_symbol": new, "old_cusip": cusip, "new_cusip": cusip}
    return told | {"position_qty": plain(qty), "position_date": legs.date()}


def _worthless(legs: Legs) -> Payload:
    removed = plain(legs.total("qty", added=False))
    return _security(legs) | {"removed_qty": removed, "position_date": legs.date()}


def _security(legs: Legs) -> Payload:
    return {"symbol": legs.event.payload["symbol"], "cusip": legs.event.payload.get("cusip", "")}


def _dates(legs: Legs, recorded: str) -> Payload:
    return {"position_date": recorded, "record_date": recorded, "payable_date": legs.date()}


ACTIONS: Mapping[tuple[str, str], Callable[[Legs], Payload]] = {
    ("DIV", "CDIV"): _cash_dividend,
    ("DIV", "SDIV"): _stock_dividend,
    ("SPLIT", "FSPLIT"): _split,
    ("SPLIT", "RSPLIT"): _split,
    ("MA", "CMA"): _cash_merger,
    ("MA", "SMA"): _stock_merger,
    ("MA", "SCMA"): _stock_merger,
    ("NC", "SNC"): _rename,
    ("REORG", "WRM"): _worthless,
}
