"""Books do not begin between the legs of one corporate action."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from recon.archive.manifest import read_manifest
from recon.closings.legs import first_leg_cut_off
from recon.feeds.streams import ACTIVITIES, NTA, Stream
from tests.archive.making import archived_texts


def leg(number: int, day: str, entry_type: str = "MA", account_id: str = "A1") -> str:
    """One leg as the older stream sends it."""
    return json.dumps(
        {
            "id": f"N{number}", "account_id": account_id, "at": f"{day}T12:00:00Z",
            "entry_type": entry_type, "status": "executed", "system_date": day, "net_amount": 1,
        }
    )  # fmt: skip


def typed_leg(number: int, day: str, entry_type: str = "MA", group_id: str | None = None) -> str:
    """One leg as the newer stream sends it."""
    return json.dumps(
        {
            "ref_id": f"N{number}", "account_id": "A1", "at": f"{day}T12:00:00Z",
            "activity_type": entry_type, "status": "executed",
            "details": {"system_date": day, "group_id": group_id},
        }
    )  # fmt: skip


def cut_off(archive: Path, stream: Stream, texts: list[str], base: str) -> date | None:
    """What the base of that date would cut off; each text is a segment of its own."""
    for text in texts:
        archived_texts(archive, stream, [text])
    return first_leg_cut_off(archive, read_manifest(archive), date.fromisoformat(base))


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("2026-06-07", None),
        ("2026-06-08", date(2026, 6, 8)),
        ("2026-06-10", date(2026, 6, 8)),
        ("2026-06-11", date(2026, 6, 8)),
        ("2026-06-12", None),
    ],
)
def test_a_base_between_two_legs_cuts_the_first_off(
    tmp_path: Path, base: str, expected: date | None
) -> None:
    """Shares go on Monday, cash comes on Friday: only before and after is the action whole."""
    legs = [leg(1, "2026-06-08"), leg(2, "2026-06-12")]
    assert cut_off(tmp_path, NTA, legs, base) == expected


def test_legs_more_than_five_days_apart_are_two_actions(tmp_path: Path) -> None:
    """As the adapter groups them; six days from one to the next."""
    assert (
        cut_off(tmp_path, NTA, [leg(1, "2026-06-08"), leg(2, "2026-06-14")], "2026-06-10") is None
    )


def test_an_exercise_and_its_trade_are_one_action(tmp_path: Path) -> None:
    """The contract goes on one day, the shares come on the next."""
    legs = [leg(1, "2026-06-08", "OPEXC"), leg(2, "2026-06-09", "OPTRD")]
    assert cut_off(tmp_path, NTA, legs, "2026-06-08") == date(2026, 6, 8)


def test_the_newer_stream_is_looked_at_too(tmp_path: Path) -> None:
    """Its date lies in the details."""
    legs = [typed_leg(1, "2026-06-08"), typed_leg(2, "2026-06-09")]
    assert cut_off(tmp_path, ACTIVITIES, legs, "2026-06-08") == date(2026, 6, 8)


def test_a_group_is_one_action_however_far_apart_its_legs_are(tmp_path: Path) -> None:
    """Rights are distributed in June; what became of them comes in August, under the same name."""
    legs = [typed_leg(1, "2026-06-08", "VOF", "G1"), typed_leg(2, "2026-06-09", "VOF", "G2")]
    later = typed_leg(3, "2026-08-10", "VOF", "G1")
    assert cut_off(tmp_path, ACTIVITIES, [*legs, later], "2026-07-15") == date(2026, 6, 8)


@pytest.mark.parametrize(
    "second",
    [leg(2, "2026-06-09", account_id="A2"), leg(2, "2026-06-09", "SPLIT")],
    ids=["another account", "another kind"],
)
def test_legs_of_others_are_no_reason(tmp_path: Path, second: str) -> None:
    """One account's merger does not wait for another's, nor for a split."""
    assert cut_off(tmp_path, NTA, [leg(1, "2026-06-08"), second], "2026-06-08") is None


def test_fees_and_dividends_have_no_legs(tmp_path: Path) -> None:
    """They are whole by themselves, on every day."""
    types = ("FEE", "DIV", "JNLC")
    texts = [leg(n, "2026-06-08", each) for n, each in enumerate(types)]
    texts += [leg(9 + n, "2026-06-09", each) for n, each in enumerate(types)]
    assert cut_off(tmp_path, NTA, texts, "2026-06-08") is None
