"""Everything at once on one home, in processes of their own: nothing is lost, and nobody waits.

Two nights are there. Then the third is run by two commands and by a watch, while webhooks are
delivered, a file is ingested, people comment and others look. Each call ends with its result, or
with exit 6 and the name of who holds the lock; what was refused is called again, as a person or a
scheduler would. The home then says what one says in which the same was done in a row.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from recon.archive.inbox import keep, open_inbox
from recon.breaks.log import read_log
from recon.errors import ExitCode
from recon.nightly.verify import verify
from recon.sandbox.books.model import Books
from recon.sandbox.faults.catalog import plant
from recon.sandbox.wire.server import Sandbox
from tests.cli.calling import CREDENTIALS, ENTRY, Called, call
from tests.nightly.nights import NOW, WEDNESDAY, Home, right_books
from tests.test_shape import ROOT
from tests.webhook.events import account, event_id, payload
from tests.webhook.receiving import Receiver, absorbed_ids, keys_file, receiver
from tests.webhook.signing import Signer

DAY = str(WEDNESDAY)
SIGNER = Signer()
LOCKED = re.compile(r"; saw process [0-9]+ on \S+: recon .+, since 20\S+Z \(\S+/lock\)\. Next: ")
RESULTS = {ExitCode.CLEAN, ExitCode.BREAKS}
SECONDS_MAX, COMMENTS = 120, 2
READ = """
import sys
from pathlib import Path
from recon.warehouse.connect import connect
with connect(Path(sys.argv[1]), read_only=True) as connection:
    [(day,)] = connection.sql("select system_date from night").fetchall()
    assert connection.sql("select count(*) from verdicts").fetchall()[0][0] > 0
"""
pytestmark = pytest.mark.long


def faulty_books() -> Books:
    """Those of the home `faulty`."""
    return plant(right_books(), ["lost_fill", "taf_fee_missing"])[0]


class Beside:
    """What is called on one home, by threads of which each calls one thing again and again."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        self.env = {**CREDENTIALS, "RECON_HOME": str(home), "RECON_BROKER_URL": url}
        self.codes: Counter[tuple[str, int]] = Counter()
        self.wrong: list[str] = []
        self.over = threading.Event()

    def call(self, *words: str) -> Called:
        """One call, whose end is looked at."""
        called = call(self.home.parent, *words, env=self.env)
        self.codes[words[0], called.code] += 1
        if called.code == ExitCode.LOCKED and not LOCKED.search(called.complaint):
            self.wrong.append(f"{words}: {called.complaint}")
        elif called.code not in {*RESULTS, ExitCode.LOCKED}:
            self.wrong.append(f"{words}: {called.code} {called.err[-400:]}")
        return called

    def until_done(self, *words: str) -> None:
        """Call it until nobody holds the lock."""
        deadline = time.monotonic() + SECONDS_MAX
        while self.call(*words).code == ExitCode.LOCKED:
            assert time.monotonic() < deadline, f"{words} was never let in"
            time.sleep(0.2)

    def look(self) -> None:
        """What people ask while others write, in turn, until everything else is over."""
        for words in itertools.cycle((["verify"], ["breaks"], ["doctor"], ["accounts"])):
            if self.over.wait(1):
                return
            self.call(*words)

    def say(self, says: Sequence[Sequence[str]]) -> None:
        """One comment after the other."""
        for words in says:
            self.until_done(*words)

    def look_into_the_warehouse(self) -> None:
        """As the notebook does; there is always one that opens and has a night in it."""
        while not self.over.wait(1):
            words = [sys.executable, "-c", READ, str(self.home / "warehouse.duckdb")]
            done = subprocess.run(
                words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
            )
            if done.returncode:
                self.wrong.append(done.stderr[-400:])


def comment(number: int) -> str:
    """What is said."""
    return f"asked the broker, {number}"


def deliver(beside: Beside, keys: str, acknowledged: list[int]) -> None:
    """Webhooks, one after the other, until everything else is over."""
    with receiver(beside.home, keys) as running:
        for number in itertools.count(1):
            if beside.over.is_set():
                return
            body = payload(account(number))
            while not kept(running, body):
                time.sleep(0.05)
            acknowledged.append(number)
            time.sleep(0.05)


def kept(running: Receiver, body: bytes) -> bool:
    """Whether it was acknowledged; a broker that hears nothing delivers it again."""
    try:
        return running.post(body, SIGNER.headers(body)).status_code == 200
    except httpx.TransportError:
        return False


def watching(beside: Beside) -> subprocess.Popen[str]:
    """A watch of one night."""
    return subprocess.Popen(
        [sys.executable, "-c", ENTRY, "watch", "--nights", "1"],
        cwd=beside.home.parent,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **beside.env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def started(*calls: Callable[[], None]) -> list[threading.Thread]:
    """Each in a thread."""
    threads = [threading.Thread(target=each) for each in calls]
    for thread in threads:
        thread.start()
    return threads


def reports(home: Path) -> dict[str, bytes]:
    """What the third night published; of the certificate what does not name runs or logs."""
    folder = home / "reports" / DAY
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    certificate = json.loads(found.pop("certificate.json"))
    kept = {name: certificate[name] for name in ("result", "rules", "needed", "certified")}
    found["certificate"] = json.dumps(kept, sort_keys=True).encode()
    return found


@pytest.fixture(scope="module")
def broker() -> Iterator[Sandbox]:
    """The broker that the first two nights were read from, on the third day."""
    with Sandbox(faulty_books(), as_of=WEDNESDAY) as sandbox:
        yield sandbox


def test_everything_at_once_ends_as_in_a_row(faulty: Home, broker: Sandbox, tmp_path: Path) -> None:
    """Nothing is lost, nothing twice, every log is sound, and the reports are the same."""
    beside = Beside(tmp_path / "beside" / "home", broker.url)
    in_a_row = Beside(tmp_path / "row" / "home", broker.url)
    for each in (beside, in_a_row):
        shutil.copytree(faulty.path, each.home)
    transfers = str(ROOT / "data/samples/transfer_status.ndjson")
    broken = next(
        entry["break_id"] for entry in read_log(beside.home / "breaks") if "rule" in entry
    )
    says = [("breaks", "--say", broken, "--comment", comment(n)) for n in range(COMMENTS)]
    keys, acknowledged = keys_file(tmp_path, SIGNER), list[int]()
    watch = watching(beside)
    looking = started(
        beside.look,
        beside.look_into_the_warehouse,
        lambda: deliver(beside, keys, acknowledged),
    )
    try:
        for event in broker.books.system:
            if event.system_date == WEDNESDAY:
                broker.publish_live("system", event.text)
        writing = started(
            lambda: beside.until_done("run", "--date", DAY),
            lambda: beside.until_done("run", "--date", DAY, "--again"),
            lambda: beside.until_done("ingest", "--stream", "transfer_status", transfers),
            lambda: beside.say(says),
        )
        for thread in writing:
            thread.join(timeout=2 * SECONDS_MAX)
    finally:
        beside.over.set()
        for thread in looking:
            thread.join(timeout=SECONDS_MAX)
        if watch.poll() is None:
            watch.terminate()
        _, said = watch.communicate(timeout=20)
    assert not any(thread.is_alive() for thread in (*writing, *looking))
    assert not beside.wrong, "\n".join(beside.wrong)
    assert watch.returncode in {0, ExitCode.LOCKED, ExitCode.TERMINATED}, said
    assert watch.returncode != ExitCode.LOCKED or LOCKED.search(said), said

    body_folder = open_inbox(in_a_row.home / "archive")
    for number in acknowledged:
        keep(body_folder, payload(account(number)), NOW)
    for words in (*says, ("ingest", "--stream", "transfer_status", transfers)):
        in_a_row.until_done(*words)
    for each in (in_a_row, beside):
        each.until_done("run", "--date", DAY, "--again")
        assert each.wrong == []
        assert verify(each.home).findings == []
        said_once = Counter(
            entry["comment"] for entry in read_log(each.home / "breaks") if entry["what"] == "said"
        )
        assert said_once == {comment(number): 1 for number in range(COMMENTS)}
    assert reports(beside.home) == reports(in_a_row.home)
    found = absorbed_ids(beside.home / "archive")
    assert len(acknowledged) > 3
    assert {event_id(number) for number in acknowledged} <= {*found}
    assert len(found) == len({*found})
