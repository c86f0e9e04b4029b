"""The ledger as an hledger journal, all ASCII. Each original name is the tag of its directive.

Names are percent-encoded as in a URL, so that `%20` and the like give the original back; a single
space inside an account's part stays a space, and an empty name is a bare `%`. `AUTO` becomes
`%41UTO`: hledger takes that commodity for an amount left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from itertools import groupby
from urllib.parse import quote

import duckdb

from recon.reports.export import book

# Without --strict hledger balances two commodities by a price that it makes up itself. Its time
# grows with the square of the accounts in 1.25: `check balancednoautoconversion` is the part
# that asks for balance, and takes seconds.
HEAD = """\
; The ledger of broker-recon. Check it with: hledger -f FILE check --strict
decimal-mark .
"""
INNER_SPACE = re.compile(r"(?<=.)%20(?!%20|\Z)")


@lru_cache(maxsize=65_536)
def account_name(account: str) -> str:
    """The account with the same parts between colons."""
    return ":".join(_spaced(part) for part in account.split(":"))


@lru_cache(maxsize=65_536)
def commodity_name(commodity: str) -> str:
    """The commodity in its quotes."""
    name = "%41UTO" if commodity == "AUTO" else quote(commodity, safe="") or "%"
    return f'"{name}"'


def write_hledger(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The whole journal in pieces: names, one transaction an event, balance assertions."""
    yield HEAD
    span = book.days(connection)
    if span is None:
        return
    for name in book.commodities(connection):
        yield f"commodity 1000.000000000 {commodity_name(name)}  ; symbol:{_tag(name)}\n"
    for name in book.accounts(connection):
        tags = f"type:{book.side(name)[0]}, ledger_account:{_tag(name)}"
        yield f"account {account_name(name)}  ; {tags}\n"
    for entry in book.entries(connection):
        yield _transaction(entry)
    after = span[1] + timedelta(days=1)
    for account, closings in groupby(book.closings(connection), key=lambda row: row.account):
        yield f"\n{after} closings, to the digit\n"
        for closing in closings:
            commodity = commodity_name(closing.commodity)
            amounts = f"0.000000000 {commodity} = {closing.amount} {commodity}"
            yield f"  {account_name(account)}  {amounts}\n"


def _transaction(entry: book.Entry) -> str:
    lines = [f"\n{entry.system_date} {_spaced(entry.kind)} | {_spaced(entry.event)}\n"]
    for posting in entry.postings:
        account, commodity = account_name(posting.account), commodity_name(posting.commodity)
        dates = {"trade_date": posting.trade_date, "settle_date": posting.settle_date}
        tags = ", ".join(f"{name}:{day}" for name, day in dates.items() if day)
        line = f"  {account}  {posting.amount} {commodity}"
        lines.append(f"{line}  ; {tags}\n" if tags else f"{line}\n")
    return "".join(lines)


def _spaced(text: str) -> str:
    return INNER_SPACE.sub(" ", quote(text, safe="")) or "%"


def _tag(text: str) -> str:
    """A JSON text, in which a comma would end the tag."""
    return json.dumps(text).replace(",", "\\u002c")
