"""Odd names of a home: a night works in it as in any other, or the name is refused in one line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.archive.making import contents
from tests.cli.calling import call_here
from tests.nightly.nights import MONDAY, Home

pytestmark = pytest.mark.long

CHECK = ("check", "--date", str(MONDAY))
ODD = "-a b'c\"d {e,f} $g%20#h&;~\u00e9\u6f22!"


def reports(home: Path) -> dict[str, bytes]:
    """The bytes of every report."""
    return contents(home / "reports")


def test_a_night_works_whatever_its_home_is_called(clean: Home, tmp_path: Path) -> None:
    """Blanks, quotes, braces, other alphabets, a dash at its beginning, and behind a symlink."""
    shutil.copytree(clean.path, tmp_path / ODD)
    (tmp_path / "link").symlink_to(tmp_path / ODD)
    for name in (ODD, "link"):
        for path in (tmp_path / ODD / "reports").rglob("*.csv"):
            path.unlink()
        called = call_here(tmp_path, "--home", name, *CHECK)
        assert called.code == 0, called
        assert reports(tmp_path / ODD) == reports(clean.path)
    assert {path.name for path in tmp_path.iterdir()} == {ODD, "link"}


@pytest.mark.parametrize(
    "name", ["a\\b", "a*", "a?", "a[b]", "a\nb", "s3:a", "\x1b[2Ja", "a\u202e"]
)
def test_a_name_that_would_be_another_s_is_refused(tmp_path: Path, name: str) -> None:
    """Even where a folder of that name is there, and the pattern would fit others beside it."""
    for folder in ("ab", "a b", name):
        (tmp_path / folder).mkdir()
    before = sorted(tmp_path.rglob("*"))
    for words in (CHECK, ("breaks",), ("doctor",), ("webhook", "serve", "--keys", "x"), ("demo",)):
        called = call_here(tmp_path, "--home", name, *words)
        assert called.code == 2
        assert "(setting home). Next: name another with RECON_HOME or --home" in called.complaint
    assert sorted(tmp_path.rglob("*")) == before
    assert "--home)" in call_here(tmp_path, "--home", "", "breaks").complaint
