"""Every kind of file of a home, damaged in every way: the answer is the undisturbed one, or none.

`python -m tests.crash.test_no_false_clean` prints how many were tried and how they ended.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.archive.making import contents
from tests.cli.calling import Called, call_here
from tests.nightly.nights import MONDAY, TUESDAY, Home, run_nights

pytestmark = pytest.mark.long
FAULTS = ["lost_fill", "taf_fee_missing"]
BREAKS, REFUSED = 3, (1, 2, 4, 5, 6, 7)
NOBODY_URL = "http://127.0.0.1:9"
SAME, NONE = "the undisturbed answer", "refused"

FILES = {
    "manifest": "archive/manifest.ndjson",
    "columns": "archive/trades/*.parquet",
    "texts": "archive/nta/*.ndjson.zst",
    "statement": "archive/eod_cash/*.parquet",
    "system": "archive/system/*.ndjson.zst",
    "break log": "breaks/log.ndjson",
    "closings": "closings/index.ndjson",
    "closing": "closings/*.parquet",
    "runs": "runs/index.ndjson",
    "record": f"runs/{TUESDAY}.json",
    "certificate": f"reports/{TUESDAY}/certificate.json",
    "report": f"reports/{TUESDAY}/discrepancies.csv",
    "warehouse": "warehouse.duckdb",
}


def flipped(content: bytes) -> bytes:
    """One bit in the middle is another."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def without_a_line(content: bytes) -> bytes:
    """A line of the middle is gone."""
    lines = content.splitlines(True)
    return b"".join(lines[: len(lines) // 2] + lines[len(lines) // 2 + 1 :])


DAMAGES: Mapping[str, Callable[[bytes], bytes | None]] = {
    "gone": lambda _: None,
    "emptied": lambda _: b"",
    "cut by a byte": lambda content: content[:-1],
    "cut by half": lambda content: content[: len(content) // 2],
    "flipped": flipped,
    "longer": lambda content: content + content[-40:],
    "without a line": without_a_line,
    "without its end": lambda content: b"".join(content.splitlines(True)[:-1]),
}


def damage(home: Path, name: str, how: str) -> None:
    """Damage the last file of that kind."""
    path = max(home.glob(FILES[name]))
    after = DAMAGES[how](path.read_bytes())
    if after is None:
        path.unlink()
    else:
        path.write_bytes(after)


def called(home: Path, *words: str) -> Called:
    """A command on that home; there is no broker to ask."""
    return call_here(home, "--home", str(home), "--broker-url", NOBODY_URL, *words)


def answer(home: Path, before: Mapping[str, bytes]) -> str:
    """What `recon run` says of the night: as ever, nothing, or what is wrong with it."""
    done = called(home, "run", "--date", str(TUESDAY))
    if "Traceback" in done.err:
        return f"a traceback: {done.err}"
    if done.code in REFUSED:
        return NONE
    same = done.code == BREAKS and reports(home) == before
    return SAME if same else f"exit {done.code}: {done.out}"


def reports(home: Path) -> dict[str, bytes]:
    """The reports of the night, without its certificate: its heads tell of what was mended."""
    found = contents(home / "reports" / str(TUESDAY))
    return {name: text for name, text in found.items() if name != "certificate.json"}


def test_without_damage_the_answer_is_the_same(faulty: Home) -> None:
    """Else nothing here would tell anything."""
    assert answer(faulty.path, reports(faulty.path)) == SAME


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_no_damage_gives_another_answer(name: str, how: str, faulty: Home, tmp_path: Path) -> None:
    """And `recon verify` names it, but for what a night makes again to the byte: a log whose last
    line lacks its newline, the warehouse, and a record, for which it asks the broker again."""
    home = tmp_path / "home"
    shutil.copytree(faulty.path, home)
    before = reports(home)
    damage(home, name, how)
    named = called(home, "verify").code == 1
    assert answer(home, before) in ((SAME, NONE) if named or name == "record" else (SAME,))


def main() -> None:
    """Try each and print the counts."""
    ends: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        home = run_nights(Path(scratch) / "made", FAULTS, [MONDAY, TUESDAY]).path
        before = reports(home)
        for name in FILES:
            for how in DAMAGES:
                copy = Path(scratch) / f"{name}-{how}"
                shutil.copytree(home, copy)
                damage(copy, name, how)
                ends[answer(copy, before).partition(":")[0]] += 1
                shutil.rmtree(copy)
    sys.stdout.write(json.dumps(dict(ends), indent=2) + "\n")


if __name__ == "__main__":
    main()
