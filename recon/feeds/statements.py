"""The broker's end-of-day statements: positions in pages, their totals, cash account by account.

Takes a broker; gives exact JSON texts. Parses only what it needs to know that all was read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import date
from decimal import Decimal
from itertools import islice
from urllib.parse import quote

from recon.errors import BrokerError, IncompleteError
from recon.feeds.broker import Broker
from recon.feeds.response import AnswerRefused
from recon.feeds.streams import EOD_AGGREGATE, EOD_CASH, EOD_POSITIONS

PAGES_MAX = 10_000
ACCOUNT_ID_LENGTH_MAX = 256
UNANSWERED_MAX = 10
KEY_REFUSED = (401, 403)
NOT_FOUND = 404
UNPROCESSABLE = 422
LAST_DAY_ONLY = "the broker serves only its last trading day: read the statement in its own night"


class AccountsUnanswered(IncompleteError):
    """Some accounts were asked and gave no usable answer, while others did."""

    def __init__(self, account_ids: Sequence[str], first: Exception) -> None:
        self.account_ids = tuple(account_ids)
        super().__init__(
            expected="an answer for every account",
            seen=f"none for {len(account_ids)}, of {account_ids[0][:100]!r} so: {first}",
            where="the broker's trading accounts",
            next_step="run the same command again; if it stays so, ask the broker about them",
        )


def read_positions(
    broker: Broker,
    system_date: date,
    *,
    accounts_per_page: int = 1000,
    pages_max: int = PAGES_MAX,
) -> list[str]:
    """Every page of the positions at the end of that day, in order.

    Raises IncompleteError if the pages are of another day, or do not end.
    """
    asof = system_date.isoformat()
    params = {"asof": asof, "limit": str(accounts_per_page)}
    pages: list[str] = []
    tokens: set[str] = set()
    while len(pages) < pages_max:
        text = _positions_page(broker, params, asof)
        token = _next_token(text, asof, accounts_per_page)
        pages.append(text)
        if token is None:
            return pages
        if token in tokens:
            raise _incomplete("a new page token on each page", f"{token[:100]!r} twice", asof)
        tokens.add(token)
        params["page_token"] = token
    raise _incomplete(f"a last page within {pages_max} pages", "a token for yet another", asof)


def read_aggregate(broker: Broker, system_date: date) -> str:
    """The broker's totals per security over all accounts, the firm's too, as of 20:00 New York.

    Gives the exact text of one JSON array of objects; of an earlier day too. Raises
    IncompleteError for anything else, BrokerError where the broker does not give it.
    """
    text = broker.get_text(EOD_AGGREGATE.path, {"date": system_date.isoformat()})
    lines = _read_json(text)
    if isinstance(lines, list) and all(isinstance(line, dict) for line in lines):
        return text
    raise _no_whole("array of objects", text, f"aggregate positions of {system_date}")


def read_cash(
    broker: Broker,
    account_ids: Sequence[str],
    *,
    at_once: int,
    take: Callable[[str, str | None], None],
) -> None:
    """One trading account after the other, `at_once` side by side.

    Calls take(account_id, exact text, or None if the broker knows no such account) from the
    calling thread, as they complete. A failure over one account stops no other: at the end
    AccountsUnanswered names those. Many failures, a refused key, or not one answer are the
    broker's own failure, which is raised as it is.
    """
    waiting = iter(account_ids)
    running: dict[Future[str | None], str] = {}
    unanswered: dict[str, Exception] = {}
    pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="cash")
    try:
        while True:
            for account_id in islice(waiting, 2 * at_once - len(running)):
                running[pool.submit(_cash, broker, account_id)] = account_id
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                account_id, failure = running.pop(future), future.exception()
                if failure is None:
                    take(account_id, future.result())
                    continue
                if not isinstance(failure, BrokerError | IncompleteError) or _is_final(failure):
                    raise failure
                unanswered[account_id] = failure
                if len(unanswered) > UNANSWERED_MAX:
                    raise failure
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    if unanswered:
        _raise_unanswered(unanswered, everyone=len(unanswered) == len(account_ids))


def _is_final(failure: Exception) -> bool:
    """Whether the key is refused: asking on would lock it."""
    return isinstance(failure, AnswerRefused) and failure.status in KEY_REFUSED


def _raise_unanswered(unanswered: Mapping[str, Exception], *, everyone: bool) -> None:
    first = min(unanswered)
    if everyone:
        raise unanswered[first]
    raise AccountsUnanswered(sorted(unanswered), unanswered[first]) from unanswered[first]


def _positions_page(broker: Broker, params: dict[str, str], asof: str) -> str:
    try:
        return broker.get_text(EOD_POSITIONS.path, params)
    except AnswerRefused as refusal:
        if refusal.status != UNPROCESSABLE:
            raise
        raise _incomplete(f"positions as of {asof}", "HTTP 422", asof) from refusal


def _next_token(text: str, asof: str, accounts_per_page: int) -> str | None:
    """The token of the page after this one, None after the last. Raises IncompleteError.

    A page that has no token field may be the last one only if it is not full.
    """
    page = _read_object(text, f"positions as of {asof}")
    if page.get("asof") != asof:
        raise _incomplete(f"positions as of {asof}", f"as of {str(page.get('asof'))[:40]!r}", asof)
    positions, token = page.get("positions"), page.get("next_page_token")
    if not isinstance(positions, dict) or not isinstance(token, str | None):
        raise _incomplete("a page with positions and next_page_token", "another shape", asof)
    if "next_page_token" not in page and len(positions) >= accounts_per_page:
        raise _incomplete("next_page_token on a full page", "none", asof)
    return token or None


def _cash(broker: Broker, account_id: str) -> str | None:
    """One account's answer. An identity that no path can name is not known to the broker."""
    name = _path_part(account_id)
    if name is None:
        return None
    path = EOD_CASH.path.replace("{account_id}", name)
    try:
        text = broker.get_text(path, {})
    except AnswerRefused as refusal:
        if refusal.status == NOT_FOUND:
            return None
        raise
    _read_object(text, "a trading account")
    return text


def _path_part(account_id: str) -> str | None:
    """The identity as one part of a path; it came in an event, so it may be anything."""
    if not account_id.strip(".") or len(account_id) > ACCOUNT_ID_LENGTH_MAX:
        return None
    try:
        return quote(account_id, safe="")
    except UnicodeEncodeError:
        return None


def _read_object(text: str, what: str) -> dict[str, object]:
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
