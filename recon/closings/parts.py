"""The parts of a closing and their columns. Another column, or another part, is another shape."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

SHAPE = 3  # closings of another shape are made anew
RESTATED = ("balances", "lines", "lots")  # what a later event may change in a closed day

TEXT, DAY, COUNT, AMOUNT = pa.string(), pa.date32(), pa.int64(), pa.decimal128(38, 9)
SCHEMAS: Mapping[str, pa.Schema] = {
    "balances": pa.schema(
        {"ledger_account": TEXT, "commodity": TEXT, "measure": TEXT, "amount": AMOUNT}
    ),
    "lines": pa.schema(
        {"movement_id": TEXT, "line_no": pa.int32(), "ledger_account": TEXT, "other_account": TEXT,
         "commodity": TEXT, "measure": TEXT, "amount": AMOUNT}
    ),
    "lots": pa.schema(
        {"account_id": TEXT, "symbol": TEXT, "seq": pa.int32(), "qty": AMOUNT, "cost": AMOUNT}
    ),
    "accounts": pa.schema({"account_id": TEXT, "currency": TEXT}),
    "suspense": pa.schema(
        {"event_id": TEXT, "account_id": TEXT, "system_date": DAY, "ledger_account": TEXT,
         "commodity": TEXT, "measure": TEXT, "amount": AMOUNT}
    ),
    "groups": pa.schema(
        {"contra": TEXT, "account_id": TEXT, "entry_type": TEXT, "entry_sub_type": TEXT,
         "removed": COUNT, "added": COUNT, "returned": COUNT, "paid": COUNT,
         "shares_owed": AMOUNT, "cash_owed": AMOUNT, "cash_of_one": AMOUNT,
         "shares": AMOUNT, "cash": AMOUNT,
         "adjusted": COUNT, "unknown": COUNT, "unread": COUNT, "rounded_by": pa.decimal128(38, 19)}
    ),
    "cleared": pa.schema(
        {"contra": TEXT, "measure": TEXT, "commodity": TEXT, "cleared_to": TEXT, "amount": AMOUNT}
    ),
    "gaps": pa.schema({"account_id": TEXT, "symbol": TEXT, "qty": AMOUNT}),
    "carried": pa.schema({"identity": TEXT}),
    "volumes": pa.schema({"system_date": DAY, "source": TEXT, "events": COUNT}),
    "tolerances": pa.schema(
        {"system_date": DAY, "rule": TEXT, "checked": COUNT, "within_tolerance": COUNT}
    ),
    "open": pa.schema(
        {"break_id": TEXT, "rule": TEXT, "severity": TEXT, "state": TEXT, "account_id": TEXT,
         "symbol": TEXT, "subject": TEXT, "expected": TEXT, "actual": TEXT, "difference": TEXT,
         "unit": TEXT, "due_date": TEXT, "evidence": pa.list_(TEXT), "until": DAY}
    ),
}  # fmt: skip
