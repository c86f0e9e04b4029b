"""Which booking belongs to which transfer: every expected match is found by hand, day by day."""

from __future__ import annotations

from recon.ledger.matching import Claim, Entry, matches
from recon.rules.catalog import streams_behind


def claim(
    name: str,
    first: int,
    last: int,
    *,
    old: bool = False,
    since: int = 0,
    account: str | None = "A1",
) -> Claim:
    """A claim for an entry from the `first` to the `last` settlement day."""
    return Claim(account, name, "completion", old, since, first, last)


def entry(name: str, day: int, *, last: int | None = -1, booked: int | None = None) -> Entry:
    """An entry that was made on that day, or from it to `last`."""
    return Entry("A1", name, day if booked is None else booked, day, day if last == -1 else last)


def matched(claims: list[Claim], entries: list[Entry]) -> dict[str, tuple[str | None, str | None]]:
    """What each transfer has: where old claims come last, and where each comes in its turn."""
    return {
        match.transfer_id: (match.activity_id, match.activity_in_turn)
        for match in matches(claims, entries)
    }


def test_each_takes_the_first_entry_that_is_left_within_its_days() -> None:
    """T1 takes day 2, T2 day 3; day 9 is beyond the days of T3."""
    entries = [entry("N2", 2), entry("N3", 3), entry("N9", 9)]
    assert matched([claim("T1", 1, 4), claim("T2", 1, 5), claim("T3", 1, 6)], entries) == {
        "T1": ("N2", "N2"),
        "T2": ("N3", "N3"),
        "T3": (None, None),
    }


def test_the_first_and_the_last_day_count_and_no_day_beside_them() -> None:
    """Days 3 to 6: of 2, 3, 6 and 7 the second and the third."""
    entries = [entry("N2", 2), entry("N3", 3), entry("N6", 6), entry("N7", 7)]
    claims = [claim("T1", 3, 6), claim("T2", 3, 6), claim("T3", 3, 6)]
    assert [first for first, _ in matched(claims, entries).values()] == ["N3", "N6", None]


def test_an_old_claim_leaves_the_only_entry_to_a_new_one_where_it_comes_last() -> None:
    """In their turn the old T1 takes it; where old ones come last, T2 does."""
    claims = [claim("T1", 1, 4, old=True), claim("T2", 2, 5)]
    assert matched(claims, [entry("N3", 3)]) == {"T1": (None, "N3"), "T2": ("N3", None)}


def test_old_claims_keep_their_order_among_themselves() -> None:
    """Last come T1 and T2, in this order: T3 takes day 3, T1 day 4, nothing is left for T2."""
    claims = [claim("T1", 1, 4, old=True), claim("T2", 1, 5, old=True), claim("T3", 1, 6)]
    assert matched(claims, [entry("N3", 3), entry("N4", 4)]) == {
        "T1": ("N4", "N3"),
        "T2": (None, "N4"),
        "T3": ("N3", None),
    }


def test_a_reversal_counts_if_what_it_reverses_was_booked_in_time() -> None:
    """Both are of day 5; what N1 reverses was booked on day 1, before the claim's day 2."""
    entries = [entry("N1", 5, booked=1), entry("N2", 5, booked=2)]
    assert matched([claim("T1", 4, 8, since=2)], entries) == {"T1": ("N2", "N2")}


def test_a_canceled_entry_may_have_been_canceled_on_any_later_day() -> None:
    """Booked on day 2, so canceled perhaps on day 6; one booked on day 9 was not yet on day 8."""
    assert matched([claim("T1", 6, 8)], [entry("N2", 2, last=None)]) == {"T1": ("N2", "N2")}
    assert matched([claim("T1", 6, 8)], [entry("N9", 9, last=None)]) == {"T1": (None, None)}


def test_another_accounts_entry_is_not_taken() -> None:
    """Nor does a transfer without an account take any."""
    claims = [claim("T1", 1, 4, account="A2"), claim("T2", 1, 4, account=None)]
    assert matched(claims, [entry("N2", 2)]) == {"T1": (None, None), "T2": (None, None)}


def test_a_table_made_in_python_stands_on_the_streams_of_what_it_reads() -> None:
    """A rule that reads only the matches still needs transfers and activities to be complete."""
    assert {"transfer_status", "funding_status", "nta", "activities"} <= streams_behind(
        ["transfer_matches"]
    )
