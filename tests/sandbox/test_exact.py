from __future__ import annotations

from decimal import Decimal

import pytest

from recon.sandbox.books.exact import cents_up, encode, half_up, plain, ratio, truncated


def test_json_numbers_keep_every_digit() -> None:
    """Digits beyond a double's survive; no exponent, no trailing zeros."""
    payload = {
        "qty": Decimal("284.678660686000000001"),
        "small": Decimal("1E-9"),
        "large": Decimal("9E+10"),
        "net_amount": Decimal("-0.30"),
        "zero": Decimal("-0.00"),
        "text": 'a "quote"',
        "none": None,
        "list": [True, 1],
    }
    assert encode(payload) == (
        '{"qty":284.678660686000000001,"small":0.000000001,"large":90000000000,'
        '"net_amount":-0.3,"zero":0,"text":"a \\"quote\\"","none":null,"list":[true,1]}'
    )


def test_a_float_is_refused() -> None:
    """A float has lost its digits before it arrives."""
    with pytest.raises(ValueError, match="float"):
        encode({"qty": 0.1})


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [("0.005", 2, "0.01"), ("-0.005", 2, "-0.01"), ("25.2683388", 2, "25.27"),
     ("0.054339041733724", 9, "0.054339042")],
)  # fmt: skip
def test_halves_go_away_from_zero(value: str, places: int, expected: str) -> None:
    """The documented merger and spin-off amounts are among them."""
    assert half_up(Decimal(value), places) == Decimal(expected)


def test_fees_go_up_and_withholding_is_cut() -> None:
    """ORF 6 x 0.02685 = 0.1611 is 0.17; 8.475 withheld is 8.47, both as documented."""
    assert cents_up(Decimal("0.1611")) == Decimal("0.17")
    assert cents_up(Decimal("0.17")) == Decimal("0.17")
    assert truncated(Decimal("8.475"), 2) == Decimal("8.47")


def test_a_ratio_is_rounded_once() -> None:
    """The documented reverse split: 1.49999999982 over 0.029194239 shares is 51.38."""
    assert ratio(Decimal("1.49999999982"), Decimal("0.029194239"), 4) == Decimal("51.38")
    assert ratio(Decimal(-1), Decimal(8), 2) == Decimal("-0.13")
    assert plain(ratio(Decimal(1), Decimal(3), 6)) == "0.333333"
