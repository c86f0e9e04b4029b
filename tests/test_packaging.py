"""What is declared, what is locked and what is imported are the same."""

from __future__ import annotations

import re
import sys
import tomllib

from tests.test_shape import PYTHON, ROOT, imported

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# For whoever opens the warehouse: DuckDB hands out its tables as polars frames, and by fetchall()
# an instant with a zone only where pytz is there.
FOR_READERS = {"polars", "pytz"}


def locked(name: str) -> dict[str, str]:
    """Package name to everything that the lock says of it: version, marker, hashes."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {block.split("==")[0]: block for block in re.split(r"\n(?=\w)", text.strip())}


def names(requirements: list[str]) -> set[str]:
    """The bare package names of requirement texts."""
    return {re.split(r"[^\w-]", text)[0].lower() for text in requirements}


def test_recon_imports_what_it_declares_and_nothing_else() -> None:
    """A package that is only there by way of another one may be gone tomorrow."""
    used = {name.split(".")[0] for path in PYTHON for name in imported(path)}
    third_party = used - set(sys.stdlib_module_names) - {"recon", "airflow"}
    declared = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["webhook"]]
    assert {name.replace("_", "-") for name in third_party} | FOR_READERS == names(declared)


def test_locks_have_every_dependency_with_hashes() -> None:
    """`python3 .ci/env` installs with --no-deps and --require-hashes, so nothing may be missing."""
    job, checks = locked("requirements.lock"), locked(".ci/requirements.lock")
    extras = PROJECT["optional-dependencies"]
    assert names(PROJECT["dependencies"]) <= set(job)
    assert names([*extras["notebooks"], *extras["webhook"]]) <= set(checks)
    for block in (*job.values(), *checks.values()):
        assert re.match(
            r"[\w.-]+==[^ ]+( ; .+)? \\\n( +--hash=sha256:[0-9a-f]{64}( \\\n)?)+$", block
        )


def test_the_checks_run_on_the_very_packages_of_the_job() -> None:
    """A test on another version would prove nothing of what is installed at night."""
    job, checks = locked("requirements.lock"), locked(".ci/requirements.lock")
    assert [name for name in job if release(job[name]) != release(checks[name])] == []


def release(block: str) -> tuple[str, set[str]]:
    """Version and hashes of a locked package; its marker may differ with who asks for it."""
    return block.split(maxsplit=1)[0], set(re.findall(r"sha256:\w+", block))
