"""The chain of a log: whatever is changed, removed, put in or reordered is found where it is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from recon.errors import ReconError
from recon.ndjson import Log, append_lines, heads_of, read_chained

LINES = [{"n": number, "text": "x" * number} for number in range(5)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log of five lines."""
    log = tmp_path / "log.ndjson"
    for line in LINES:
        append_lines(log, [line])
    return log


def as_it_is(line: dict[str, Any]) -> dict[str, Any]:
    """What a reader makes of a line; the chain is not handed to it."""
    if set(line) != {"n", "text"}:
        raise TypeError("another line")
    return line


def read(path: Path) -> Log[dict[str, Any]]:
    """The whole log."""
    return read_chained(path, as_it_is)


def test_a_sound_log_reads_back_and_names_its_heads(path: Path) -> None:
    """A head is the number of lines and the chain of the last one."""
    log = read(path)
    assert log.lines == LINES
    chains = [json.loads(line)["chain"] for line in path.read_text().splitlines()]
    assert log.heads[1:] == [f"{n} {chain}" for n, chain in enumerate(chains, start=1)]
    assert (log.head_after(0), log.head_after(5)) == (log.heads[0], log.heads[-1])
    assert heads_of(path) == log.heads


def test_lines_of_one_write_and_of_five_are_the_same(path: Path, tmp_path: Path) -> None:
    """How lines came into the log is not in it."""
    append_lines(tmp_path / "at_once", LINES)
    assert (tmp_path / "at_once").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (lambda lines: [lines[0], lines[1].replace('"n": 1', '"n": 7'), *lines[2:]], 2),
        (lambda lines: lines[1:], 1),
        (lambda lines: [lines[0], *lines[2:]], 2),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4),
        (lambda lines: [*lines, lines[4]], 6),
        (lambda lines: [*lines[:4], '{"n": 4, "text": ""}'], 5),
        (lambda lines: [*lines, '{"n": 9, "text": ""}'], 6),
    ],
    ids=[
        "changed", "first_removed", "removed", "swapped", "doubled", "last_again",
        "chain_taken_away", "added_without_chain",
    ],
)  # fmt: skip
def test_whatever_is_done_to_lines_is_found(path: Path, edit: Any, line: int) -> None:
    """Reading stops at the first line that does not follow, and names it."""
    lines = edit(path.read_text().splitlines())
    path.write_text("".join(each + "\n" for each in lines))
    with pytest.raises(ReconError, match="follows from those before") as caught:
        read(path)
    assert f"{path}, line {line})" in str(caught.value)
    assert "recon verify" in str(caught.value)


def test_every_flipped_bit_is_found(path: Path) -> None:
    """Of every byte but the last newline, which the whole line before it does without."""
    whole = path.read_bytes()
    for at in range(len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ReconError):
            read(path)
    path.write_bytes(whole[:-1])
    assert read(path).lines == LINES


def test_lines_of_an_older_release_are_sealed_by_the_first_chained_one(tmp_path: Path) -> None:
    """They have no chain, and are read as before; then each of their bytes counts."""
    path, old = tmp_path / "log", b'{"n": 1, "text": ""}\n{"text":"", "n":2}\n'
    path.write_bytes(old)
    assert [line["n"] for line in read(path).lines] == [1, 2]
    append_lines(path, [{"n": 3, "text": ""}])
    first = hashlib.sha256(old).hexdigest()
    chain = hashlib.sha256(first.encode() + b'{"n": 3, "text": ""').hexdigest()
    assert path.read_bytes() == old + f'{{"n": 3, "text": "", "chain": "{chain}"}}\n'.encode()
    assert read(path).heads[1] == f"1 {hashlib.sha256(old.splitlines(True)[0]).hexdigest()}"
    assert read(path).heads[2:] == [f"2 {first}", f"3 {chain}"]
    path.write_bytes(path.read_bytes().replace(b'"n":2', b'"n":4'))
    with pytest.raises(ReconError, match="line 3"):
        read(path)


@pytest.mark.parametrize("cut", range(1, 120, 7))
def test_a_torn_last_line_goes_and_one_without_its_newline_stays(path: Path, cut: int) -> None:
    """The beginning of an object is no object, so that a whole one is known as whole: what it
    names was durable before it was written."""
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    kept = LINES if cut == 1 else LINES[: len(LINES) - 1]
    if cut < len(whole.splitlines(True)[-1]):
        assert read(path).lines == kept
        append_lines(path, LINES[len(kept) :])
        assert path.read_bytes() == whole


def test_a_line_is_added_without_reading_what_is_before(tmp_path: Path) -> None:
    """The next line needs the chain of the last one, however long the log and the lines are."""
    path = tmp_path / "log"
    append_lines(path, [{"n": n, "text": "y" * 1000} for n in range(2000)])
    append_lines(path, [{"n": 0, "text": "z" * 300_000}])
    whole = path.read_bytes()
    path.write_bytes(b"\0" * 1_000_000 + whole[1_000_000:])
    append_lines(path, [{"n": 1, "text": ""}])
    last = path.read_bytes().splitlines(True)[-1]
    path.write_bytes(whole + last)
    assert len(read_chained(path, as_it_is).lines) == 2002
