"""What a connection does beside answering."""

from __future__ import annotations

import subprocess
import sys

from tests.test_shape import ROOT

SLOW = """
from recon.warehouse.connect import MEMORY, connect
connection = connect(MEMORY)
connection.execute("set progress_bar_time = 1")
connection.execute("select sum(a.i * b.i) from range(30000) as a(i), range(20000) as b(i)")
"""


def test_a_long_query_writes_nothing() -> None:
    """Standard output is for what a command gives, JSON among it."""
    words = [sys.executable, "-c", SLOW]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == (b"", b"")
