"""Files that cannot be read are refused in one line that shows nothing of them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from recon.errors import UsageError
from tests.archive.test_files import ONE, read


@pytest.mark.parametrize("packed", ["gzip", "zstd"])
def test_a_flipped_bit_of_a_packed_file_is_refused_in_one_line(tmp_path: Path, packed: str) -> None:
    """Wherever it is; where it changes no byte of what is packed the file reads as it was, which
    zstd without a checksum cannot promise."""
    lines = "".join(f'{{"execution_id":"{number * 7919:x}"}}\n' for number in range(40)).encode()
    packs = {
        "gzip": gzip.compress(lines, mtime=0),
        "zstd": pa.compress(lines, codec="zstd", asbytes=True),
    }
    content = packs[packed]
    right, refused = lines.decode().split(), 0
    for place in range(4, len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        try:
            texts = read(tmp_path, bytes(flipped))
            assert texts == right or packed == "zstd"
        except UsageError:
            refused += 1
    assert refused


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        ("root:$6$secret:19000:0:99999:7:::\n", "a line of 33 bytes"),
        ("secret,100\n", "a line of a CSV"),
        ("<html>secret</html>\n", "markup"),
        (f"data: {ONE}\n\nsecret: 1\n\n", "a field that none has"),
    ],
)
def test_nothing_is_shown_of_a_file_that_is_none_of_events(
    tmp_path: Path, content: str, seen: str
) -> None:
    """Who may call the job may not read what the job may: what it is and where, no more."""
    with pytest.raises(UsageError) as caught:
        read(tmp_path, content)
    assert f"saw {seen} (" in str(caught.value)
    assert "secret" not in str(caught.value)
