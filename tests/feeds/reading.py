"""Two events and a heartbeat, and how the tests read a script of them."""

from __future__ import annotations

from recon.feeds.broker import Broker, StreamEnd
from recon.feeds.streams import TRADES
from recon.window import Window
from tests.feeds.conftest import Connect
from tests.feeds.fault_server import Script, head, serving

FIRST = b'data: {"execution_id":"a","qty":"1.50"}\n\n'
SECOND = b'id: 7\ndata: {"execution_id":"b"}\n\n'
HEARTBEAT = b": heartbeat\n\n"
TEXTS = ['{"execution_id":"a","qty":"1.50"}', '{"execution_id":"b"}']
CHUNKED = head("200 OK", "Transfer-Encoding: chunked")


def read(broker: Broker, window: Window, taken: list[str], seconds: float = 5) -> StreamEnd:
    """One reading of the window; the messages go to `taken`."""
    return broker.read_window(TRADES, window, taken.extend, deadline_seconds=seconds)


def read_script(connect: Connect, window: Window, script: Script) -> tuple[StreamEnd, list[str]]:
    """One reading of what the script sends, and the messages it brought."""
    taken: list[str] = []
    with serving(script) as server:
        return read(connect(server.url), window, taken), taken
