"""The cash of every account, over real HTTP: one call each, side by side."""

from __future__ import annotations

import threading

import pytest

from recon.errors import BrokerRefused, BrokerUnreachable, ExitCode, IncompleteError
from recon.feeds.balances import AccountsUnanswered, read_cash
from recon.feeds.broker import Patience
from tests.feeds.conftest import Connect
from tests.feeds.desk import Reply, answering


def _account(_number: int, path: str) -> Reply:
    return 200, f'{{"id": "{path.split("/")[4]}", "last_cash":"1.10"}}', {}


def test_every_account_is_taken_once_in_the_calling_thread(connect: Connect) -> None:
    """So `take` needs no lock of its own."""
    accounts = [f"account-{number}" for number in range(40)]
    taken: dict[str, str | None] = {}
    threads = set()

    def take(account_id: str, text: str | None) -> None:
        assert account_id not in taken
        taken[account_id] = text
        threads.add(threading.get_ident())

    with answering(_account) as desk:
        read_cash(connect(desk.url), accounts, at_once=4, take=take)
    assert taken == {a: f'{{"id": "{a}", "last_cash":"1.10"}}' for a in accounts}
    assert threads == {threading.get_ident()}
    assert sorted(desk.paths) == sorted(f"/v1/trading/accounts/{a}/account" for a in accounts)


def test_answers_are_taken_in_the_order_of_the_accounts(connect: Connect) -> None:
    """The first is the slowest: it waits until ten others were answered."""
    others = threading.Semaphore(0)

    def reply(number: int, path: str) -> Reply:
        if "/account-00/" in path:
            for _ in range(10):
                assert others.acquire(timeout=5)
        others.release()
        return _account(number, path)

    taken: list[str] = []
    accounts = [f"account-{number:02}" for number in range(40)]
    with answering(reply) as desk:
        read_cash(connect(desk.url), accounts, at_once=4, take=lambda a, _: taken.append(a))
    assert taken == accounts


def test_accounts_that_the_key_may_not_read_stop_no_other(connect: Connect) -> None:
    """However many they are, once another was answered; all of them are named."""

    def reply(number: int, path: str) -> Reply:
        return (403, "{}", {}) if "/closed" in path else _account(number, path)

    taken: list[str] = []
    closed = [f"closed-{number:02}" for number in range(30)]
    everyone = ["a", "b", *closed, "d"]
    with answering(reply) as desk:
        broker = connect(desk.url)
        with pytest.raises(AccountsUnanswered) as caught:
            read_cash(broker, everyone, at_once=1, take=lambda a, _: taken.append(a))
    assert list(caught.value.account_ids) == closed
    assert taken == ["a", "b", "d"]


def test_a_key_that_may_read_no_account_is_refused(connect: Connect) -> None:
    """Few of them, and all: exit 7 says so."""
    with answering(lambda number, path: (403, "{}", {})) as desk:
        broker = connect(desk.url)
        with pytest.raises(BrokerRefused, match="HTTP 403"):
            read_cash(broker, ["a", "b"], at_once=2, take=lambda account_id, text: None)


def test_a_balance_of_a_gibibyte_is_not_read(connect: Connect) -> None:
    """That account is not answered; the others are."""

    def reply(number: int, path: str) -> Reply:
        return (200, "{" + " " * 300_000, {}) if "/big/" in path else _account(number, path)

    taken: list[str] = []
    with answering(reply) as desk:
        broker = connect(desk.url)
        with pytest.raises(AccountsUnanswered, match="at most 262144 bytes"):
            read_cash(broker, ["big", "here"], at_once=1, take=lambda a, _: taken.append(a))
    assert taken == ["here"]


def test_accounts_are_asked_side_by_side(connect: Connect) -> None:
    """Each answer waits until four were asked."""
    together = threading.Barrier(4, timeout=5)

    def reply(number: int, path: str) -> Reply:
        together.wait()
        return _account(number, path)

    taken: list[str] = []
    with answering(reply) as desk:
        read_cash(connect(desk.url), list("abcdefgh"), at_once=4, take=lambda a, _: taken.append(a))
    assert sorted(taken) == list("abcdefgh")


def test_no_accounts_are_no_calls(connect: Connect) -> None:
    """A partner may have none yet."""
    with answering(_account) as desk:
        read_cash(connect(desk.url), [], at_once=4, take=lambda account_id, text: None)
    assert desk.paths == []


def test_an_account_that_the_broker_does_not_know_is_none(connect: Connect) -> None:
    """Our books name it and theirs do not: a finding, not a failure."""

    def reply(number: int, path: str) -> Reply:
        return (404, "{}", {}) if "/gone/" in path else _account(number, path)

    taken: dict[str, str | None] = {}
    with answering(reply) as desk:
        read_cash(connect(desk.url), ["gone", "here"], at_once=2, take=taken.__setitem__)
    assert taken == {"gone": None, "here": '{"id": "here", "last_cash":"1.10"}'}


@pytest.mark.parametrize("status", [401, 403, 400])
def test_a_refusal_ends_the_whole_reading(connect: Connect, status: int) -> None:
    """A thousand more refusals would lock the key."""
    taken: list[str] = []
    with answering(lambda number, path: (status, "{}", {})) as desk:
        broker = connect(desk.url)
        accounts = [f"account-{number}" for number in range(1000)]
        with pytest.raises(BrokerRefused):
            read_cash(broker, accounts, at_once=2, take=lambda a, _: taken.append(a))
    assert taken == []
    assert len(desk.paths) < 20


def test_an_account_that_gives_no_answer_stops_no_other(connect: Connect) -> None:
    """A refusal, an error to the end of all tries, half a body: the rest is asked all the same."""
    bad = {"gone": (410, "{}"), "ill": (500, "{}"), "cut": (200, '{"id": "cut", "last_c')}

    def reply(number: int, path: str) -> Reply:
        account = path.split("/")[4]
        return (*bad[account], {}) if account in bad else _account(number, path)

    taken: list[str] = []
    everyone = ["cut", "gone", "ill", *(f"account-{number}" for number in range(20))]
    with answering(reply) as desk:
        broker = connect(desk.url)
        with pytest.raises(AccountsUnanswered, match="none for 3, of 'cut' so") as caught:
            read_cash(broker, everyone, at_once=2, take=lambda a, _: taken.append(a))
    assert caught.value.account_ids == ("cut", "gone", "ill")
    assert caught.value.exit_code == ExitCode.INCOMPLETE
    assert sorted(taken) == sorted(everyone[3:])


def test_an_answer_that_is_no_object_ends_the_reading(connect: Connect) -> None:
    """A cut body must not be archived as an account's cash."""
    with answering(lambda number, path: (200, '{"id": "a", "last_cash":', {})) as desk:
        broker = connect(desk.url)
        with pytest.raises(IncompleteError):
            read_cash(broker, ["a"], at_once=2, take=lambda account_id, text: None)


@pytest.mark.parametrize(
    ("account_id", "part"),
    [
        ("../../v1/x?y#z", "..%2F..%2Fv1%2Fx%3Fy%23z"),
        ("a b+c%2F", "a%20b%2Bc%252F"),
        ("caf\u00e9\r\nHost: x", "caf%C3%A9%0D%0AHost%3A%20x"),
        ("...x", "...x"),
    ],
)
def test_an_identity_stays_one_part_of_the_path(
    connect: Connect, account_id: str, part: str
) -> None:
    """It came in an event and may be anything."""
    with answering(lambda number, path: (404, "{}", {})) as desk:
        read_cash(connect(desk.url), [account_id], at_once=1, take=lambda a, text: None)
    assert desk.paths == [f"/v1/trading/accounts/{part}/account"]


@pytest.mark.parametrize("account_id", ["", ".", "..", "x" * 5000, "\ud800"])
def test_an_identity_that_no_path_can_name_is_unknown_without_asking(
    connect: Connect, account_id: str
) -> None:
    """Two dots would name another path; one such event must not end every night."""
    taken: dict[str, str | None] = {}
    with answering(_account) as desk:
        read_cash(connect(desk.url), [account_id], at_once=1, take=taken.__setitem__)
    assert (taken, desk.paths) == ({account_id: None}, [])


def test_a_429_pauses_every_call_of_that_broker(connect: Connect) -> None:
    """The limit is the key's: also when one call gives up, the next keeps the wait."""

    def reply(number: int, path: str) -> Reply:
        return (429, "{}", {"Retry-After": "0.2"}) if number == 1 else _account(number, path)

    taken: list[str] = []
    with answering(reply) as desk:
        broker = connect(desk.url, Patience(tries=1))
        with pytest.raises(BrokerUnreachable, match="HTTP 429, after 1 tries"):
            broker.get_text("/v1/trading/accounts/a/account", {})
        read_cash(broker, ["b", "c", "d"], at_once=3, take=lambda a, _: taken.append(a))
    assert sorted(taken) == ["b", "c", "d"]
    assert min(desk.at[1:]) - desk.at[0] >= 0.2


def test_a_strict_rate_limit_slows_the_reading_and_does_not_end_it(connect: Connect) -> None:
    """Three of four calls are put off: with four tries an account alone would often fail."""

    def reply(number: int, path: str) -> Reply:
        return _account(number, path) if number % 4 == 0 else (429, "{}", {"Retry-After": "0.001"})

    taken: list[str] = []
    accounts = [f"account-{number}" for number in range(60)]
    with answering(reply) as desk:
        broker = connect(desk.url, Patience(tries=4, first_wait_seconds=0.001))
        read_cash(broker, accounts, at_once=4, take=lambda a, _: taken.append(a))
    assert sorted(taken) == sorted(accounts)


def test_a_rate_limit_without_end_ends_the_reading(connect: Connect) -> None:
    """Nobody gets through, so the tries are used up."""
    with answering(lambda number, path: (429, "{}", {})) as desk:
        broker = connect(desk.url)
        with pytest.raises(BrokerUnreachable, match="HTTP 429"):
            read_cash(broker, ["a", "b", "c"], at_once=2, take=lambda account_id, text: None)


def test_a_failure_of_the_one_who_takes_ends_the_reading(connect: Connect) -> None:
    """A full disk must not be asked to hold a thousand accounts more."""

    def full(_account_id: str, _text: str | None) -> None:
        raise OSError(28, "no space")

    with answering(_account) as desk:
        broker = connect(desk.url)
        with pytest.raises(OSError, match="no space"):
            read_cash(broker, [f"account-{n}" for n in range(1000)], at_once=2, take=full)
    assert len(desk.paths) < 20
