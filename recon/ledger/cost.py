"""What each movement does to the cost of its position: a pure function over ordered movements.

Takes the movements of one account and symbol after another, oldest first; gives the change of
cost of each, in the account's currency, nine decimals, halves away from zero. Cost carries the
sign of its quantity: a short position has a negative cost. What takes a position to zero takes
all its cost; where a leg's own price does not, `rest` is what it left.

Methods: `average` takes out the weighted average, as the broker's avg_entry_price does within a
day; `compressed_fifo` takes out the oldest lots first, after all that a day bought became one lot
at its average, as the broker's avg_entry_price does from the next morning on (its "Position Average
Entry Price Calculation").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from recon.ledger.position import Cost, HeldLot, Movement, Position

METHODS = ("average", "compressed_fifo")


def costs(movements: Iterable[Movement], method: str = "average") -> Iterator[Cost]:
    """The cost of each movement, in their order, but for `compressed_fifo` the buys of a day before
    its sales. Raises ValueError for an unknown method or rule.

    The movements of an account and symbol must stand together; only one position is kept at a time.
    """
    for _, _, made in _by_day(movements, method):
        yield from made


def lots(movements: Iterable[Movement], method: str) -> Iterator[HeldLot]:
    """The lots that each position ends a day with on which it moved, oldest first; by the average
    there are none. The rest is as for `costs`."""
    for position, last, _ in _by_day(movements, method):
        sign = -1 if position.qty.is_signed() else 1
        for place, lot in enumerate(position.lots, start=1):
            yield HeldLot(
                last.account_id, last.symbol, last.system_date, place, sign * lot.qty, lot.cost
            )


def _by_day(
    movements: Iterable[Movement], method: str
) -> Iterator[tuple[Position, Movement, list[Cost]]]:
    """Each position after each of its days, the last movement of the day, and the day's costs."""
    if method not in METHODS:
        raise ValueError(f"expected one of {', '.join(METHODS)}; saw {method!r}")
    for _, held in groupby(movements, attrgetter("account_id", "symbol")):
        position = Position(method)
        for _, group in groupby(held, attrgetter("system_date")):
            day = list(group)
            made = _compressed(position, day) if method == "compressed_fifo" else None
            yield position, day[-1], list(made or map(position.apply, day))


def _compressed(position: Position, day: list[Movement]) -> Iterator[Cost]:
    """From the first trade of the day on, first the trades that add to the position."""
    first = next((n for n, each in enumerate(day) if each.rule == "trade"), len(day))
    yield from map(position.apply, day[:first])
    adds = (position.qty or day[first].qty).is_signed() if day[first:] else False
    added_first = sorted(
        day[first:], key=lambda each: each.rule != "trade" or each.qty.is_signed() != adds
    )
    yield from map(position.apply, added_first)
