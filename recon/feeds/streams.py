"""The table of streams: add a stream here, and one file in `sql/events`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from recon.errors import UsageError
from recon.feeds.booked import ACTIVITIES, NTA, TRADES, TRADES_V1
from recon.feeds.lifecycle import (
    ACCOUNT_STATUS,
    ADMIN_ACTION,
    FUNDING_STATUS,
    IPO,
    JOURNAL_STATUS,
    SYSTEM,
    TRANSFER_STATUS,
    UPVEST,
)
from recon.feeds.stream import Column, Stream, columns

__all__ = [
    "ACCOUNT_STATUS",
    "ACTIVITIES",
    "ADMIN_ACTION",
    "FUNDING_STATUS",
    "IPO",
    "JOURNAL_STATUS",
    "NTA",
    "SYSTEM",
    "TRADES",
    "TRADES_V1",
    "TRANSFER_STATUS",
    "UPVEST",
    "Column",
    "Stream",
]

# The end-of-day statements are archived like streams: a page, an account, an answer is an event.
EOD_POSITIONS = Stream(
    name="eod_positions",
    path="/v1/reporting/eod/positions",
    identity=(),
    required=("statement_date", "positions"),
    columns=columns(
        """
        statement_date asof:date
        positions :json
        """
    ),
)

# All but the cash is text: the broker prints values with more digits than a book has.
EOD_CASH = Stream(
    name="eod_cash",
    path="/v1/trading/accounts/{account_id}/account",
    identity=(),
    required=("account_id", "balance_asof", "last_cash"),
    columns=columns(
        """
        account_id id:text
        balance_asof :date
        currency :text
        last_cash :decimal
        status :text
        last_equity :text
        last_long_market_value :text
        last_short_market_value :text
        accrued_fees :text
        memoposts :text
        """
    ),
)

# What a night found of whom to ask for a balance, a row for each account that anything names: what
# came of it, and where the account's cash begins in books that a statement opened.
EOD_ACCOUNTS = Stream(
    name="eod_accounts",
    path="",
    identity=(),
    required=("statement_date", "account_id", "answer"),
    columns=columns(
        """
        statement_date :date
        account_id :text
        answer :text
        begins :text
        sources :json
        first_named :date
        opened_on :date
        """
    ),
)

# Its answer is an array without a date: the archive puts it in an object with the date asked for.
EOD_AGGREGATE = Stream(
    name="eod_aggregate",
    path="/v1/reporting/eod/aggregate_positions",
    identity=(),
    required=("statement_date", "lines"),
    columns=columns(
        """
        statement_date :date
        lines :json
        """
    ),
)

# What the user says of his accounts, a row of his file each; the last reading holds.
ACCOUNT_MAP = Stream(
    name="account_map",
    path="",
    identity=("account_id",),
    required=("account_id", "kind"),
    columns=columns(
        """
        account_id :text
        kind :text
        upvest_account_id :text
        """
    ),
)

# The user's own rates of fees, a row of his file each, with the line and the file they stood in.
FEE_RATES = Stream(
    name="fee_rates",
    path="",
    identity=("line",),
    required=("fee", "since", "rate", "line"),
    columns=columns(
        """
        file :text
        sha256 :text
        line :text
        fee :text
        asset_class :text
        since :date
        until :date
        rate :decimal
        per :text
        cap :decimal
        min_price :decimal
        source :text
        certainty :text
        """
    ),
)

# These move money and shares; a night reads only as much of their past as it needs.
BOOKED = (TRADES, TRADES_V1, NTA, ACTIVITIES)
STATEMENTS = (EOD_POSITIONS, EOD_CASH, EOD_ACCOUNTS, EOD_AGGREGATE)  # each is of one day
# These say how things stand; a state may be years old.
LIFECYCLE = (
    JOURNAL_STATUS,
    TRANSFER_STATUS,
    FUNDING_STATUS,
    ACCOUNT_STATUS,
    ADMIN_ACTION,
    IPO,
    UPVEST,
)
EVENT_STREAMS: Mapping[str, Stream] = MappingProxyType(
    {stream.name: stream for stream in (*BOOKED, *LIFECYCLE, SYSTEM)}
)
ARCHIVED: Mapping[str, Stream] = MappingProxyType(
    {
        **EVENT_STREAMS,
        **{s.name: s for s in (*STATEMENTS, ACCOUNT_MAP, FEE_RATES)},
    }
)


def targets_of(stream: Stream) -> list[str]:
    """The columns by which an event names an earlier one that it reverses or replaces."""
    names = ("previous_execution_id", "previous_id")
    return [column.name for column in stream.columns if column.name in names]


def publications_of(stream: Stream) -> list[str]:
    """The columns that may tell when an event was published, the best one first."""
    columns = {column.name for column in stream.columns}
    identity = ["identity"] if {"event_ulid", "event_id"} & set(stream.identity[:1]) else []
    return [name for name in ("event_ulid", *identity, "event_id") if name in {*columns, *identity}]


def stream_named(name: str) -> Stream:
    """The event stream of that name. Raises UsageError for an unknown one."""
    if name in EVENT_STREAMS:
        return EVENT_STREAMS[name]
    raise UsageError(
        expected="one of " + ", ".join(EVENT_STREAMS),
        seen=repr(name),
        where="the name of a stream",
        next_step="choose a stream from that list",
    )
