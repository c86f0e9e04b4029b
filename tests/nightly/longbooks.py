"""Books of fourteen sessions made by hand, so that nights really begin at earlier closings.

Every number here is written down, none computed. PLAIN buys and sells each day and is paid a
dividend; what a LATE fill bought is published two days later; an execution of BUSTED is busted
and another corrected days after, and that too is published late; two deposits of CANCELED are
canceled under their own ids; what LATE gives to CANCELED by journal arrives three days later, and
waits in suspense until then. In books with a break, LOSING was never told of the first fill of an
order.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.assets import Asset
from recon.sandbox.books.causes import Cause, Dividend, Journal, SaleFee
from recon.sandbox.books.clock import SECOND, eastern, next_business_day
from recon.sandbox.books.identity import ulid
from recon.sandbox.books.model import Account, Books, Closing, Event, Payload, Position
from recon.sandbox.books.orders import Fill, OrderState, Ticket, Trade
from recon.sandbox.messages.activities import activity_payload
from recon.sandbox.messages.ready import system_payload
from recon.sandbox.messages.trades import trade_payload

DAYS = tuple(date(2026, 6, day) for day in (1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16, 17, 18))
PLAIN, LATE, BUSTED, CANCELED, LOSING = "A-PLAIN", "B-LATE", "C-BUSTED", "D-CANCELED", "E-LOSING"
SYMBOLS = {PLAIN: "AAA", LATE: "BBB", BUSTED: "CCC", CANCELED: "DDD", LOSING: "EEE"}

# What the broker states from the close of a day (1 to 14) on: shares, their cost, cash.
STATED = {
    PLAIN: {
        1: ("10", "100", "9900.00"),
        2: ("5", "50", "9959.98"),
        3: ("15", "180", "9829.98"),
        4: ("10", "120", "9889.96"),
        5: ("20", "260", "9749.96"),
        6: ("15", "195", "9809.94"),
        7: ("25", "375", "9631.44"),
        8: ("20", "300", "9691.42"),
        9: ("30", "480", "9511.42"),
        10: ("25", "400", "9571.40"),
        11: ("35", "630", "9341.40"),
        12: ("30", "540", "9401.38"),
        13: ("40", "760", "9181.38"),
        14: ("35", "665", "9241.36"),
    },
    LATE: {1: ("0", "0", "1000"), 2: ("2", "20", "975"), 8: ("5", "65", "930")},
    BUSTED: {
        1: ("0", "0", "1000"),
        3: ("10", "130", "870"),
        5: ("20", "300", "700"),
        8: ("10", "170", "830"),
        9: ("10", "160", "840"),
    },
    CANCELED: {
        1: ("0", "0", "1000"),
        3: ("0", "0", "1500"),
        4: ("0", "0", "1570"),
        5: ("0", "0", "1575"),
        9: ("0", "0", "1075"),
        10: ("0", "0", "1005"),
    },
    LOSING: {1: ("0", "0", "1000"), 4: ("7", "70", "930")},
}
# What the books have once everything came: the late fill from day 6 on, the bust from day 7, the
# correction from day 8; the first canceled deposit never, since its cancel names the same day.
BOOKED = {
    **STATED,
    LATE: {1: ("0", "0", "1000"), 2: ("2", "20", "975"), 6: ("5", "65", "930")},
    BUSTED: {
        1: ("0", "0", "1000"),
        3: ("10", "130", "870"),
        5: ("20", "300", "700"),
        7: ("10", "170", "830"),
        8: ("10", "160", "840"),
    },
    CANCELED: {
        1: ("0", "0", "1000"),
        4: ("0", "0", "1070"),
        5: ("0", "0", "1075"),
        10: ("0", "0", "1005"),
    },
}
PLAIN_PRICES = ("10", "12", "13", "12", "14", "12", "18", "12", "18", "12", "23", "12", "22", "12")


def make_long_books(*, with_break: bool = False) -> Books:
    """The books; with a break also LOSING, whose first fill of day 4 was never published."""
    holders = tuple(SYMBOLS)[: 5 if with_break else 4]
    trades = [*_plain_trades(), *_late_trades(), *_busted_trades()]
    if with_break:
        trades.append(trade(4, LOSING, "X-SECOND", "buy", ("4", "10"), "7", filled="7"))
    activities = [_deposit(1, account, "1000") for account in holders[1:]]
    activities += [_deposit(1, PLAIN, "10000"), *_plain_activities(), *_canceled_deposits()]
    journal = Journal("J1", LATE, CANCELED)
    activities += [
        activity(2, LATE, "N-GIVES", "JNLC", "", "-5", journal),
        activity(5, CANCELED, "N-TAKES", "JNLC", "", "5", journal),
    ]
    system = [
        _sealed(eastern(day, "23:59") + minutes * 60 * SECOND, "", day, "event_id",
                system_payload(kind, eastern(day, "23:59") + minutes * 60 * SECOND, day))
        for day in DAYS for minutes, kind in ((102, "positions"), (103, "balances"))
    ]  # fmt: skip
    return Books(
        seed=0,
        accounts=tuple(Account(account, account) for account in holders),
        trades=tuple(sorted(trades, key=lambda event: event.published)),
        activities=tuple(sorted(activities, key=lambda event: event.published)),
        system=tuple(system),
        closings={day: _closing(place, holders) for place, day in enumerate(DAYS, start=1)},
    )


def at_close(
    table: dict[str, dict[int, tuple[str, str, str]]], account: str, day: int
) -> tuple[str, str, str]:
    """Shares, cost and cash of an account at the close of that day, 1 to 14."""
    return table[account][max(since for since in table[account] if since <= day)]


def _plain_trades() -> list[Event]:
    """Ten shares are bought on each odd day, five sold on each even one."""
    return [
        trade(day, PLAIN, f"X-PLAIN-{day}", "buy" if day % 2 else "sell",
               ("10" if day % 2 else "5", price), at_close(STATED, PLAIN, day)[0])
        for day, price in enumerate(PLAIN_PRICES, start=1)
    ]  # fmt: skip


def _plain_activities() -> list[Event]:
    """Two fees of a cent on each sale of 60 dollars, and 0.10 a share on 15 shares on day 7."""
    dividend = Dividend(Decimal("0.1"), Decimal(15), date(2026, 6, 8))
    made = [activity(7, PLAIN, "N-DIV", "DIV", "CDIV", "1.5", dividend, asset=_asset(PLAIN))]
    for day in range(2, 15, 2):
        fee = SaleFee(DAYS[day - 1], PLAIN, Decimal(60), Decimal(5), 1)
        made += [
            activity(day, PLAIN, f"N-{kind}-{day}", "FEE", kind, "-0.01", fee)
            for kind in ("REG", "TAF")
        ]
    return made


def _late_trades() -> list[Event]:
    """Two shares at 10; three at 15 on day 6, which are published on day 8."""
    return [
        trade(2, LATE, "X-EARLY", "buy", ("2", "10"), "2"),
        trade(6, LATE, "X-LATE", "buy", ("3", "15"), "5", published=8),
    ]


def _busted_trades() -> list[Event]:
    """Day 3 is busted on day 7, the price of day 5 corrected from 17 to 16 on day 8; both are
    published a day later."""
    return [
        trade(3, BUSTED, "X-THREE", "buy", ("10", "13"), "10"),
        trade(5, BUSTED, "X-FIVE", "buy", ("10", "17"), "20"),
        trade(7, BUSTED, "X-BUST", "buy", ("-10", "13"), "10", "trade_bust", "X-THREE", "0", 8),
        trade(8, BUSTED, "X-RIGHT", "buy", ("10", "16"), "10", "trade_correct", "X-FIVE", "10", 9),
    ]


def _canceled_deposits() -> list[Event]:
    """One cancel names the deposit's own day, so it reopens it; the other names its own."""
    return [
        _deposit(3, CANCELED, "500", "N-REOPENS"),
        _deposit(4, CANCELED, "70", "N-STAYS"),
        _deposit(9, CANCELED, "500", "N-REOPENS", status="canceled", booked=3),
        _deposit(10, CANCELED, "70", "N-STAYS", status="canceled"),
    ]


def trade(
    day: int, account: str, execution_id: str, side: str, amounts: tuple[str, str], position: str,
    event: str = "fill", previous: str = "", filled: str = "", published: int = 0,
    ordered: str = "",
) -> Event:  # fmt: skip
    """An order filled at 10:00, or what happened to it later; it is named by its execution up to a
    point."""
    (qty, price), at = amounts, eastern(DAYS[day - 1], "10:00")
    order = "O-" + (previous or execution_id).partition(".")[0]
    asked = Decimal(ordered or filled or qty.strip("-"))
    ticket = Ticket(order, order, account, _asset(account), side, f"{side}_to_open",
                    asked, None, None, False, at)  # fmt: skip
    status = "partially_filled" if event == "partial_fill" else "filled"
    state = OrderState(Decimal(filled or qty), Decimal(price), status, at, None, at)
    settles = next_business_day(DAYS[day - 1])
    fill = Fill(Decimal(qty), Decimal(price), Decimal(position), settles, previous)
    fact = Trade(event, at, at, DAYS[day - 1], ticket, state, fill, execution_id)
    sent = eastern(DAYS[published - 1], "10:00") if published else at
    return _sealed(sent, account, DAYS[day - 1], "event_id", trade_payload(fact), at, fact)


def _deposit(
    day: int, account: str, amount: str, identity: str = "", status: str = "executed",
    booked: int = 0,
) -> Event:  # fmt: skip
    return activity(day, account, identity or f"N-{account}", "CSD", "", amount,
                     status=status, booked=booked)  # fmt: skip


def activity(
    day: int, account: str, identity: str, entry_type: str, sub_type: str, amount: str,
    cause: Cause | None = None, *, asset: Asset | None = None, status: str = "executed",
    booked: int = 0,
) -> Event:  # fmt: skip
    """An activity sent at 09:00; `booked` is its system date where that is another day."""
    at, of = eastern(DAYS[day - 1], "09:00"), DAYS[(booked or day) - 1]
    fact = Activity(
        identity, account, at, of, of, entry_type, sub_type,
        net_amount=Decimal(amount), asset=asset, cause=cause, status=status,
    )  # fmt: skip
    return _sealed(at, account, of, "event_ulid", activity_payload(fact), fact=fact)


def _sealed(
    published: int, account: str, day: date, cursor: str, payload: Payload, at: int = 0,
    fact: Activity | Trade | None = None,
) -> Event:  # fmt: skip
    event_id = ulid(published // 1_000_000, len(str(payload)))
    sealed = payload | {cursor: event_id}
    return Event(published, at or published, event_id, account, day, sealed, fact=fact)


def _closing(day: int, holders: tuple[str, ...]) -> Closing:
    stated = {account: at_close(STATED, account, day) for account in holders}
    positions = {
        account: (Position(_asset(account), Decimal(qty), Decimal(cost), Decimal(10), Decimal(10)),)
        for account, (qty, cost, _) in stated.items()
        if qty != "0"
    }
    return Closing(positions, {account: Decimal(cash) for account, (_, _, cash) in stated.items()})


def _asset(account: str) -> Asset:
    symbol = SYMBOLS[account]
    return Asset(symbol, symbol, "", f"asset-{symbol}", "us_equity", "NASDAQ", 1, ())
