"""The table of streams: add a stream here, and one file in `sql/events`.

`columns` says what a segment's Parquet holds: `name path:kind`, a path being dotted into the
JSON. Kinds: text, decimal (exact, 38 digits, 9 after the point), scale (digits printed after
the point), instant (nanoseconds, UTC), date, json (kept as JSON, every number as its text).
An event that lacks a `required` column is archived and reported, but not booked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from recon.errors import UsageError


@dataclass(frozen=True)
class Column:
    """One typed column of a segment."""

    name: str
    path: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Stream:
    """One feed of the broker. `identity` are the paths tried in order for an event's identity."""

    name: str
    path: str
    identity: tuple[str, ...]
    required: tuple[str, ...]
    columns: tuple[Column, ...]


def _columns(text: str) -> tuple[Column, ...]:
    """`name path:kind` lines; the path may be left out where it equals the name."""
    parsed = []
    for line in text.strip().splitlines():
        name, _, rest = line.strip().partition(" ")
        path, _, kind = rest.strip().rpartition(":")
        parsed.append(Column(name, tuple((path or name).split(".")), kind))
    return tuple(parsed)


TRADES = Stream(
    name="trades",
    path="/v2/events/trades",
    identity=("execution_id", "event_id"),
    required=("account_id", "event_at", "event", "order_id"),
    columns=_columns(
        """
        account_id :text
        event_at at:instant
        event :text
        event_id :text
        execution_id :text
        previous_execution_id :text
        executed_at timestamp:instant
        qty :decimal
        price :decimal
        position_qty :decimal
        settle_date :date
        reason :text
        legs :json
        position_qtys :json
        order_id order.id:text
        symbol order.symbol:text
        asset_id order.asset_id:text
        asset_class order.asset_class:text
        side order.side:text
        order_class order.order_class:text
        order_type order.type:text
        order_qty order.qty:decimal
        order_notional order.notional:decimal
        order_filled_qty order.filled_qty:decimal
        order_filled_avg_price order.filled_avg_price:decimal
        order_filled_avg_price_dp order.filled_avg_price:scale
        order_limit_price order.limit_price:decimal
        order_status order.status:text
        order_legs order.legs:json
        """
    ),
)

NTA = Stream(
    name="nta",
    path="/v1/events/nta",
    identity=("id", "event_ulid"),
    required=("account_id", "event_at", "entry_type", "status", "system_date", "net_amount"),
    columns=_columns(
        """
        account_id :text
        event_at at:instant
        event_ulid :text
        entry_type :text
        entry_sub_type :text
        status :text
        symbol :text
        cusip :text
        qty :decimal
        price :decimal
        price_dp price:scale
        net_amount :decimal
        per_share_amount :decimal
        description :text
        settle_date :date
        system_date :date
        group_id :text
        execution_id :text
        corporate_action_id :text
        swap_rate :decimal
        """
    ),
)

SYSTEM = Stream(
    name="system",
    path="/v2/events/system",
    identity=("event_id",),
    required=("event_at", "type", "system_date"),
    columns=_columns(
        """
        event_at at:instant
        event_id :text
        type :text
        system_date :date
        """
    ),
)

# The end-of-day statements are archived like streams: a page, an account, an answer is an event.
EOD_POSITIONS = Stream(
    name="eod_positions",
    path="/v1/reporting/eod/positions",
    identity=(),
    required=("statement_date", "positions"),
    columns=_columns(
        """
        statement_date asof:date
        positions :json
        """
    ),
)

EOD_CASH = Stream(
    name="eod_cash",
    path="/v1/trading/accounts/{account_id}/account",
    identity=(),
    required=("account_id", "balance_asof", "last_cash"),
    columns=_columns(
        """
        account_id id:text
        balance_asof :date
        currency :text
        last_cash :decimal
        status :text
        """
    ),
)

# Its answer is an array without a date: the archive puts it in an object with the date asked for.
EOD_AGGREGATE = Stream(
    name="eod_aggregate",
    path="/v1/reporting/eod/aggregate_positions",
    identity=(),
    required=("statement_date", "lines"),
    columns=_columns(
        """
        statement_date :date
        lines :json
        """
    ),
)

EVENT_STREAMS: Mapping[str, Stream] = MappingProxyType(
    {stream.name: stream for stream in (TRADES, NTA, SYSTEM)}
)
ARCHIVED: Mapping[str, Stream] = MappingProxyType(
    {
        **EVENT_STREAMS,
        **{stream.name: stream for stream in (EOD_POSITIONS, EOD_CASH, EOD_AGGREGATE)},
    }
)


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
