"""The notebook as a module, and a way to run all of it with what a reader chooses."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.notebooks.reading import NOTEBOOK, Run


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The notebook as a module; what stands beside it is found as marimo finds it."""
    monkeypatch.syspath_prepend(str(NOTEBOOK.parent))
    spec = importlib.util.spec_from_file_location(NOTEBOOK.stem, NOTEBOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(notebook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs every cell; `defs` stand for what a reader chooses. Gives outputs and names."""

    def run_on(home: Path, **defs: object) -> tuple[list[Any], Any]:
        monkeypatch.setenv("RECON_HOME", str(home))
        outputs, names = notebook.app.run(defs=defs or None)
        return list(outputs), names

    return run_on
