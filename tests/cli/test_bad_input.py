"""Wrong words, dates, addresses and files: one line that helps, exit 2, and nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archive.making import contents
from tests.cli.calling import CREDENTIALS, SECRET, call, call_here

RUN = ("run", "--date", "2026-06-15")
REPLAY = ("replay", "--stream", "trades")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--date", "15.06.2026"), "saw '15.06.2026'"),
        (("run", "--date", "2026-02-30"), "saw '2026-02-30'"),
        (("run", "--date", "2026-W25-1"), "saw '2026-W25-1'"),
        (("run", "--date", "1999-01-04"), "that the trading calendar covers"),
        ((*RUN, "--wait", "4"), "a duration such as 90s, 30m or 4h"),
        ((*REPLAY, "--since", "2026-06-16", "--until", "2026-06-15"), "since before until"),
        ((*REPLAY, "--since", "2026-06-16", "--until", "2026-06-16"), "since before until"),
        ((*REPLAY, "--since", "2026-06-16T10:00:00", "--until", "2026-06-17"), "as Z or as an"),
        ((*REPLAY, "--since", "2026-06-16", "--until", "2999-01-01"), "a window that is over"),
        (
            ("replay", "--stream", "nope", "--since", "2026-06-15", "--until", "2026-06-16"),
            "one of trades, trades_v1, nta",
        ),
        (("--broker-url", "http://example.com", *RUN), "https://host, or http:// on a loopback"),
        (("--broker-url", f"https://key:{SECRET}@example.com", *RUN), "keys never belong in it"),
        (("--broker-url", f"https://example.com/?k={SECRET}", *RUN), "keys never belong in it"),
        (("--broker-url", f"https://example.com/#{SECRET}", *RUN), "keys never belong in it"),
        (("--broker-url", "https://example.com\n", *RUN), r"'https://example.com\n'"),
        (("--broker-url", "https://broker..example.com", *RUN), "https://host, or http://"),
        (("--config", "absent.toml", *RUN), "No such file"),
        (("explain", "0123456789ab"), "a warehouse that a night has published"),
        (("explain", "0123456789ab", "--date", "2026-06-15"), "a date that was evaluated"),
        (("breaks",), "saw no such folder: nothing was checked (recon-home)"),
        (("--home", ".", "breaks", "--json"), "saw no archive: nothing was checked (.)"),
        (("breaks", "--say", "0123456789ab", "--owner", "ann"), "that some night has seen"),
        (("breaks", "--say", "0123456789ab"), "saw --say 0123456789ab alone"),
        (
            ("breaks", "--owner", "ann", "--reason-code", "late"),
            "saw --owner and --reason-code without --say",
        ),
        (("sandbox", "serve", "--date", "2026-01-01"), "expected one of 2026-06-15, 2026-06-16"),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, tuple) else "",
)
def test_a_wrong_word_is_answered_in_one_line(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    """Expected, seen, where, what next; and the folder is as empty as before."""
    called = call_here(tmp_path, *words)
    assert said in called.complaint
    assert (called.code, called.out) == (2, "")
    assert contents(tmp_path) == {}


def test_missing_credentials_name_the_variables_to_set(tmp_path: Path) -> None:
    """Half a pair is none; the half that is there is not shown."""
    called = call(tmp_path, *RUN, env={"RECON_BROKER_SECRET": SECRET})
    assert called.code == 2
    assert "RECON_BROKER_KEY and RECON_BROKER_SECRET" in called.complaint
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"lookback_days = ", "a readable TOML file"),
        (b"\xff\xfe", "a readable TOML file"),
        (
            b'streems = ""\nbroker_secret = "sandbox-secret"\n',
            "streems (did you mean streams?)",
        ),
        (b"lookback_days = 91\n", "a whole number from 0 to 90"),
    ],
    ids=["cut", "no text", "unknown", "too much"],
)
def test_a_wrong_configuration_is_named_with_its_file(
    tmp_path: Path, content: bytes, said: str
) -> None:
    """A `recon.toml` in the folder is read without being asked for."""
    (tmp_path / "recon.toml").write_bytes(content)
    called = call_here(tmp_path, *RUN)
    assert said in called.complaint
    assert called.code == 2
    assert list(contents(tmp_path)) == ["recon.toml"]


@pytest.mark.parametrize("words", [("run",), ("nonsense",), ("run", "--nonsense"), ("explain",)])
def test_a_word_that_click_refuses_is_a_usage_error_too(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Its own three lines say how to get help."""
    called = call_here(tmp_path, *words)
    assert called.code == 2
    assert "--help" in called.err
    assert contents(tmp_path) == {}


def test_a_home_that_is_a_file_is_said_to_be_one(tmp_path: Path) -> None:
    """The wrong path in a crontab must not end in a traceback."""
    (tmp_path / "home").write_text("not a folder")
    called = call_here(tmp_path, "--home", "home", "check", "--date", "2026-06-15")
    assert called.code == 2
    assert "home" in called.complaint


def test_a_list_of_accounts_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A folder, or a file that is no text."""
    (tmp_path / "accounts.bin").write_bytes(b"\xff\xfe\x00")
    for name in (".", "accounts.bin"):
        called = call_here(tmp_path, "open", "--date", "2026-06-15", "--accounts", name)
        assert called.code == 2


def test_a_date_without_trading_is_nothing_to_do(tmp_path: Path) -> None:
    """Juneteenth and a Saturday; a scheduler that wants to know gets 99."""
    for day, words, code in (
        ("2026-06-19", (), 0),
        ("2026-06-20", (), 0),
        ("2026-06-19", ("--skip-code",), 99),
    ):
        called = call_here(tmp_path, "run", "--date", day, *words, env={})
        assert (called.code, called.err) == (code, "")
        assert called.out == f"{day} is no trading day: nothing to do.\n"
    assert contents(tmp_path) == {}


def test_the_environment_is_read_and_an_option_wins(tmp_path: Path) -> None:
    """A wrong URL in the environment is refused, and the right one of the option is taken."""
    wrong = {**CREDENTIALS, "RECON_BROKER_URL": "ftp://example.com"}
    assert "'ftp://example.com'" in call_here(tmp_path, *RUN, env=wrong).complaint
    called = call_here(tmp_path, "--broker-url", "https://example.com", "breaks", env=wrong)
    assert called.code == 2
    assert "no such folder" in called.complaint, "the address was taken"
