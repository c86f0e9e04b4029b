"""What a night costs when the history grows: `python -m tests.bench.nights --executions 5000`.

Each night runs in a process of its own: it archives the day's events and statements and evaluates
the night. Printed are its CPU seconds (user and system), its peak memory, and how many files of
the archive and the closings it opened; at the end the last night beside the third.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from recon.archive.archive import Archive
from recon.archive.columns import read_row
from recon.archive.intake import Intake
from recon.archive.manifest import Fetch, append, next_number, read_manifest
from recon.archive.segment import write_segment
from recon.feeds.broker import StreamEnd
from recon.feeds.streams import EOD_CASH, EOD_POSITIONS, NTA, SYSTEM, TRADES, Stream
from recon.nightly.run import check_date
from recon.settings import Settings, read_settings
from recon.window import Window, as_z, day_start
from tests.bench.history import Day, History

COMPLETE = StreamEnd("complete", 0, 0, 0, ())
THIRD = 3
READY_HOURS = 3  # of the next morning, when the broker is ready with a day


def bring(archive: Path, day: Day) -> None:
    """Archive a day as a night does that asked for it: streams proven complete, both statements."""
    start = day_start(day.since)
    since = start.add(hours=READY_HOURS) if read_manifest(archive) else start
    until = day_start(day.system_date).add(hours=24 + READY_HOURS)
    window = Window(since, until)
    for stream, texts in ((TRADES, day.trades), (NTA, day.nta), (SYSTEM, day.system)):
        intake = Intake(Archive(archive, as_z(window.until)), stream, window)
        intake.take(texts)
        intake.record(COMPLETE)
    for stream, texts in ((EOD_POSITIONS, day.positions), (EOD_CASH, day.cash)):
        _bring_statement(archive, stream, day.system_date, texts)


def _bring_statement(archive: Path, stream: Stream, day: date, texts: list[str]) -> None:
    number = next_number(read_manifest(archive))
    rows = [read_row(stream, text) for text in texts]
    segment = write_segment(archive / stream.name, f"{number:06d}-0000", stream, rows)
    since, until = (as_z(day_start(each)) for each in (day, day + timedelta(days=1)))
    count = len(rows)
    append(
        archive,
        Fetch(number, stream.name, since, until, "complete", count, count, 0, segments=(segment,)),
    )


def night(home: Path, day: Day) -> None:
    """What is measured."""
    bring(home / "archive", day)
    outcome = check_date(settings_of(home), day.system_date)
    print(f"  {outcome.result}, {outcome.breaks} breaks", end="", file=sys.stderr)


def settings_of(home: Path) -> Settings:
    """Settings as a command would have them."""
    return read_settings({"home": str(home)}, {}, None)


def measured(home: Path, day: Day) -> tuple[float, int]:
    """CPU seconds and peak MiB of one night in a process of its own."""
    process = multiprocessing.get_context("fork").Process(target=night, args=(home, day))
    process.start()
    _, status, usage = os.wait4(process.pid or 0, 0)
    if status:
        raise SystemExit(f"the night of {day.system_date} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def main() -> None:
    """Run the nights and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executions", type=int, default=5000, help="of each day")
    parser.add_argument("--nights", type=int, default=15)
    parser.add_argument("--home", type=Path, help="an empty folder to keep; else a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = options.home or Path(temporary)
        history, costs = History(options.executions), []
        for number in range(1, options.nights + 1):
            costs.append(measured(home, history.day(number)))
            print(f"night {number:3}: {costs[-1][0]:7.2f} s CPU {costs[-1][1]:6} MiB", flush=True)
    (cpu, memory), (third_cpu, third_memory) = costs[-1], costs[min(THIRD, len(costs)) - 1]
    print(f"last / third: {cpu / third_cpu:.2f} of CPU, {memory / third_memory:.2f} of memory")


if __name__ == "__main__":
    main()
