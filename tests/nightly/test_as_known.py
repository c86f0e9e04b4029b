"""What a run knew can be asked for again, and gives the same bytes, whatever came later."""

from __future__ import annotations

from pathlib import Path

import pytest

from recon.breaks.log import Said, say
from recon.rules.catalog import find_rules
from tests.archive.making import contents
from tests.chains import as_of_an_older_release, rewrite, without_heads
from tests.cli.calling import call_here
from tests.nightly.longbooks import DAYS, make_long_books
from tests.nightly.longnights import LongHome, copy_of, report, run_long

pytestmark = pytest.mark.long

FIFTH, EIGHTH = DAYS[4], DAYS[7]


@pytest.fixture(scope="module")
def later(broken: LongHome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home after somebody spoke of a break and the fifth night ran again, as run 9."""
    home = copy_of(broken.path, tmp_path_factory.mktemp("later") / "home")
    row = report(home, FIFTH, "discrepancies.csv")[0]
    said = Said(owner="ann", reason_code="broker", comment="asked them")
    say(home / "breaks", row["break_id"], said, "2026-06-30T00:00:00Z")
    run_long(home, make_long_books(with_break=True), [FIFTH], again=True)
    return home


def asked(home: Path, night: object, run: int) -> int:
    """The exit code of asking for what a run of that night knew."""
    words = ("--home", str(home), "run", "--date", str(night), "--as-known-at", str(run))
    return call_here(home, *words, env={}).code


@pytest.mark.parametrize(("night", "run", "code"), [(DAYS[1], 2, 0), (FIFTH, 5, 3), (EIGHTH, 8, 3)])
def test_every_file_of_the_night_comes_again_to_the_byte(
    broken: LongHome, later: Path, night: object, run: int, code: int
) -> None:
    """Before and after late events, with and without breaks; nothing else in the home changes."""
    before = contents(later)
    assert asked(later, night, run) == code
    folder = later / "reports" / "as-known" / str(run) / str(night)
    assert contents(folder) == contents(broken.path / "reports" / str(night))
    after = contents(later)
    assert {name: after[name] for name in before} == before
    assert all(name.startswith("reports/as-known/") for name in after.keys() - before.keys())


def test_a_run_of_an_older_release_is_read(broken: LongHome, tmp_path: Path) -> None:
    """Until 0.3.0 the index named the assumptions `readings`."""
    home = copy_of(broken.path, tmp_path / "home")
    as_of_an_older_release(home)
    rewrite(
        home / "runs" / "index.ndjson",
        lambda line: {("readings" if k == "assumptions" else k): v for k, v in line.items()},
    )
    assert asked(home, FIFTH, 5) == 3
    folder = home / "reports" / "as-known" / "5" / str(FIFTH)
    published = contents(broken.path / "reports" / str(FIFTH))
    assert without_heads(contents(folder)) == without_heads(published)


def test_the_night_again_knows_what_came_since(later: Path) -> None:
    """The comment, as run 9 of the home; the same run asked again says the same."""
    assert asked(later, FIFTH, 9) == 3
    again = contents(later / "reports" / str(FIFTH))
    assert contents(later / "reports" / "as-known" / "9" / str(FIFTH)) == again
    assert any(row["comment"] == "asked them" for row in report(later, FIFTH, "discrepancies.csv"))


def test_a_run_that_there_was_not_is_refused(broken: LongHome) -> None:
    """One of another night too; the line names those that there are."""
    for run in (77, 4):
        words = ("run", "--date", str(FIFTH), "--as-known-at", str(run))
        called = call_here(broken.path, "--home", str(broken.path), *words, env={})
        assert called.code == 2
        assert f"a run of {FIFTH}: 5" in called.complaint


def test_a_run_of_other_rules_is_refused(broken: LongHome, tmp_path: Path) -> None:
    """Other rules cannot give its answer."""
    home = copy_of(broken.path, tmp_path / "home")
    as_of_an_older_release(home)
    rewrite(home / "runs" / "index.ndjson", lambda line: {**line, "rule_pack": "0" * 64})
    words = ("run", "--date", str(FIFTH), "--as-known-at", "5")
    called = call_here(home, "--home", str(home), *words, env={})
    assert called.code == 2
    assert "pack 000000000000" in called.complaint
    assert not (home / "reports" / "as-known").exists()


def test_rules_that_ran_before_word_for_word_are_not_parsed_again(
    broken: LongHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each was seen to be one SELECT then; where no run had these rules each is looked at."""
    parsed: list[str] = []
    monkeypatch.setattr("recon.rules.run.check_statement", lambda rule: parsed.append(rule.rule))
    home = copy_of(broken.path, tmp_path / "home")
    as_of_an_older_release(home)
    words = ("--home", str(home), "check", "--date", str(FIFTH))
    call_here(home, *words, env={})
    assert parsed == []
    rewrite(home / "runs" / "index.ndjson", lambda line: {**line, "rule_pack": "0" * 64})
    call_here(home, *words, env={})
    assert parsed == [rule.rule for rule in find_rules()]
