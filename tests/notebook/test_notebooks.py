"""Tests of the notebooks' saved outputs, with strict nbval, and a test that nbval notices a change."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import webrun_nb

if TYPE_CHECKING:
    from nbformat import NotebookNode

HERE = Path(__file__).parent
NOTEBOOKS = sorted((HERE.parents[1] / "notebooks").glob("*.ipynb"))
QUICKSTART = NOTEBOOKS[0]
NBVAL = (
    "import sys, pytest; from webrun_nb.common.imports import as_if_missing\n"
    "with as_if_missing('rfc3987_syntax'): sys.exit(pytest.main())"
)
"""A program that runs pytest, without the package with which jsonschema checks IRIs: it takes two seconds to import."""
by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def nbval(notebook: Path, *, package_in: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run strict nbval on a notebook, with the package taken from another folder where one is given."""
    (notebook.parent / "pytest.ini").write_text("[pytest]\n")  # none of this project's options
    environment = {
        **os.environ,
        "WEBRUN_DATA_DIR": str(notebook.parent / "data"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # to import the plugins of this project's tests takes 0.7 s
    }
    if package_in is not None:
        environment["PYTHONPATH"] = str(package_in)
    return subprocess.run(
        [
            sys.executable, "-c", NBVAL, "-p", "nbval.plugin",
            "--nbval", "--nbval-current-env", "--nbval-cell-timeout=120",
            f"--nbval-sanitize-with={HERE / 'sanitize.cfg'}", "-p", "no:cacheprovider", "--tb=short", str(notebook),
        ],
        cwd=notebook.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
    )  # fmt: skip


def read(path: Path) -> NotebookNode:
    import nbformat  # here: it takes three seconds, in each worker if it is imported with this module

    return nbformat.read(path, as_version=4)


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """Return a copy of the quickstart that ends where it has shown its rows."""
    saved = read(QUICKSTART)
    last = next(number for number, cell in enumerate(saved.cells) if cell.source == "laptops")
    del saved.cells[last + 1 :]
    copy = tmp_path / QUICKSTART.name
    copy.write_text(json.dumps(saved), encoding="utf-8")
    return copy


@by_name
def test_its_outputs_are_true(path, tmp_path):
    run = nbval(Path(shutil.copy(path, tmp_path)))
    assert run.returncode == 0, run.stdout[-4000:]


def test_a_changed_price_in_the_shop_is_noticed(notebook, tmp_path):
    package = Path(webrun_nb.__file__).parent
    copy = tmp_path / "changed" / "webrun_nb"
    shutil.copytree(package, copy)  # compiled modules too: the times of the files, by which they are valid, are kept
    catalogue = copy / "practice" / "shop" / "catalogue.json"
    text = catalogue.read_text(encoding="utf-8")
    changed = text.replace("329.00", "331.00")
    assert changed != text
    json.loads(changed)
    catalogue.write_text(changed, encoding="utf-8")
    run = nbval(notebook, package_in=copy.parent)
    assert run.returncode == 1
    assert "329" in run.stdout, "the saved output"
    assert "331" in run.stdout, "that of the run"


@by_name
def test_it_is_saved_without_widget_state_and_stays_small(path):
    saved = read(path)
    assert "widgets" not in saved.metadata
    assert path.stat().st_size < 100_000


def test_what_a_run_adds_to_the_quickstart_is_small():
    saved = read(QUICKSTART)
    whole = len(json.dumps(saved, indent=1))
    for cell in saved.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    assert whole - len(json.dumps(saved, indent=1)) < 60_000


@by_name
def test_its_cards_need_no_widget_and_say_how_it_is_at_the_end(path):
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    shown = [output.data for cell in cells for output in cell.outputs if "data" in output]
    assert not any("application/vnd.jupyter.widget-view+json" in data for data in shown)
    cards = [data for data in shown if "state " in data.get("text/plain", "") and "[webrun-card]" in data["text/plain"]]
    for card in cards:
        assert re.search(r"state +(completed|terminated|failed)", card["text/plain"]), card["text/plain"]
        assert re.search(r">(completed|terminated|failed)\b", card["text/html"])


@by_name
def test_it_was_run_in_order(path):
    saved = read(path)
    counts = [cell.execution_count for cell in saved.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
