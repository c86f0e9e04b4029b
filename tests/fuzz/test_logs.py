"""Any bytes of a log are a beginning of what was written, or a refusal that names the line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.archive.manifest import read_fetches
from recon.breaks.log import read_entries
from recon.chain import BREAKS, CLOSINGS, LOGS, MANIFEST, RUNS
from recon.closings.store import read_index_log
from recon.errors import ReconError
from recon.ndjson import Log, append_lines, heads_of
from recon.nightly.night_record import read_record
from recon.nightly.run_index import read_run_log
from recon.nightly.verify import verify
from tests.fuzz.mutating import cases, mutated
from tests.nightly.nights import MONDAY, Home

READERS: dict[str, Callable[[Path], Log[Any]]] = {
    MANIFEST: lambda home: read_fetches(home / "archive"),
    BREAKS: lambda home: read_entries(home / "breaks"),
    CLOSINGS: lambda home: read_index_log(home / "closings"),
    RUNS: read_run_log,
}
CHAIN = re.compile(rb', "chain": "[0-9a-f]{64}"')


@pytest.fixture(scope="module")
def logs(faulty: Home) -> dict[str, bytes]:
    """The first lines of each log of a home with two nights and breaks."""
    return {
        name: b"".join((faulty.path / name).read_bytes().splitlines(keepends=True)[:6])
        for name in LOGS
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one log is written at a time."""
    return tmp_path_factory.mktemp("logs")


def written(home: Path, name: str, content: bytes) -> Path:
    """A home with that log."""
    path = home / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", LOGS)
@cases(40)
@given(data=st.data())
def test_a_chained_log_gives_a_beginning_or_is_refused(
    logs: dict[str, bytes], place: Path, name: str, data: st.DataObject
) -> None:
    """However it was changed: no line is read that was not written so, in that place."""
    written(place, name, logs[name])
    right = READERS[name](place)
    path = written(place, name, data.draw(mutated([logs[name]])))
    try:
        log = READERS[name](place)
    except ReconError as error:
        assert f"{path}, line " in str(error)  # noqa: PT017 -- to be read is as right
        return
    assert log.lines == right.lines[: len(log.lines)]
    assert log.heads == right.heads[: len(log.heads)]


@pytest.mark.parametrize("name", LOGS)
@cases(40)
@given(data=st.data())
def test_a_log_of_an_older_release_is_read_or_refused(
    logs: dict[str, bytes], place: Path, name: str, data: st.DataObject
) -> None:
    """Without a chain a change may pass unseen, but nothing else than a refusal stops the reader;
    and what is added to what was read is sealed with it."""
    path = written(place, name, data.draw(mutated([CHAIN.sub(b"", logs[name])])))
    try:
        log = READERS[name](place)
    except ReconError as error:
        assert f"{path}, line " in str(error)  # noqa: PT017 -- to be read is as right
        return
    if 'chain": "' not in path.read_bytes().decode("latin-1"):
        append_lines(path, [{"what": "said"}])
        assert heads_of(path)[-2].split()[0] == str(len(log.heads) - 1)


@pytest.mark.parametrize("name", LOGS)
def test_a_line_that_nests_beyond_every_reader_is_refused(
    logs: dict[str, bytes], place: Path, name: str
) -> None:
    """Also where nothing chains it, and as the last one without its end."""
    for tail in (b'{"fetch": ' + b"[" * 200_000 + b"\n", b'{"a": ' * 200_000 + b"}" * 200_000):
        written(place, name, logs[name] + tail)
        if tail.endswith(b"\n"):
            with pytest.raises(ReconError, match=", line "):
                READERS[name](place)
        else:
            READERS[name](place)


@cases(40)
@given(data=st.data())
def test_a_record_of_a_night_is_read_or_refused(
    faulty: Home, place: Path, data: st.DataObject
) -> None:
    """By its reader: whether it may be believed is asked of the certificate."""
    right = (faulty.path / "runs" / f"{MONDAY}.json").read_bytes()
    path = written(place, f"runs/{MONDAY}.json", data.draw(mutated([right])))
    try:
        read_record(path)
    except ReconError as error:
        assert str(path) in str(error)  # noqa: PT017 -- to be read is as right


@cases(15)
@given(data=st.data())
def test_verify_looks_at_any_logs(
    logs: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """It ends, and names what it finds: it is asked when everything else is in doubt."""
    home = tmp_path_factory.mktemp("home")
    for name in LOGS:
        written(home, name, data.draw(mutated([logs[name]], 2)))
    verified = verify(home)
    assert all(each.where for each in verified.findings)
