"""What a non-trade activity is booked for: the facts that its amounts follow from. Data only.

The legs of one corporate action of an account share one cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recon.sandbox.books.assets import Asset
from recon.sandbox.books.exact import ZERO
from recon.sandbox.books.issuer_causes import IssuerCause
from recon.sandbox.books.offer_causes import OtherAction


@dataclass(frozen=True)
class Note:
    """Nothing but words."""

    text: str = ""


@dataclass(frozen=True)
class Withdrawal:
    """Cash sent to the customer's bank; `returned` is the deposit that it gives back, if any."""

    statement_id: str
    returned: str = ""


@dataclass(frozen=True)
class Journal:
    """Cash or shares from one account to another."""

    journal_id: str
    sender: str
    receiver: str


@dataclass(frozen=True)
class Charge:
    """A charge or a rebate for the trading of a date."""

    traded: date
    name: str


@dataclass(frozen=True)
class SaleFee:
    """A fee on an account's sales of a date: proceeds drive the SEC's, units sold the TAF."""

    traded: date
    account_number: str
    proceeds: Decimal
    units: Decimal
    trades: int


@dataclass(frozen=True)
class TradeFee:
    """A fee on what an account bought and sold on a date."""

    traded: date
    account_number: str
    units: Decimal
    trades: int


@dataclass(frozen=True)
class ExecutionFee:
    """A fee on one execution."""

    execution_id: str


@dataclass(frozen=True)
class Dividend:
    """Dollars, or shares after for one share before, on what was held on the record date."""

    rate: Decimal
    entitled_qty: Decimal
    recorded: date
    paid_qty: Decimal = ZERO


@dataclass(frozen=True)
class Withholding:
    """Tax in percent of a dividend, which is named by its id."""

    dividend_id: str
    gross: Decimal
    rate: Decimal
    country: str


@dataclass(frozen=True)
class Split:
    """`new_rate` shares for `old_rate`; `value` is what the position cost. Of a short both
    quantities are negative."""

    old_rate: int
    new_rate: int
    old_cusip: str
    new_cusip: str
    old_qty: Decimal
    new_qty: Decimal
    value: Decimal


@dataclass(frozen=True)
class Merger:
    """Cash, shares of the acquirer, or both for one share; rates are None where there is none."""

    acquiree: Asset
    acquiree_qty: Decimal
    cash_rate: Decimal | None = None
    cash_paid: Decimal = ZERO
    acquirer: Asset | None = None
    rate: Decimal = ZERO
    acquirer_qty: Decimal = ZERO


@dataclass(frozen=True)
class NameChange:
    """The same asset under another symbol."""

    old: Asset
    new: Asset
    qty: Decimal


@dataclass(frozen=True)
class WorthlessRemoval:
    """A position that is worth nothing goes."""

    asset: Asset
    qty: Decimal


@dataclass(frozen=True)
class ContractSwap:
    """The underlying spins off shares, `rate` for one: contracts are adjusted to new ones."""

    old: Asset
    new: Asset
    qty: Decimal
    underlying: Asset
    spun_off: Asset
    rate: Decimal


Action = Dividend | Split | Merger | NameChange | WorthlessRemoval | ContractSwap
Fee = Charge | SaleFee | TradeFee | ExecutionFee
Cause = Note | Withdrawal | Journal | Fee | Withholding | Action | OtherAction | IssuerCause
