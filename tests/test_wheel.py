"""The wheel carries all that a run needs, and runs away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def succeed(*command: str | Path, folder: Path, **environment: str) -> str:
    """What the command prints; the test fails with its complaint if it does not end with 0."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RECON_")}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built outside it."""
    folder = tmp_path_factory.mktemp("wheel")
    succeed(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, folder=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An otherwise empty environment with the wheel in it.

    Its dependencies are those that run this test, made visible by a .pth file: to install them
    once more would take a minute and show nothing more. The environments have no pip of their
    own, so the pip of the Python below them installs.
    """
    environment = tmp_path_factory.mktemp("installed") / "environment"
    venv.create(environment, symlinks=True, with_pip=False)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site_packages = environment / "lib" / version / "site-packages"
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    succeed(
        *(Path(sys.base_prefix) / "bin" / version, "-m", "pip"),
        *("--python", environment / "bin" / "python", "install"),
        *("--quiet", "--no-index", "--no-deps", wheel),
        folder=environment,
        PIP_USER="0",
    )
    return environment


def test_the_wheel_has_every_file_of_sql_and_data(wheel: Path) -> None:
    """`recon/paths.py` finds them in the package where there is no checkout."""
    held = set(zipfile.ZipFile(wheel).namelist())
    for name in ("sql", "data"):
        files = [path for path in (ROOT / name).rglob("*") if path.is_file()]
        wanted = {f"recon/_{name}/{path.relative_to(ROOT / name).as_posix()}" for path in files}
        assert wanted
        assert wanted == {entry for entry in held if entry.startswith(f"recon/_{name}/")}
    assert not [entry for entry in held if entry.startswith(("tests", "notebooks"))]


def test_the_installed_package_reads_its_own_sql(installed: Path, tmp_path: Path) -> None:
    """Not the checkout's, which the running environment may know of too."""
    code = "from recon.paths import folder; print(folder('sql'))"
    sql = Path(succeed(installed / "bin" / "python", "-c", code, folder=tmp_path).strip())
    assert sql.name == "_sql"
    assert sql.is_relative_to(installed)


@pytest.mark.long
def test_the_demo_runs_from_any_folder(installed: Path, tmp_path: Path) -> None:
    """No checkout, no credentials; the last night's breaks are where the demo says they are."""
    home = tmp_path / "home"
    said = succeed(installed / "bin" / "recon", "demo", folder=tmp_path, RECON_HOME=str(home))
    report = max(home.glob("reports/*/discrepancies.csv"))
    assert str(report) in said.replace("\n", "")
    assert report.read_text(encoding="utf-8").startswith("break_id,rule,severity,state,")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]
