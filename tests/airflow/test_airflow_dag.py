"""The DAG file: what its commands do in a real shell, against a real broker on loopback.

Airflow is not installed here. The file is read; what needs no Airflow in it is run.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from recon.sandbox.faults.catalog import plant
from recon.sandbox.wire.server import Sandbox
from tests.nightly.nights import MONDAY, TUESDAY, right_books
from tests.test_shape import PYTHON, ROOT, imported

DAG_FILE = ROOT / "recon" / "airflow_dag.py"


class FailedForGood(Exception):
    """Stands for Airflow's exception that no retry follows."""


@pytest.fixture(scope="module")
def dag_file() -> Mapping[str, Any]:
    """The constants and functions of the file, without its imports of Airflow and its last line."""
    body = [
        node
        for node in ast.parse(DAG_FILE.read_text(encoding="utf-8")).body
        if not (isinstance(node, ast.ImportFrom) and str(node.module).startswith("airflow"))
        and ast.unparse(node) != "dag = make_dag()"
    ]
    names: dict[str, Any] = {"AirflowFailException": FailedForGood}
    code = compile(ast.Module(body, type_ignores=[]), str(DAG_FILE), "exec")
    exec(code, names)  # noqa: S102  # the project's own file
    return names


Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs a command as BashOperator does: bash, the worker's environment, a folder of its own."""
    program = tmp_path / "bin" / "recon"
    program.parent.mkdir()
    code = "from recon.cli import main; main()"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n')
    program.chmod(0o755)
    cwd = tmp_path / "task"
    cwd.mkdir()

    def run(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        worker = {
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "RECON_HOME": str(tmp_path / "home"),
            "RECON_BROKER_KEY": "sandbox-key",
            "RECON_BROKER_SECRET": "sandbox-secret",
            "WAIT": "1s",
        }
        return subprocess.run(
            ["/bin/bash", "-c", command],
            cwd=cwd,
            env=worker | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """What BashOperator hands to the output processor."""
    return done.stdout.splitlines()[-1]


def test_a_clean_night_is_green_in_both_tasks(dag_file: Mapping[str, Any], shell: Shell) -> None:
    """The second task answers from the record: it asks the broker nothing."""
    with Sandbox(right_books(), as_of=MONDAY) as broker:
        night = {"SYSTEM_DATE": str(MONDAY), "RECON_BROKER_URL": broker.url}
        done = shell(dag_file["RUN"], **night)
        assert (done.returncode, last_line(done)) == (0, "recon exit code 0"), done.stdout
        asked = len(broker.requests)
        done = shell(dag_file["BREAKS"], **night)
        assert done.returncode == 0, done.stdout
        assert len(broker.requests) == asked


def test_breaks_are_red_in_the_second_task_only(dag_file: Mapping[str, Any], shell: Shell) -> None:
    """The operator's task has done its work; the day is not signed off."""
    books, _ = plant(right_books(), ["lost_fill"])
    with Sandbox(books, as_of=MONDAY) as broker:
        night = {"SYSTEM_DATE": str(MONDAY), "RECON_BROKER_URL": broker.url}
        done = shell(dag_file["RUN"], **night)
        assert (done.returncode, last_line(done)) == (0, "recon exit code 3"), done.stdout
        dag_file["refuse_retry"](last_line(done))
        done = shell(dag_file["BREAKS"], **night)
    assert done.returncode == 3, done.stdout
    assert f"{MONDAY} breaks: " in done.stdout
    assert "discrepancies.csv" in done.stdout


def test_a_night_that_is_not_ready_is_tried_again(
    dag_file: Mapping[str, Any], shell: Shell
) -> None:
    """5 stays 5, and Airflow retries what is not 0."""
    with Sandbox(right_books(), as_of=MONDAY) as broker:
        done = shell(dag_file["RUN"], SYSTEM_DATE=str(TUESDAY), RECON_BROKER_URL=broker.url)
    assert (done.returncode, last_line(done)) == (5, "recon exit code 5"), done.stdout


def test_a_holiday_is_skipped(dag_file: Mapping[str, Any], shell: Shell) -> None:
    """99 is the code that BashOperator takes for skipped; no broker is asked."""
    done = shell(dag_file["RUN"], SYSTEM_DATE="2026-06-19")
    assert (done.returncode, last_line(done)) == (99, "recon exit code 99"), done.stdout


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"RECON_HOME": "recon-home"}, "RECON_HOME must be an absolute folder"),
        ({"RECON_HOME": ""}, "RECON_HOME must be an absolute folder"),
        ({"RECON_BROKER_KEY": ""}, "a broker key and secret"),
        ({"SYSTEM_DATE": "$(touch pwned)"}, "a date such as"),
    ],
)
def test_wrong_settings_fail_without_a_retry(
    wrong: Mapping[str, str],
    said: str,
    dag_file: Mapping[str, Any],
    shell: Shell,
    tmp_path: Path,
) -> None:
    """They stay wrong for as long as nobody mends them."""
    done = shell(dag_file["RUN"], **{"SYSTEM_DATE": str(MONDAY), **wrong})
    assert said in done.stdout
    assert (done.returncode, last_line(done)) == (0, "recon exit code 2")
    with pytest.raises(FailedForGood):
        dag_file["refuse_retry"](last_line(done))
    assert list((tmp_path / "task").iterdir()) == []


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-06-16T05:00:00", "2026-06-15"),  # the schedule: 01:00 in New York
        ("2026-06-17T02:00:00", "2026-06-16"),  # 22:00, the day is over
        ("2026-06-16T23:59:00", "2026-06-15"),  # 19:59, it is not
        ("2026-06-17T00:00:00", "2026-06-16"),  # 20:00
        ("2026-06-20T05:00:00", "2026-06-19"),  # Saturday for Friday, though that was a holiday
        ("2026-06-21T15:00:00", "2026-06-19"),  # Sunday
        ("2026-06-23T05:00:00", "2026-06-22"),
        ("2026-01-07T01:00:00", "2026-01-06"),  # 20:00 in winter
        ("2026-01-07T00:30:00", "2026-01-05"),
        ("2026-11-02T05:30:00", "2026-10-30"),  # Monday 00:30, after the clocks went back
    ],
)
def test_the_night_is_the_last_session_in_new_york(
    at: str, expected: str, dag_file: Mapping[str, Any]
) -> None:
    """Whatever the time zone of the scheduler, and for runs that were started by hand."""
    assert dag_file["last_session"](datetime.fromisoformat(at).replace(tzinfo=UTC)) == expected


def test_only_airflow_imports_the_file() -> None:
    """So that nothing else needs Airflow."""
    for path in PYTHON:
        if path != DAG_FILE:
            names = set(imported(path))
            assert not [name for name in names if name.startswith(("airflow", "recon.airflow"))]
