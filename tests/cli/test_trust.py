"""Credentials go to no host that a file names which merely lies in the working folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import CREDENTIALS, call_here
from tests.feeds.fault_server import FaultServer, refusal, serving

RUN = ("run", "--date", "2026-06-15")
QUESTIONS = [
    RUN,
    ("open", "--date", "2026-06-15"),
    ("replay", "--stream", "nta", "--since", "2026-06-15", "--until", "2026-06-16"),
    ("watch", "--nights", "1"),
    ("doctor",),
]


def config(place: Path, server: FaultServer) -> None:
    """A settings file that somebody left there."""
    path = place / "recon.toml"
    path.write_text(f'home = "home"\nbroker_url = "{server.url}/secret-path"\n')
    path.chmod(0o644)


@pytest.mark.parametrize("words", QUESTIONS, ids=lambda words: str(words[0]))
def test_a_host_that_only_the_folder_names_is_not_asked(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """By no command: not one connection, and the line says which host and what to do."""
    with serving(refusal("401 Unauthorized")) as server:
        config(tmp_path, server)
        called = call_here(tmp_path, *words)
        assert server.requests == []
    assert called.code == 2
    said = called.out + called.err
    host = server.url.removeprefix("http://")
    assert f"saw {host} from a file that nobody named (recon.toml in the working folder)" in said
    assert "run the same once with --config recon.toml: this home remembers it" in said
    assert "secret-path" not in said


def test_naming_the_file_once_is_the_confirmation_that_the_home_keeps(tmp_path: Path) -> None:
    """For this host and these credentials alone; the home shows neither."""
    with serving(refusal("401 Unauthorized")) as server:
        config(tmp_path, server)
        assert call_here(tmp_path, "--config", "recon.toml", *RUN).code == 7
        assert call_here(tmp_path, *RUN).code == 7
        asked = len(server.requests)
        assert asked == 2
        other = {**CREDENTIALS, "RECON_BROKER_SECRET": "another"}
        assert call_here(tmp_path, *RUN, env=other).code == 2
        text = (tmp_path / "recon.toml").read_text()
        (tmp_path / "recon.toml").write_text(text.replace("secret-path", "elsewhere"))
        assert call_here(tmp_path, *RUN).code == 2
        assert len(server.requests) == asked
    kept = (tmp_path / "home" / "confirmed-hosts").read_text()
    assert server.url not in kept
    assert CREDENTIALS["RECON_BROKER_SECRET"] not in kept


def test_an_option_or_the_environment_names_the_host(tmp_path: Path) -> None:
    """Then the file in the folder has no say in it, and nothing is to be confirmed."""
    with serving(refusal("401 Unauthorized")) as theirs, serving(refusal("403 No")) as ours:
        config(tmp_path, theirs)
        assert "HTTP 403" in call_here(tmp_path, "--broker-url", ours.url, *RUN).complaint
        env = {**CREDENTIALS, "RECON_BROKER_URL": ours.url}
        assert "HTTP 403" in call_here(tmp_path, *RUN, env=env).complaint
        env = {**CREDENTIALS, "RECON_CONFIG": "recon.toml"}
        assert "HTTP 401" in call_here(tmp_path, *RUN, env=env).complaint
        assert not (tmp_path / "recon-home").exists()


def test_a_bundle_of_certificates_is_confirmed_as_a_host_is(tmp_path: Path) -> None:
    """Who chooses the authority reads the credentials too."""
    (tmp_path / "recon.toml").write_text('ca_file = "theirs.pem"\n')
    (tmp_path / "recon.toml").chmod(0o644)
    called = call_here(tmp_path, *RUN)
    assert called.code == 2
    assert "a broker_url and a ca_file that you named yourself" in called.complaint
