"""The broker's balances, account by account: exact JSON texts in the order of the accounts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import quote

from recon.errors import BrokerError, IncompleteError
from recon.feeds.broker import Broker
from recon.feeds.response import AnswerRefused
from recon.feeds.statements import read_object
from recon.feeds.streams import EOD_CASH

ACCOUNT_ID_LENGTH_MAX = 256
ANSWER_BYTES_MAX = 256 * 1024
UNANSWERED_MAX = 10
AHEAD_MAX = 200  # of a slow account; what they answered is held in memory
UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404


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


def read_cash(
    broker: Broker,
    account_ids: Sequence[str],
    *,
    at_once: int,
    take: Callable[[str, str | None], None],
) -> None:
    """One trading account after the other, `at_once` side by side.

    Calls take(account_id, exact text, or None if the broker knows no such account) from the
    calling thread, in the order of the accounts, whichever answered first. A failure over one
    account, and a 403 for some while others are answered, stops no other: at the end
    AccountsUnanswered names those. Many failures, a refused key, or not one answer are the
    broker's own failure, which is raised as it is.
    """
    waiting = iter(account_ids)
    running: dict[Future[str | None], str] = {}
    answers = _InOrder(take)
    pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="cash")
    try:
        while True:
            room = min(2 * at_once - len(running), AHEAD_MAX - len(answers.order))
            for account_id in islice(waiting, room):
                running[pool.submit(_cash, broker, account_id)] = account_id
                answers.order.append(account_id)
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                answers.came(running.pop(future), future)
            answers.hand_on()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    if answers.failures:
        _raise_unanswered(answers.failures, everyone=len(answers.failures) == len(account_ids))


@dataclass
class _InOrder:
    """Answers on their way to `take`: held back until those before them have come."""

    take: Callable[[str, str | None], None]
    order: deque[str] = field(default_factory=deque)
    held: dict[str, Future[str | None]] = field(default_factory=dict)
    failures: dict[str, Exception] = field(default_factory=dict)
    answered: int = 0

    def came(self, account_id: str, future: Future[str | None]) -> None:
        """One account is done. Raises a failure that is not of that account alone."""
        self.held[account_id] = future
        failure = future.exception()
        if failure is None:
            self.answered += 1
            return
        if not isinstance(failure, BrokerError | IncompleteError):
            raise failure
        self.failures[account_id] = failure
        if _status_of(failure) == UNAUTHORIZED or self._too_many():
            raise failure

    def hand_on(self) -> None:
        """Give what nothing before it is missing of."""
        while self.order and self.order[0] in self.held:
            account_id = self.order.popleft()
            future = self.held.pop(account_id)
            if account_id not in self.failures:
                self.take(account_id, future.result())

    def _too_many(self) -> bool:
        """Whether it is the broker that fails. That some accounts are forbidden is not that."""
        forbidden = sum(_status_of(each) == FORBIDDEN for each in self.failures.values())
        counted = len(self.failures) - (forbidden if self.answered else 0)
        return counted > UNANSWERED_MAX


def _status_of(failure: Exception) -> int:
    return failure.status if isinstance(failure, AnswerRefused) else 0


def _raise_unanswered(unanswered: Mapping[str, Exception], *, everyone: bool) -> None:
    first = min(unanswered)
    if everyone:
        raise unanswered[first]
    raise AccountsUnanswered(sorted(unanswered), unanswered[first]) from unanswered[first]


def _cash(broker: Broker, account_id: str) -> str | None:
    """One account's answer. An identity that no path can name is not known to the broker."""
    name = _path_part(account_id)
    if name is None:
        return None
    path = EOD_CASH.path.replace("{account_id}", name)
    try:
        text = broker.get_text(path, {}, bytes_max=ANSWER_BYTES_MAX)
    except AnswerRefused as refusal:
        if refusal.status == NOT_FOUND:
            return None
        raise
    read_object(text, "a trading account")
    return text


def _path_part(account_id: str) -> str | None:
    """The identity as one part of a path; it came in an event, so it may be anything."""
    if not account_id.strip(".") or len(account_id) > ACCOUNT_ID_LENGTH_MAX:
        return None
    try:
        return quote(account_id, safe="")
    except UnicodeEncodeError:
        return None
