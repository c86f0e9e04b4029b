"""The shape of the project, read from its own files: imports, libraries, sizes, names."""

from __future__ import annotations

import ast
import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sorted((ROOT / "recon").rglob("*.py"))
SQL = sorted((ROOT / "sql").rglob("*.sql"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

# A part may import those before it; the base stands under everything.
BASE = (
    "errors", "signals", "chain", "digest", "durable", "typed", "ndjson", "paths", "window", "held",
    "calendar", "credentials", "settings_file", "settings",
)  # fmt: skip
STAGES = (
    "feeds", "archive", "warehouse", "ledger", "closings", "rules", "breaks", "reports", "nightly",
)  # fmt: skip
ORDER = (*BASE, *STAGES, "cli")
LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 250, 70

# Where a library may be imported, as a pattern under recon/.
LIBRARY_PLACES = {
    "airflow": "airflow*.py",
    "click": "cli/*.py",
    "cryptography": "feeds/webhooks/*.py",
    "http_sf": "feeds/webhooks/*.py",
    "httpx": "feeds/*.py",
    "starlette": "cli/receiver.py",
    "uvicorn": "cli/receiver*.py",
}
# The only files that may name a binary floating-point number, and what for.
FLOATS = {
    "recon/feeds/retry.py": "seconds that the broker asks to wait, never money",
    "recon/window.py": "seconds to wait, never money",
}
CLOCKS = re.compile(r"(.*\.)?(now|utcnow|today)|time\.(time|time_ns|localtime|gmtime)|time_ns")


def short(path: Path) -> str:
    """The path as people write it, from the top of the checkout."""
    return path.relative_to(ROOT).as_posix()


def part_of(path: Path) -> str:
    """The stage of a file, or its own name directly under recon/."""
    return part_named(path.relative_to(ROOT / "recon").parts[0].removesuffix(".py"))


def part_named(name: str) -> str:
    """`python -m recon` is the command line."""
    return "cli" if name == "__main__" else name


def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports anywhere, `from a import b` as a.b."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{short(path)}:{node.lineno} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def may_import(part: str) -> set[str]:
    """The parts of recon that one part may import, itself included."""
    if part == "sandbox":
        return {*BASE, "sandbox"}
    if part == "cli":
        return {*ORDER, "sandbox"}
    return set(ORDER[: ORDER.index(part) + 1])


@pytest.mark.parametrize("path", PYTHON, ids=short)
def test_imports_point_one_way(path: Path) -> None:
    """What stands left in the table of the README knows nothing of what stands right."""
    part = part_of(path)
    if part == "__init__" or part.startswith("airflow"):
        return
    assert part in {*ORDER, "sandbox"}, f"{short(path)} is in no stage: give it a place in ORDER"
    used = {part_named(n.split(".")[1]) for n in imported(path) if n.startswith("recon.")}
    wrong = {name for name in used if name in {*ORDER, "sandbox"}} - may_import(part)
    assert not wrong, f"{short(path)} may not import {sorted(wrong)}"


@pytest.mark.parametrize("path", PYTHON, ids=short)
def test_libraries_stay_in_their_folder(path: Path) -> None:
    """Each way out of the project, and the command line, has one place where it can be replaced."""
    within = path.relative_to(ROOT / "recon").as_posix()
    for name in imported(path):
        place = LIBRARY_PLACES.get(name.split(".")[0], "*")
        assert fnmatch.fnmatch(within, place), f"{short(path)} imports {name}, not in {place}"


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """The dotted name and the line of every call in a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def test_one_file_opens_duckdb() -> None:
    """So that every setting of every connection is written once."""
    opening = {
        short(path)
        for path in PYTHON
        if "duckdb.connect" in {*imported(path), *(name for name, _ in calls(path))}
    }
    assert opening == {"recon/warehouse/connect.py"}


def test_the_clock_is_read_in_one_file() -> None:
    """A run is repeatable because every stage is told what time it is; the sandbox is a broker."""
    for path in PYTHON:
        if short(path) == "recon/cli/options.py" or part_of(path) == "sandbox":
            continue
        for name, line in calls(path):
            assert not CLOCKS.fullmatch(name), f"{short(path)}:{line} reads the clock by {name}()"
        assert "time.time" not in set(imported(path)), f"{short(path)} imports the clock"


def statements(path: Path) -> str:
    """A SQL file in lower case without its comments and texts."""
    text = re.sub(r"'(''|[^'])*'", "''", path.read_text(encoding="utf-8"))
    return re.sub(r"--[^\n]*", "", text).lower()


@pytest.mark.parametrize("path", SQL, ids=short)
def test_sql_reads_no_clock_and_no_chance(path: Path) -> None:
    """The same archive and the same rules give the same bytes."""
    banned = r"\b(now|today|random|uuid|getvariable)\s*\(|\bcurrent_(date|time|timestamp)\b"
    assert not re.search(banned, statements(path))


def floats(path: Path) -> list[str]:
    """The words in a file that make binary floating-point numbers."""
    if path.suffix == ".sql":
        return re.findall(r"\b(?:double|float\d?|real)\b", statements(path))
    made = [name for name, _ in calls(path) if name == "float"]
    return made + re.findall(r"\b(?:Float(?:32|64)|DOUBLE)\b", path.read_text(encoding="utf-8"))


def test_no_binary_floating_point_from_the_wire_to_the_report() -> None:
    """Money and quantities are exact; each exception is listed with its reason, and is needed."""
    assert {short(path) for path in (*PYTHON, *SQL) if floats(path)} == set(FLOATS)


@pytest.mark.parametrize("path", [*PYTHON, *SQL, *TESTS], ids=short)
def test_files_are_short(path: Path) -> None:
    """A file has one reason to exist; past this length it has two."""
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= LINES_OF_A_FILE


@pytest.mark.parametrize("path", [*PYTHON, *TESTS], ids=short)
def test_functions_are_short(path: Path) -> None:
    """A function fits on a screen."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LINES_OF_A_FUNCTION, f"{node.name} has {length} lines"


def test_every_rule_has_a_fixture_and_every_fixture_a_rule() -> None:
    """A rule is two files of one name, and nothing else."""
    rules = {
        p.relative_to(ROOT / "sql").with_suffix("") for p in (ROOT / "sql/rules").rglob("*.sql")
    }
    cases = {
        p.relative_to(ROOT / "tests").with_suffix("")
        for p in (ROOT / "tests/rules").rglob("*.test")
    }
    assert rules == cases
    assert rules


def test_the_top_level_holds_only_what_was_agreed() -> None:
    """The folder names show the way through the project; what git ignores does not count."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines()]
    allowed = ["pyproject.toml", "README.md", "recon", "sql", "notebooks", "tests", "data"]
    patterns = [*allowed, ".*", "*.lock", "LICENSE", "CHANGELOG.md", *filter(None, ignored)]
    extra = [
        entry.name
        for entry in ROOT.iterdir()
        if not any(fnmatch.fnmatch(entry.name, pattern) for pattern in patterns)
    ]
    assert not extra
