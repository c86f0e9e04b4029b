"""One fault and what comes of it: the plain rerun leads where an undisturbed run would have."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from recon.errors import ExitCode
from tests.crash.faulty import run_faulty, run_plain
from tests.crash.outcome import outcome_of
from tests.crash.power import after_power_cut, held
from tests.crash.works import Work

POWER = "power"
HOWS = ("kill", POWER, "ENOSPC", "EIO", "EACCES", "short")
FINISHED = (ExitCode.CLEAN, ExitCode.BREAKS)
ENDS = RECOVERED, UNFELT, WRONG = "recovered", "not felt", "silently wrong"


@dataclass(frozen=True)
class Trial:
    """A fault at the n-th change of a file, and its end: the command was killed or gave up, and its
    rerun was right (recovered); or it ended as ever (not felt). Anything else is wrong: `why` says
    how."""

    work: str
    how: str
    at: int
    end: str
    why: str = ""


def tried(work: Work, how: str, at: int, library: Path, place: Path) -> Trial:
    """Do it in folders below `place`, which are removed unless something was wrong."""
    end, why = _tried(work, how, at, library, place)
    if not why:
        shutil.rmtree(place)
    return Trial(work.name, how, at, end, why)


def _tried(work: Work, how: str, at: int, library: Path, place: Path) -> tuple[str, str]:
    home, kept = place / "home", place / "kept"
    place.mkdir()
    command = work.begin(home)
    with held(home, kept):
        first = run_faulty(
            command, library, at, "kill" if how == POWER else how, kept if how == POWER else None
        )
        if how == POWER:
            home = place / "after"
            after_power_cut(command.home, kept, home)
    if "Traceback" in first.err:
        return WRONG, f"a traceback: {first.err[-300:]}"
    second = run_plain(work.in_home(home))
    if "Traceback" in second.err:
        return WRONG, f"a traceback of the rerun: {second.err[-300:]}"
    if second.code not in (work.code, work.code_again):
        return WRONG, f"the rerun ended with exit {second.code}: {second.err[-300:]}"
    if differing := _differing(work, home):
        return WRONG, f"other {', '.join(differing)}"
    return (UNFELT if first.code in FINISHED else RECOVERED), ""


def _differing(work: Work, home: Path) -> list[str]:
    outcome = outcome_of(home)
    return [name for name, value in work.undisturbed.items() if outcome[name] != value]
