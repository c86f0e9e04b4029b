"""Who trades what, when: takes a script and the accounts, writes the orders of all days.

The first customers each have a part that every seed plays, so that every kind of event is in
all books; further customers trade at random. Amounts, prices and times come from the seed.
Days are indexes of the system dates: 0 is Monday 2026-06-15, 4 is Monday 2026-06-22.
"""

from __future__ import annotations

from decimal import Decimal

from recon.sandbox.books.model import Account
from recon.sandbox.books.script import Script

# role: index of the last day on which it is bought before its corporate action.
BOUGHT_BEFORE = {
    "dividend": 1, "second_dividend": 2, "stock_dividend": 1, "forward_split": 1,
    "reverse_split": 2, "cash_merger": 2, "stock_merger": 1, "mixed_merger": 3,
    "renamed": 1, "worthless": 2,
}  # fmt: skip
_HOLDERS = (0, 2, 3, 5, 6)  # steps from a role's own customer to the ones who hold it
_ORDINARY = ("ordinary_a", "ordinary_b", "ordinary_c", "acquirer")
PARTS = 8  # customers with a part
SPREADER = 6  # the place of the customer who trades options, a spread of two as well


def write_story(script: Script, customers: tuple[Account, ...], firm: Account) -> None:
    """Writes every order. Expects at least eight customers."""
    if len(customers) < PARTS:
        raise ValueError(f"expected at least {PARTS} customers; saw {len(customers)}")
    _plain_trading(script, customers[0], customers[1])
    _busts(script, customers[2], customers[3])
    _corrections(script, customers[4])
    _shorts(script, customers[5])
    _options(script, customers[SPREADER])
    _overnight(script, customers[7])
    _firm(script, firm)
    _holders(script, customers)
    _after_actions(script, customers)
    for account in customers[PARTS:]:
        _at_random(script, account)


def _plain_trading(script: Script, first: Account, second: Account) -> None:
    shares = script.rng.randrange(40, 90)
    script.order(first, "ordinary_a", "buy", 0, "10:05", str(shares), 3, limit=True)
    script.order(first, "ordinary_a", "sell", 1, "11:40", str(shares // 3), 2, opens=False)
    script.spend(first, "ordinary_a", 2, "13:10", "1500", 2)
    script.order(first, "ordinary_a", "sell", 4, "15:20", "4.371115174", 2, opens=False)
    script.order(first, "ordinary_b", "buy", 0, "12:00", "60", 2)
    script.order(first, "ordinary_b", "sell", 2, "12:30", "25", opens=False, leaves="10")
    script.spend(second, "ordinary_b", 0, "10:30", "2500")
    script.order(second, "ordinary_b", "buy", 3, "14:00", "90", 3, leaves="35")
    script.order(second, "ordinary_a", "buy", 1, "10:45", "12.5", 2)
    script.order(second, "ordinary_a", "sell", 5, "10:15", "3.75", opens=False)


def _busts(script: Script, buyer: Account, seller: Account) -> None:
    """Of a buy and of a sale, on the same day and on a later one."""
    bought = script.order(buyer, "ordinary_a", "buy", 1, "10:20", "30", 3)
    script.bust(bought, 1, 1, "15:30")
    script.order(buyer, "ordinary_a", "buy", 2, "10:20", "7")
    late = script.order(buyer, "ordinary_c", "buy", 1, "13:00", "44", 2)
    script.bust(late, 1, 3, "11:05")
    script.order(seller, "ordinary_b", "buy", 0, "10:10", "200", 2)
    sold = script.order(seller, "ordinary_b", "sell", 2, "10:40", "60", 3, opens=False)
    script.bust(sold, 0, 2, "16:20")
    again = script.order(seller, "ordinary_b", "sell", 3, "11:15", "50", 2, opens=False)
    script.bust(again, 1, 4, "10:50")


def _corrections(script: Script, account: Account) -> None:
    """Of a price, of a quantity, on the same day and later, and one of a correction."""
    cent = Decimal("0.01")
    first = script.order(account, "ordinary_c", "buy", 0, "10:50", "80", 2)
    step = script.executed(first, 0)
    script.correct(first, 0, 0, "16:10", step.qty, step.price - 3 * cent)
    sold = script.order(account, "ordinary_c", "sell", 2, "10:05", "30", 2, opens=False)
    step = script.executed(sold, 1)
    script.correct(sold, 1, 2, "15:45", step.qty - 2, step.price + cent)
    late = script.order(account, "ordinary_b", "buy", 2, "14:10", "35", 2)
    step = script.executed(late, 1)
    script.correct(late, 1, 4, "10:25", step.qty, step.price - 5 * cent)
    script.correct(late, 2, 5, "11:35", step.qty + 1, step.price - 2 * cent)
    alone = script.order(account, "acquirer", "buy", 3, "10:35", "21")
    step = script.executed(alone, 0)
    script.correct(alone, 0, 3, "17:05", step.qty, step.price - 11 * cent)


def _shorts(script: Script, account: Account) -> None:
    """One short that is covered, one that goes through the forward split."""
    script.order(account, "ordinary_b", "sell", 1, "10:15", "50", 2)
    script.order(account, "ordinary_b", "buy", 3, "12:40", "20", opens=False)
    script.order(account, "ordinary_b", "buy", 4, "12:40", "30", 2, opens=False)
    script.order(account, "forward_split", "sell", 0, "11:20", "14", 2)
    script.order(account, "forward_split_new", "buy", 4, "13:35", "9", opens=False)


def _options(script: Script, account: Account) -> None:
    script.order(account, "call", "buy", 0, "10:40", "6", 2, limit=True)
    script.order(account, "call", "sell", 2, "11:10", "2", 2, opens=False, limit=True)
    script.order(account, "call", "sell", 4, "11:10", "3", opens=False, limit=True)
    script.order(account, "put", "sell", 1, "14:20", "2", limit=True)
    script.order(account, "put", "buy", 4, "14:20", "1", opens=False, limit=True)
    script.order(account, "ordinary_a", "buy", 0, "10:55", "15.25", 2)
    script.order(account, "ordinary_a", "sell", 2, "10:55", "5.125", 2, opens=False)


def _overnight(script: Script, account: Account) -> None:
    """The session from 20:00 belongs to the next trade date; also the crossed timestamps."""
    script.crossed_pair(account, "ordinary_a", 0)
    script.order(account, "ordinary_a", "buy", 1, "20:30", "10.5", 2, limit=True, overnight=True)
    script.order(account, "ordinary_a", "sell", 3, "21:15", "2.25", limit=True, opens=False,
                 overnight=True)  # fmt: skip
    script.order(account, "ordinary_a", "sell", 4, "22:40", "1.5", 2, limit=True, opens=False,
                 overnight=True)  # fmt: skip
    script.crossed_pair(account, "ordinary_a", 5)


def _firm(script: Script, firm: Account) -> None:
    """Buys what it will give away, and sells enough cheap shares to reach the fee's cap."""
    script.order(firm, "ordinary_c", "buy", 0, "10:00", "75", 2)
    script.order(firm, "penny", "buy", 1, "10:00", "90000", 3)
    script.order(firm, "penny", "sell", 3, "10:00", "60000", opens=False)
    script.order(firm, "penny", "sell", 4, "10:00", "20000", 2, opens=False)


def _holders(script: Script, customers: tuple[Account, ...]) -> None:
    """Five of the first customers hold each role that a corporate action will change."""
    for place, (role, last_day) in enumerate(BOUGHT_BEFORE.items()):
        for number, offset in enumerate(_HOLDERS):
            account = customers[(place + offset) % PARTS]
            if role == "forward_split" and account is customers[5]:
                continue  # that one is short
            day = script.rng.randint(0, last_day)
            minute = 10 + 5 * place
            if number % 2:
                notional = str(script.rng.randrange(600, 3000))
                script.spend(account, role, day, f"13:{minute}", notional, 1 + number // 3)
            else:
                qty = f"{script.rng.randrange(20, 120)}.{script.rng.randrange(1, 1000):03d}"
                script.order(account, role, "buy", day, f"14:{minute % 60}", qty, 1 + number // 2)


def _after_actions(script: Script, customers: tuple[Account, ...]) -> None:
    """The first holder of each surviving asset trades it after its corporate action."""
    for role, day in (("forward_split", 4), ("reverse_split", 5), ("renamed", 4)):
        account = customers[list(BOUGHT_BEFORE).index(role) % PARTS]
        script.order(account, f"{role}_new", "sell", day, "12:15", "1.5", 2, opens=False)
        script.spend(account, f"{role}_new", 5, "15:05", "250")


def _at_random(script: Script, account: Account) -> None:
    for role in script.rng.sample(_ORDINARY, 2):
        shares = script.rng.randrange(20, 60)
        script.order(account, role, "buy", 0, "11:00", str(shares), script.rng.randint(1, 3))
        for day in range(1, 6):
            if script.rng.randrange(2):
                script.spend(account, role, day, "11:30", str(script.rng.randrange(50, 900)))
            elif script.rng.randrange(2):
                script.order(account, role, "sell", day, "12:30", f"{shares // 9}.25", opens=False)
