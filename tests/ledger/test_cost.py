"""The cost of positions: cases worked out by hand, and what holds for any movements."""

from __future__ import annotations

import functools
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.ledger.cost import METHODS, costs
from recon.ledger.position import EXACT, Cost, Movement

QUANTITIES = st.decimals(-50, 50, places=9, allow_nan=False, allow_infinity=False)
PRICES = st.decimals(0, 500, places=4, allow_nan=False, allow_infinity=False)


def move(
    qty: str, stated: str, rule: str = "trade", name: str = "", reverses: str | None = None,
    day: int = 1,
) -> Movement:  # fmt: skip
    """A movement of account A1 in AAPL in June 2026."""
    identity, booked = name or f"{rule} {qty} {stated}", date(2026, 6, day)
    return Movement(identity, "A1", "AAPL", Decimal(qty), rule, Decimal(stated), reverses, booked)


def left(*movements: Movement, method: str) -> Decimal:
    """The cost of what is held in the end."""
    return functools.reduce(EXACT.add, (cost.cost for cost in costs(movements, method)))


def changes(*movements: Movement, method: str = "average") -> list[tuple[Decimal, Decimal]]:
    """The change of cost and the rest of each movement."""
    return [(cost.cost, cost.rest) for cost in costs(movements, method)]


def expected(*amounts: str) -> list[tuple[Decimal, Decimal]]:
    """Changes of cost that leave no rest."""
    return [(Decimal(amount), Decimal(0)) for amount in amounts]


def test_buys_add_their_notional_and_sales_take_the_average() -> None:
    """10 for 100 and 10 for 200 cost 15 each; 5 take 75, and the last 15 all that is left."""
    bought = move("10", "100"), move("10", "200")
    assert changes(*bought, move("-5", "-150"), move("-15", "-450")) == expected(
        "100", "200", "-75", "-225"
    )


def test_fifo_takes_the_oldest_lots() -> None:
    """10 for 100 and 10 for 200: 5 take 50, the next 10 take 50 + 100, the last 5 the other 100."""
    bought = move("10", "100"), move("10", "200")
    sold = move("-5", "-150"), move("-10", "-300"), move("-5", "-150")
    assert changes(*bought, *sold, method="fifo") == expected("100", "200", "-50", "-150", "-100")


@pytest.mark.parametrize(
    ("method", "cost"),
    [("fifo", "810"), ("compressed_fifo", "770"), ("average", "683.333333333")],
)
def test_the_methods_are_those_of_the_brokers_example(method: str, cost: str) -> None:
    """150 on day 1 at 10 and 12, 30 at 15 on day 2, 120 sold on day 3; from the broker's page on
    the average entry price."""
    bought = move("100", "1000"), move("50", "600"), move("30", "450", day=2)
    assert left(*bought, move("-120", "-1800", day=3), method=method) == Decimal(cost)


def test_what_a_day_buys_after_a_sale_belongs_to_the_days_lot() -> None:
    """The second example there: of 200 bought for 2000 on one day, 50 sold in between take 500."""
    day = move("100", "1000"), move("50", "450"), move("-50", "-900"), move("50", "550")
    assert left(*day, method="compressed_fifo") == 1500
    assert left(*day, method="fifo") == 1500
    cheap = move("50", "450"), move("100", "1000"), move("-50", "-900"), move("50", "550")
    assert left(*cheap, method="compressed_fifo") == 1500
    assert left(*cheap, method="fifo") == 1550


def test_a_split_comes_before_what_its_day_buys() -> None:
    """10 for 100 become 20; 10 more for 100 are another lot, and 20 sold take the first."""
    split = move("-10", "0", "average"), move("20", "100", "stated", "ADD")
    held = move("10", "100"), *(leg._replace(system_date=date(2026, 6, 2)) for leg in split)
    traded = move("-20", "-300", day=2), move("10", "100", name="B", day=2)
    assert left(*held, *traded, method="compressed_fifo") == 100


@pytest.mark.parametrize("method", ["fifo", "compressed_fifo"])
def test_lots_lose_what_the_position_loses(method: str) -> None:
    """10 for 100 and 10 for 200 get 60 of capital back, 3 a share: the first 10 cost 70 then."""
    bought = move("10", "100"), move("10", "200", day=2)
    returned = move("0", "60", "return", day=3)
    assert left(*bought, returned, move("-10", "-300", day=4), method=method) == 170


def test_lots_are_exact_to_the_last_digit_of_a_huge_one() -> None:
    """Thirty digits: one share of the huge lot and half of the tiny one leave the other half."""
    huge, tiny = move("1", "123456789012345678901.123456789"), move("2", "0.000000004", day=2)
    assert left(huge, tiny, move("-2", "-1", day=3), method="fifo") == Decimal("0.000000002")


def test_a_third_is_rounded_half_up_at_nine_decimals_and_the_last_sale_takes_the_rest() -> None:
    """3 for 10: 3.333333333, then half of 6.666666667 rounded up, then the rest."""
    sales = [move("-1", "-5", name=str(number)) for number in range(3)]
    assert changes(move("3", "10"), *sales) == expected(
        "10", "-3.333333333", "-3.333333334", "-3.333333333"
    )


def test_a_short_position_is_the_mirror() -> None:
    """4 sold short for 100, one bought back: 25 of negative cost goes, then 75."""
    assert changes(move("-4", "-100"), move("1", "20"), move("3", "90")) == expected(
        "-100", "25", "75"
    )


def test_a_sale_through_zero_closes_at_cost_and_opens_at_its_own_price() -> None:
    """5 cost 50; 8 sold for 96: 50 goes, and 3 of the 8 are short at 36."""
    assert changes(move("5", "50"), move("-8", "-96"), move("3", "30")) == expected(
        "50", "-86", "36"
    )


def test_a_leg_with_a_price_takes_that_and_leaves_the_rest() -> None:
    """2 cost 11.76; a removal at 5.87 takes 11.74, and 0.02 is left on nothing."""
    assert changes(move("2", "11.76"), move("-2", "-11.74", "stated")) == [
        (Decimal("11.76"), Decimal(0)),
        (Decimal("-11.74"), Decimal("0.02")),
    ]


def test_a_leg_without_a_price_takes_the_average() -> None:
    """8 cost 4 and are worthless; shares that come without a price cost nothing."""
    assert changes(move("8", "4"), move("2", "0", "average"), move("-10", "0", "average")) == (
        expected("4", "0", "-4")
    )


def test_a_return_of_capital_stops_at_zero() -> None:
    """10 less 4, then less 6 of the 7; on a short position the cost rises to zero."""
    returned = move("0", "4", "return"), move("0", "7", "return", "again")
    assert changes(move("1", "10"), *returned) == expected("10", "-4", "-6")
    assert changes(move("-1", "-10"), move("0", "-4", "return")) == expected("-10", "4")
    assert changes(move("0", "4", "return")) == expected("0")


def test_a_reversal_takes_back_exactly_what_its_target_booked() -> None:
    """A sale took 150 of cost out; its bust brings 150 back, whatever was bought since."""
    first = move("10", "100"), move("10", "200")
    sale, bought = move("-10", "-300", name="S"), move("10", "400", name="B")
    bust = move("10", "300", "reversal", reverses="S")
    assert changes(*first, sale, bought, bust) == expected("100", "200", "-150", "400", "150")


def test_a_reversal_of_something_before_the_books_takes_its_notional() -> None:
    """The target was never booked here, so its own value is all there is."""
    assert changes(move("-2", "-0.22", "reversal", reverses="E0")) == expected("-0.22")


def test_each_account_and_symbol_stands_alone() -> None:
    """The sale of one account takes nothing of another's."""
    other = move("-1", "-9")._replace(account_id="A2", movement_id="M2")
    assert [cost.cost for cost in costs([move("1", "5"), other])] == [Decimal(5), Decimal(-9)]


def test_an_unknown_rule_or_method_is_refused() -> None:
    """Rather than booking nothing."""
    with pytest.raises(ValueError, match="cost rule"):
        list(costs([move("1", "1", "guess")]))
    with pytest.raises(ValueError, match="one of average, fifo"):
        list(costs([], "lifo"))


@pytest.mark.parametrize("method", METHODS)
@given(trades=st.lists(st.tuples(QUANTITIES, PRICES), max_size=12))
def test_what_went_in_has_come_out_once_nothing_is_held(
    method: str, trades: list[tuple[Decimal, Decimal]]
) -> None:
    """Closing the position takes its cost to zero, to the last digit; trades leave no rest."""
    nine = Decimal("0.000000001")
    movements = [
        Movement(str(number), "A1", "AAPL", qty, "trade", (qty * price).quantize(nine))
        for number, (qty, price) in enumerate(trades)
        if qty
    ]
    held = sum((movement.qty for movement in movements), Decimal(0))
    if held:
        movements.append(Movement("last", "A1", "AAPL", -held, "trade", -held))
    booked: list[Cost] = list(costs(movements, method))
    assert sum((cost.cost for cost in booked), Decimal(0)) == 0
    assert not any(cost.rest for cost in booked)
    assert all(cost.cost == cost.cost.quantize(nine) for cost in booked)
