"""Help: at once, for every command, with an example."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from recon.cli import main
from tests.cli.calling import call_here
from tests.test_commands import commands
from tests.test_shape import ROOT

assert isinstance(main, click.Group)
COMMANDS = dict(commands(main, "recon"))
HEAVY = {"polars", "duckdb", "pyarrow", "httpx", "rich", "pendulum", "structlog", "stamina"}
LOOK = """
import sys
try:
    from recon.cli import main
    main(["--help"])
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def test_help_imports_no_heavy_library() -> None:
    """Whoever asks for help waits for nothing that only a night needs."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Usage: ")
    imported = set(done.stderr.split())
    assert {"recon", "click"} <= imported
    assert not imported & HEAVY


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_shows_what_it_does_and_how(tmp_path: Path, words: str) -> None:
    """One sentence first, every option with its meaning, an example last."""
    called = call_here(tmp_path, *words.split()[1:], "--help", env={})
    assert (called.code, called.err) == (0, "")
    head, _, example = called.out.partition("Example:\n")
    assert head.split("\n\n")[1].strip().endswith(".")
    assert "\\b" not in called.out
    assert example.strip().startswith(words)
    options = [p for p in COMMANDS[words].params if isinstance(p, click.Option)]
    assert all(option.help for option in options)
    known = {name for option in options for name in option.opts}
    assert {word for word in example.split() if word.startswith("-")} <= known


def test_the_exit_codes_stand_in_the_help(tmp_path: Path) -> None:
    """An operator looks there first."""
    printed = call_here(tmp_path, "--help", env={}).out
    assert "\\b" not in printed
    assert "\n  Exit codes: 0 clean, " in printed
    shown = " ".join(printed.split())
    for code, meaning in {
        0: "clean", 1: "failure", 2: "usage", 3: "breaks found", 4: "input incomplete",
        5: "not ready in time", 6: "locked", 7: "broker refused or unreachable",
        99: "no trading day", 143: "stopped by a signal",
    }.items():  # fmt: skip
        assert f"{code} {meaning}" in shown
