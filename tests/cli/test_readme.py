"""What the README and the help tell a reader to type is typed here."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from recon.cli import main
from tests.cli.calling import CREDENTIALS, ENTRY, call_here
from tests.test_commands import commands
from tests.test_shape import ROOT

PAGES = [
    page
    for folder in (".", ".github", "recon", "sql", "tests", "data")
    for page in sorted((ROOT / folder).glob("*.md"))
]
README = "\n".join((ROOT / name).read_text("utf-8") for name in ("README.md", "recon/OPERATING.md"))
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
CRON = re.search(r"^0 1 \* \* 2-6  (.*)$", README, re.MULTILINE)
assert isinstance(main, click.Group)
EXAMPLES = {
    words: command.get_help(click.Context(command)).partition("Example:\n")[2].strip()
    for words, command in commands(main, "recon")
}


def block_with(text: str) -> str:
    """The one block of shell commands that has it."""
    block: str
    (block,) = (block for block in BLOCKS if text in block)
    return block


def shell(place: Path, script: str, program: Path, **environment: str) -> tuple[int, str]:
    """Run a script as a reader would, with only that program and the system's on the PATH."""
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", script],
        cwd=place,
        env={"PATH": f"{program.parent}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout


def installed(folder: Path, body: str = "") -> Path:
    """A program `recon` in a folder of its own: this one, or what `body` says."""
    program = folder / "bin" / "recon"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n" + (body or f'exec "{sys.executable}" -c "{ENTRY}" "$@"\n'))
    program.chmod(0o755)
    return program


@contextmanager
def serving(place: Path) -> Iterator[list[str]]:
    """`recon sandbox serve` on any port; gives the lines that it prints."""
    with subprocess.Popen(
        [sys.executable, "-c", ENTRY, "sandbox", "serve", "--port", "0"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as broker:
        assert broker.stdout is not None
        try:
            lines: list[str] = []
            while not lines or lines[-1].strip() != "recon breaks":
                lines.append(broker.stdout.readline())
                assert lines[-1], lines
            yield lines
        finally:
            broker.terminate()


def test_what_the_sandbox_says_to_try_works_and_is_what_the_readme_says(tmp_path: Path) -> None:
    """Line by line, in a shell with nothing else: a clean night, and what was checked."""
    program = installed(tmp_path)
    with serving(tmp_path) as lines:
        commands_ = [line.strip() for line in lines if line.startswith("  ")]
        code, out = shell(tmp_path, "\n".join(commands_), program)
        assert code == 0, out
    assert "\n2026-06-17, input complete: 0 open, " in out
    assert any("2026-06-15, 2026-06-16, 2026-06-17" in line for line in lines)
    block = block_with("RECON_BROKER_URL=http").splitlines()
    assert block == [re.sub(r"(127\.0\.0\.1):\d+", r"\1:8080", line) for line in commands_]


def test_the_examples_with_a_date_work_on_the_sandbox(tmp_path: Path) -> None:
    """Those of `--help`, in the order of a night; `open` begins other books."""
    with serving(tmp_path) as lines:
        (url,) = re.findall(r"http://[\d.:]+", lines[0])
        env = {**CREDENTIALS, "RECON_BROKER_URL": url}
        for name in ("run", "check", "rebuild", "replay"):
            words = shlex.split(EXAMPLES[f"recon {name}"])[1:]
            called = call_here(tmp_path, "--home", "night", *words, env=env)
            assert called.code == 0, (words, called.err)
        words = shlex.split(EXAMPLES["recon open"])[1:]
        called = call_here(tmp_path, "--home", "books", *words, env=env)
        assert called.code == 0, called.err


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_points_to_is_there(page: Path) -> None:
    """Links to other pages, and paths of the checkout that are named as code."""
    text = page.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
    for named in re.findall(r"`((?:recon|sql|tests|data|notebooks)/[\w./-]+)`", text):
        assert (ROOT / named).exists(), f"{page.name} names {named}"


def test_the_readme_is_read_in_one_sitting() -> None:
    """What is for some readers only stands on a page of its own."""
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 180


def test_the_line_that_copies_the_dag_copies_it(tmp_path: Path) -> None:
    """In the checkout, whatever is installed where."""
    (tmp_path / "dags").mkdir()
    line = block_with("AIRFLOW_HOME").splitlines()[0]
    code, out = shell(ROOT, line, tmp_path / "recon", AIRFLOW_HOME=str(tmp_path))
    assert (code, out) == (0, "")
    copied = (tmp_path / "dags" / "recon_nightly.py").read_bytes()
    assert copied == (ROOT / "recon" / "airflow_dag.py").read_bytes()


def test_what_is_installed_is_this_checkout_with_extras_that_there_are() -> None:
    """No registry has the project: a name would install nothing, or something else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    targets = re.findall(r"pip install '?([^\s'`]+)", README)
    assert len(targets) >= 3
    for target in targets:
        found = re.fullmatch(r"\.(\[(\w+)\])?", target)
        assert found, target
        assert found[2] is None or found[2] in project["optional-dependencies"]
    assert (ROOT / "notebooks" / "after_a_bad_night.py").is_file()


@pytest.mark.parametrize(
    ("code", "mailed"), [(0, ""), (99, ""), (3, "said\n"), (4, "said\n"), (127, "said\n")]
)
def test_the_line_for_cron_runs_the_day_before_and_mails_what_is_not_well(
    tmp_path: Path, code: int, mailed: str
) -> None:
    """Cron has nearly nothing on its PATH; the file that is read first brings it."""
    assert CRON is not None
    program = installed(tmp_path, f'echo "$@" > "{tmp_path}/words"; echo said; exit {code}\n')
    (tmp_path / "env").write_text(f'export PATH="{program.parent}:$PATH"\n')
    line = CRON[1].replace("\\%", "%").replace("/etc/recon/env", str(tmp_path / "env"))
    done, out = shell(tmp_path, f"set +e; {line}", Path("/nowhere/recon"))
    words = (tmp_path / "words").read_text().split()
    assert (done, out) == (0, mailed)
    assert words[:2] == ["run", "--date"]
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", words[2])
    assert words[3:] == ["--wait", "4h", "--skip-code"]
