"""The comparison of two releases sees every report that differs, and nothing else."""

from __future__ import annotations

from pathlib import Path

from tests.truth.compare_releases import differences


def _reports(folder: Path, **texts: str) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    (folder / "certificate.json").write_text(folder.name, "utf-8")
    return folder


def test_equal_reports_do_not_differ(tmp_path: Path) -> None:
    """The certificate names hashes of the rules, so it may differ."""
    older = _reports(tmp_path / "older", rules="a,1\n")
    assert differences(older, _reports(tmp_path / "newer", rules="a,1\n"), {}) == []


def test_a_changed_byte_a_lost_report_and_a_new_one_are_named(tmp_path: Path) -> None:
    """One entry for each report, with the lines that differ."""
    older = _reports(tmp_path / "older", cash="x,1.10\ny,2\n", lost="a\n")
    newer = _reports(tmp_path / "newer", cash="x,1.1\ny,2\n", new="b\n")
    cash, lost, new = differences(older, newer, {})
    assert cash[2:] == ["@@ -1 +1 @@\n", "-x,1.10\n", "+x,1.1\n"]
    assert lost[1] == "+++ newer/lost.csv (absent)\n"
    assert new[0] == "--- older/new.csv (absent)\n"


def test_a_name_that_changed_is_no_difference(tmp_path: Path) -> None:
    """In a file's name and in its contents."""
    older = _reports(tmp_path / "older", readings="reading,value\n")
    newer = _reports(tmp_path / "newer", assumptions="assumption,value\n")
    assert differences(older, newer, {"reading": "assumption"}) == []
