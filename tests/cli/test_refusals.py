"""A broker that says no, or nothing usable: exit 7, one line, no secret, nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pendulum
import pytest

from recon.errors import BrokerUnreachable, ExitCode
from recon.feeds.broker import Broker
from recon.nightly.progress import SILENT
from recon.nightly.run import run_date
from recon.sandbox.wire.server import Sandbox
from recon.sandbox.wire.transport import TransportFault
from recon.window import parse_instant
from tests.archive.making import contents
from tests.cli.calling import CREDENTIALS, SECRET, call, call_here
from tests.feeds.fault_server import SILENCE, FaultServer, Script, head, refusal, serving
from tests.nightly.nights import MONDAY, NOW, SHORT, right_books, settings_of

RUN = ("run", "--date", "2026-06-15")
PAGE = b"<html>sign in</html>"
KEYS = "check RECON_BROKER_KEY and RECON_BROKER_SECRET"
ADDRESS = "check RECON_BROKER_URL"


@pytest.mark.parametrize(
    ("script", "seen", "help_"),
    [
        (refusal("401 Unauthorized"), "HTTP 401", KEYS),
        (refusal("403 Forbidden"), "HTTP 403", KEYS),
        (refusal("404 Not Found"), "HTTP 404", ADDRESS),
        (refusal("302 Found", "Location: https://example.com/"), "a redirect", ADDRESS),
        (refusal("429 Too Many Requests", "Retry-After: 0"), "HTTP 429, after 5 tries", ADDRESS),
        (refusal("503 Service Unavailable", "Retry-After: 0"), "HTTP 503, after 5", ADDRESS),
        ([head("200 OK", f"Content-Length: {len(PAGE)}", mime="text/html"), PAGE], "html", ADDRESS),
    ],
    ids=["401", "403", "404", "redirect", "429", "503", "page"],
)
def test_a_refusal_is_named_with_the_setting_to_check(
    tmp_path: Path, script: Script, seen: str, help_: str
) -> None:
    """And no night is begun: there is no report, no record and no line of the manifest."""
    with serving(script) as server:
        called = call_here(tmp_path, "--home", "home", "--broker-url", server.url, *RUN)
        assert_authorized(server)
    assert called.code == 7
    assert seen in called.complaint
    assert help_ in called.complaint
    assert f"/v2/events/system at {server.url.removeprefix('http://')})" in called.complaint
    assert called.out == ""
    assert list(contents(tmp_path)) == ["home/lock"]


def assert_authorized(server: FaultServer) -> None:
    """The key was sent, in a header and not in the URL."""
    assert all("Authorization: Basic " in request for request in server.requests)
    assert all(SECRET not in request for request in server.requests)


def test_every_try_is_a_line_of_json_on_standard_error(tmp_path: Path) -> None:
    """A log that a machine reads: four waits are announced, then the one line for people."""
    with serving(refusal("503 Service Unavailable", "Retry-After: 0")) as server:
        called = call(tmp_path, "--home", "home", "--broker-url", server.url, *RUN)
        assert len(server.requests) == 5
    assert called.code == 7
    lines = called.err.splitlines()
    assert [line[0] for line in lines] == ["{"] * 4 + ["r"]
    for number, line in enumerate(map(json.loads, lines[:4]), start=1):
        assert (line["event"], line["why"], line["tries"]) == ("asked again", "HTTP 503", number)
        assert line["where"].endswith(f" at {server.url.removeprefix('http://')}")
        assert parse_instant(line["time"]) <= pendulum.now("UTC")
        assert (line["run"], line["system_date"]) == (1, "2026-06-15")
        assert not line.keys() & {"args", "kwargs", "callable", "caused_by"}
    assert "HTTP 503, after 5 tries" in called.complaint


def test_a_wrong_secret_is_refused_by_the_sandbox_itself(tmp_path: Path) -> None:
    """The whole way, with the broker's own answer."""
    wrong = {**CREDENTIALS, "RECON_BROKER_SECRET": "wrong-and-not-to-be-shown"}
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        called = call(tmp_path, "--broker-url", sandbox.url, *RUN, env=wrong)
    assert called.code == 7
    assert KEYS in called.complaint
    assert "wrong-and-not-to-be-shown" not in called.out + called.err


def test_nobody_at_the_address_is_the_same_exit_code(tmp_path: Path) -> None:
    """In this process, so that five tries need not be waited for."""
    settings = settings_of(tmp_path, "http://127.0.0.1:9")
    with (
        Broker(settings.broker_url, "key", SECRET, SHORT) as broker,
        pytest.raises(BrokerUnreachable) as caught,
    ):
        run_date(
            broker, settings, MONDAY, NOW, wait_seconds=0, again=False, progress=SILENT
        )  # fmt: skip
    assert caught.value.exit_code == ExitCode.BROKER
    assert "ConnectError" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert list(contents(tmp_path)) == ["lock"]


def test_a_refusal_in_the_middle_of_a_night_publishes_nothing(tmp_path: Path) -> None:
    """The streams were read, the cash statement is refused: what came is kept, no night is."""
    fault = TransportFault("status", path="/v1/trading/accounts/", status=403, times=99)
    with Sandbox(right_books(), as_of=MONDAY, transport=(fault,)) as sandbox:
        called = call_here(tmp_path, "--home", ".", "--broker-url", sandbox.url, *RUN)
    assert called.code == 7
    assert "HTTP 403" in called.complaint
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "lock"]


def test_doctor_ticks_only_what_is_true_and_exits_as_a_night_would(tmp_path: Path) -> None:
    """Nobody at the address, and a key that is refused: 7. What nobody saw yet has no tick."""
    called = call_here(tmp_path, "--broker-url", "http://127.0.0.1:9", "doctor")
    assert called.code == 7
    lines = called.out.splitlines()
    assert [line for line in lines if line[0] == "✓"] == [lines[0], lines[1]]
    assert lines[2].endswith(" archive: nothing was read yet")
    assert lines[3].endswith(" credentials from RECON_BROKER_KEY/RECON_BROKER_SECRET: not proven")
    assert lines[4].startswith("✗ expected an answer from the broker; saw ")
    assert "nothing was checked" in lines[5]
    wrong = {**CREDENTIALS, "RECON_BROKER_SECRET": "wrong"}
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        called = call_here(tmp_path, "--broker-url", sandbox.url, "doctor", env=wrong)
    assert called.code == 7
    assert "✗ expected HTTP 200; saw HTTP 401 " in called.out


def test_doctor_names_what_is_damaged_and_changes_nothing(tmp_path: Path) -> None:
    """A home that is a file, then a manifest that cannot be read; without a key nobody is asked."""
    (tmp_path / "file").write_text("")
    called = call_here(tmp_path, "--home", "file/home", "doctor", env={})
    assert called.code == 2
    assert f"✗ {tmp_path / 'file'}: no folder that can be written to" in called.out
    (tmp_path / "home" / "archive").mkdir(parents=True)
    (tmp_path / "home" / "archive" / "manifest.ndjson").write_text("damaged\n")
    before = contents(tmp_path)
    called = call_here(tmp_path, "--home", "home", "doctor", env={})
    assert called.code == 1
    assert "manifest.ndjson, line 1" in called.out
    assert "✗ no broker credentials" in called.out
    assert contents(tmp_path) == before


def test_doctor_is_content_with_a_broker_that_answers(tmp_path: Path) -> None:
    """The system stream and, of each stream whose documents disagree about windows, three days;
    the key's place is named, not the key."""
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        called = call_here(tmp_path, "--home", "home", "--broker-url", sandbox.url, "doctor")
        paths = [request.partition("?")[0] for request in sandbox.requests]
    assert paths == ["/v2/events/system", "/v2/events/trades", "/v1/events/nta",
                     "/v2/events/funding/status", "/v1/events/accounts/status"]  # fmt: skip
    assert "✓ windows of nta: the broker takes instants; whether it cuts them" in called.out
    assert not (tmp_path / "home").exists()
    assert called.code == 0
    assert "✗" not in called.out
    assert "✓ credentials from RECON_BROKER_KEY/RECON_BROKER_SECRET" in called.out


def test_a_stream_that_falls_silent_is_left_at_the_deadline_that_was_set(tmp_path: Path) -> None:
    """Each of the three tries ends by RECON_WINDOW_DEADLINE_SECONDS; nothing is proven."""
    env = {**CREDENTIALS, "RECON_WINDOW_DEADLINE_SECONDS": "1"}
    words = ("replay", "--stream", "trades", "--since", "2026-06-15", "--until", "2026-06-16")
    script: Script = [head(), b": heartbeat\n\n", SILENCE]
    with serving(script, script, script) as server:
        broker = ("--home", "home", "--broker-url", server.url)
        called = call_here(tmp_path, *broker, *words, env=env)
    assert called.code == ExitCode.INCOMPLETE
    assert called.out.count("ended=timeout") == 3
