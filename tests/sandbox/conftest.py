from __future__ import annotations

from collections.abc import Iterator

import pytest

from recon.sandbox.wire.server import Sandbox
from tests.sandbox.client import BOOKS


@pytest.fixture
def broker() -> Iterator[Sandbox]:
    """A sandbox of the tests' books with everything published."""
    with Sandbox(BOOKS, heartbeat_seconds=0.05) as sandbox:
        yield sandbox
