"""The broker's end-of-day statements: positions in pages, and their totals.

Takes a broker; gives exact JSON texts. Parses only what it needs to know that all was read. A page
has a largest size, so that memory holds it and what it is parsed into; smaller pages are asked for
where one is larger.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from recon.errors import IncompleteError
from recon.feeds.broker import Broker
from recon.feeds.response import AnswerRefused
from recon.feeds.streams import EOD_AGGREGATE, EOD_POSITIONS

PAGES_MAX = 100_000
ACCOUNTS_PER_PAGE = (1000, 100, 10, 1)  # the next where a page is too large
PAGE_BYTES_MAX = 8 * 1024 * 1024
STATEMENT_BYTES_MAX = 4 * 1024 * 1024 * 1024
TOKEN_LENGTH_MAX = 4096
UNPROCESSABLE = 422
LAST_DAY_ONLY = "the broker serves only its last trading day: read the statement in its own night"


def read_positions(
    broker: Broker,
    system_date: date,
    *,
    accounts_per_page: int = ACCOUNTS_PER_PAGE[0],
    pages_max: int = PAGES_MAX,
    bytes_max: int = STATEMENT_BYTES_MAX,
) -> Iterator[str]:
    """Every page of the positions at the end of that day, in order, one at a time.

    Raises IncompleteError if the pages are of another day, or do not end within the bounds, and
    AnswerTooLarge for a page that is larger than one may be.
    """
    asof = system_date.isoformat()
    params = {"asof": asof, "limit": str(accounts_per_page)}
    tokens: set[bytes] = set()  # their hashes
    size = 0
    while len(tokens) < pages_max:
        text = _positions_page(broker, params, asof)
        token = _next_token(text, asof, accounts_per_page)
        size += len(text)
        if size > bytes_max:
            raise _incomplete(f"a statement of at most {bytes_max} characters", "more", asof)
        yield text
        if token is None:
            return
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        if digest in tokens:
            raise _incomplete("a new page token on each page", f"{token[:100]!r} twice", asof)
        tokens.add(digest)
        params["page_token"] = token
    raise _incomplete(f"a last page within {pages_max} pages", "a token for yet another", asof)


def read_aggregate(broker: Broker, system_date: date) -> str:
    """The broker's totals per security over all accounts, the firm's too, as of 20:00 New York.

    Gives the exact text of one JSON array of objects; of an earlier day too. Raises
    IncompleteError for anything else, BrokerError where the broker does not give it.
    """
    params = {"date": system_date.isoformat()}
    text = broker.get_text(EOD_AGGREGATE.path, params, bytes_max=PAGE_BYTES_MAX)
    lines = _read_json(text)
    if isinstance(lines, list) and all(isinstance(line, dict) for line in lines):
        return text
    raise _no_whole("array of objects", text, f"aggregate positions of {system_date}")


def _positions_page(broker: Broker, params: dict[str, str], asof: str) -> str:
    try:
        return broker.get_text(EOD_POSITIONS.path, params, bytes_max=PAGE_BYTES_MAX)
    except AnswerRefused as refusal:
        if refusal.status != UNPROCESSABLE:
            raise
        raise _incomplete(f"positions as of {asof}", "HTTP 422", asof) from refusal


def _next_token(text: str, asof: str, accounts_per_page: int) -> str | None:
    """The token of the page after this one, None after the last. Raises IncompleteError.

    A page that has no token field may be the last one only if it is not full.
    """
    page = read_object(text, f"positions as of {asof}")
    if page.get("asof") != asof:
        raise _incomplete(f"positions as of {asof}", f"as of {str(page.get('asof'))[:40]!r}", asof)
    positions, token = page.get("positions"), page.get("next_page_token")
    if not isinstance(positions, dict) or not isinstance(token, str | None):
        raise _incomplete("a page with positions and next_page_token", "another shape", asof)
    if isinstance(token, str) and len(token) > TOKEN_LENGTH_MAX:
        raise _incomplete(f"a token of at most {TOKEN_LENGTH_MAX} letters", "a longer one", asof)
    if "next_page_token" not in page and len(positions) >= accounts_per_page:
        raise _incomplete("next_page_token on a full page", "none", asof)
    return token or None


def read_object(text: str, what: str) -> dict[str, object]:
    """A whole JSON object: a body that was cut is none."""
    answer = _read_json(text)
    if isinstance(answer, dict):
        return answer
    raise _no_whole("object", text, what)


def _read_json(text: str) -> object:
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError):
        return None


def _no_whole(kind: str, text: str, what: str) -> IncompleteError:
    return IncompleteError(
        expected=f"one whole JSON {kind}",
        seen=f"{len(text)} characters that are none",
        where=what,
        next_step="run again; if it stays so, ask the broker",
    )


def _incomplete(expected: str, seen: str, asof: str) -> IncompleteError:
    return IncompleteError(
        expected=expected,
        seen=seen,
        where=f"the broker's positions statement of {asof}",
        next_step=LAST_DAY_ONLY,
    )
