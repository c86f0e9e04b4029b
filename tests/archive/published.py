"""Makes data/schema/shapes.csv out of the published schemas: one line for each member there is.

A shape is a stream, or a stream and a kind of its events (`activities:DIV/CDIV`), which adds to
it. Run `python -m tests.archive.published > data/schema/shapes.csv` after a change of a schema.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

SCHEMA = Path(__file__).parents[2] / "data" / "schema"
FILES = ("broker-openapi-excerpt.yaml", "upvest-events.yaml")
HEADER = ("shape", "path", "types", "values", "required")
Line = tuple[str, str, str, str, str]
Node = dict[str, Any]

STREAMS = {
    "trades": "TradeUpdateEventV2",
    "nta": "NonTradeActivityEvent",
    "activities": "ActivityEventV2",
    "journal_status": "JournalStatusEventV2",
    "journal_status:1": "JournalStatusEvent",
    "transfer_status": "TransferStatusEvent",
    "funding_status": "StatusFundingEvent",
    "account_status": "AccountStatusEvent",
    "admin_action": "AdminActionEventGeneral",
    "admin_action:legacy_note_admin_event": "AdminActionLegacyNote",
    "admin_action:liquidation_admin_event": "AdminActionLiquidation",
    "admin_action:transaction_cancel_admin_event": "AdminActionTransactionCancel",
    "ipo": "IPOEvent",
    "system": "SystemEventV2",
    "upvest": "UpvestEvent",
}
OBJECTS = {
    "upvest:ACCOUNT": "UpvestAccount",
    "upvest:ACCOUNT_GROUP": "UpvestAccountGroup",
    "upvest:ACCOUNT_GROUP/BUSINESS": "UpvestBusinessAccountGroup",
}
# Which schema of details belongs to which type: its description or the guide says so.
DETAILS = {
    "TRD": "ActivityV2DetailTRD",
    "DIV/SPD": "DIVSPDActivityV2", "DIV/CDIV": "CDIVActivityV2", "DIV/SDIV": "SDIVActivityV2",
    "SPLIT/FSPLIT": "ForwardSplitActivityV2", "SPLIT/RSPLIT": "ReverseSplitActivityV2",
    "SPLIT/USPLIT": "UnitSplitActivityV2", "SPIN": "SpinoffActivityV2", "MA": "MAActivityV2",
    "NC": "NCActivityV2", "FIMAT": "FixedIncomeRedemptionActivityV2",
    "INT/FI": "FixedIncomeInterestActivityV2", "VOF/VDST": "RightsDistributionActivityV2",
    "VOF/VRGT": "RightsSubscriptionElectionActivityV2", "VOF/VTND": "TenderOfferActivityV2",
    "VOF/VEXH": "ExchangeOfferActivityV2", "VOF/VWRT": "WarrantExerciseElectionActivityV2",
    "REORG/WRM": "WRMActivityV2", "OPCA/DIV.CDIV": "OpcaCDIVActivityV2",
    "OPCA/DIV.SDIV": "OpcaSDIVActivityV2", "OPCA/MA.CMA": "OpcaMAActivityV2",
    "OPCA/MA.SMA": "OpcaMAActivityV2", "OPCA/MA.SCMA": "OpcaMAActivityV2",
    "OPCA/NC.CNC": "OpcaNCActivityV2", "OPCA/NC.SNC": "OpcaNCActivityV2",
    "OPCA/NC.SCNC": "OpcaNCActivityV2", "OPCA/SPIN": "OpcaSPINActivityV2",
    "OPCA/SPLIT.FSPLIT": "OpcaFSPLITActivityV2", "OPCA/SPLIT.RSPLIT": "OpcaRSPLITActivityV2",
    "OPCA/SPLIT.USPLIT": "OpcaUSPLITActivityV2", "OPASN": "OPASNActivityV2",
    "OPEXC": "OPEXCActivityV2", "OPEXP": "OPEXPActivityV2", "OPTRD": "OPTRDActivityV2",
    "ACATS": "AcatsActivityV2", "ACATC": "AcatcActivityV2", "FOPT": "FOPTActivityV2",
    "DIVNRA": "DIVNRAActivityV2", "DIVWH": "DIVWHActivityV2", "JNLS": "JNLSActivityV2",
    "JNLC": "JNLCActivityV2", "CSW": "CSWActivityV2", "FEE": "FEEActivityV2",
    "MEM": "MEMActivityV2", "OCT": "OCTActivityV2",
}  # fmt: skip
PLAIN_DETAILS = "CommonNTAActivityV2"
# The payload of an IPO event is told in words and examples, all of them texts.
_OFFERING = "name available_to_order ticker_symbol min_price max_price source"
IPO = {
    "Offering": _OFFERING,
    "OfferingUpdate": _OFFERING,
    "Prospectus": "prospectus_url subject",
    "SixtyMinMail": "sixty_minute_expiration_time subject",
    "Allocation": "cusip_id final_price allocated_shares allocated_amount subject",
    "OfferingCancellation": "",
}
ACCOUNT_STATUSES = ("status_from", "status_to", "crypto_status_from", "crypto_status_to")


def main() -> None:
    """Write the table to standard output."""
    sys.stdout.write(table())


def table() -> str:
    """The whole file as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(lines())
    return text.getvalue()


def lines() -> Iterator[Line]:
    """Every line, in a fixed order."""
    schemas = read_schemas()
    for shape, name in STREAMS.items():
        yield from _lines(shape, "", _merged(schemas[name], schemas), schemas)
    for shape, name in OBJECTS.items():
        yield from _below(shape, "object", schemas[name], schemas)
    for kind in activity_kinds(schemas):
        kind_of_all = kind.partition("/")[0]
        name = DETAILS.get(kind) or DETAILS.get(kind_of_all) or PLAIN_DETAILS
        yield from _below(f"activities:{kind}", "details", schemas[name], schemas)
        yield (f"nta:{kind}", "", "object", "", "")
    for verb, members in IPO.items():
        yield (f"ipo:{verb}", "", "object", "", "")
        for member in sorted(members.split()):
            yield (f"ipo:{verb}", f"payload.{member}", "string", "", "")
    for kind, values in funding_statuses(schemas).items():
        yield (f"funding_status:{kind}", "", "object", "", "")
        for member in ("status_from", "status_to"):
            yield (f"funding_status:{kind}", member, "string", "|".join(values), "")
    yield from _trades_v1(schemas)


def read_schemas() -> dict[str, Node]:
    """Every published schema by its name, the account's statuses given their names."""
    schemas: dict[str, Node] = {}
    for file in FILES:
        document = yaml.load((SCHEMA / file).read_text("utf-8"), yaml.CSafeLoader)
        schemas |= document["components"]["schemas"]
    for member in ACCOUNT_STATUSES:
        values = ["", *schemas["AccountStatus"]["enum"]]
        schemas["AccountStatusEvent"]["properties"][member]["enum"] = values
    return schemas


def activity_kinds(schemas: dict[str, Node]) -> list[str]:
    """Every type and sub type that the schema names: in lists, in words, or by its details."""
    kinds = set(DETAILS) | set(schemas["ActivityType"]["enum"]) - {"FILL"}
    kind = ""
    for line in schemas["ActivitySubType"]["description"].splitlines():
        if match := re.match(r"- \*\*(\w+)\*\*", line):
            kind = match[1]
        elif match := re.match(r"  - \*\*([\w.]+)\*\*", line):
            kinds.add(f"{kind}/{match[1]}")
    return sorted(kinds)


def funding_statuses(schemas: dict[str, Node]) -> dict[str, list[str]]:
    """Statuses by the kind of what is funded, which the schema tells in words."""
    statuses: dict[str, list[str]] = {}
    kind = ""
    text = schemas["StatusFundingEvent"]["properties"]["status_to"]["description"]
    for line in text.splitlines():
        if match := re.match(r"- (\w+):", line):
            kind = match[1]
            statuses[kind] = []
        elif match := re.match(r"  - (\w+)", line):
            statuses[kind].append(match[1])
    return statuses


def _trades_v1(schemas: dict[str, Node]) -> Iterator[Line]:
    """As version 2, but for the ids: an integer, and a ULID beside it."""
    for line in _lines("trades_v1", "", schemas[STREAMS["trades"]], schemas):
        yield (*line[:2], "integer", *line[3:]) if line[1] == "event_id" else line
    yield ("trades_v1", "event_ulid", "string", "", "")


def _below(shape: str, path: str, node: Node, schemas: dict[str, Node]) -> Iterator[Line]:
    """A shape that says only what one member of the event holds."""
    yield (shape, "", "object", "", path)
    yield from _lines(shape, path, _merged(node, schemas), schemas)


def _lines(shape: str, path: str, node: Node, schemas: dict[str, Node]) -> Iterator[Line]:
    node = _merged(node, schemas)
    types = node.get("type") or ("string" if "enum" in node else "")
    values = [str(value) for value in node.get("enum", [])]
    yield (
        shape, path, "|".join([types] if isinstance(types, str) else types),
        "|".join(values), "|".join(sorted(node.get("required", []))),
    )  # fmt: skip
    for name, member in sorted(node.get("properties", {}).items()):
        yield from _lines(shape, f"{path}.{name}" if path else name, member, schemas)
    if "items" in node:
        yield from _lines(shape, f"{path}[]", node["items"], schemas)


def _merged(node: Node, schemas: dict[str, Node]) -> Node:
    """A node with what it refers to, and all of its parts."""
    if "$ref" in node:
        return _merged(schemas[node["$ref"].rpartition("/")[2]], schemas)
    merged = {key: value for key, value in node.items() if key != "allOf"}
    for part in node.get("allOf", []):
        more = _merged(part, schemas)
        merged["properties"] = {**merged.get("properties", {}), **more.get("properties", {})}
        merged["required"] = [*merged.get("required", []), *more.get("required", [])]
        merged.setdefault("type", more.get("type"))
    return merged


if __name__ == "__main__":
    main()
