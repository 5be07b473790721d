"""Tests of the notebooks' saved outputs, with strict nbval, and a test that nbval notices a change."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import webrun_nb

HERE = Path(__file__).parent
NOTEBOOKS = sorted((HERE.parents[1] / "notebooks").glob("*.ipynb"))
QUICKSTART = NOTEBOOKS[0]
by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path: Path) -> list[dict[str, Any]]:
    """Return the code cells of a notebook; texts in them may be lists of lines."""
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


@pytest.fixture
def nbval(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], int]:
    """Run strict nbval on a notebook, with none of this project's options and plugins, and return pytest's exit code.

    It runs in this process: to start another and to import nbval there would take seconds for each notebook.
    """

    def run(notebook: Path) -> int:
        (notebook.parent / "pytest.ini").write_text("[pytest]\n")
        monkeypatch.chdir(notebook.parent)
        monkeypatch.setenv("WEBRUN_DATA_DIR", str(notebook.parent / "data"))
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        return pytest.main([
            "-p", "nbval.plugin", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=120",
            f"--nbval-sanitize-with={HERE / 'sanitize.cfg'}", "-p", "no:cacheprovider", "--tb=short",
            "--capture=no", str(notebook),
        ])  # fmt: skip

    return run


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """Return a copy of the quickstart that ends where it has shown its rows."""
    saved = json.loads(QUICKSTART.read_text(encoding="utf-8"))
    last = next(number for number, cell in enumerate(saved["cells"]) if "".join(cell["source"]) == "laptops")
    del saved["cells"][last + 1 :]
    copy = tmp_path / QUICKSTART.name
    copy.write_text(json.dumps(saved), encoding="utf-8")
    return copy


@by_name
def test_its_outputs_are_true(path, tmp_path, nbval):
    assert nbval(Path(shutil.copy(path, tmp_path))) == pytest.ExitCode.OK


def test_a_changed_price_in_the_shop_is_noticed(notebook, tmp_path, nbval, monkeypatch, capsys):
    package = Path(webrun_nb.__file__).parent
    copy = tmp_path / "changed" / "webrun_nb"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    catalogue = copy / "practice" / "shop" / "catalogue.json"
    text = catalogue.read_text(encoding="utf-8")
    changed = text.replace("329.00", "331.00")
    assert changed != text
    json.loads(changed)
    catalogue.write_text(changed, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(copy.parent))
    assert nbval(notebook) == pytest.ExitCode.TESTS_FAILED
    said = capsys.readouterr().out
    assert "329" in said, "the saved output"
    assert "331" in said, "that of the run"


@by_name
def test_it_is_saved_without_widget_state_and_stays_small(path):
    saved = json.loads(path.read_text(encoding="utf-8"))
    assert "widgets" not in saved["metadata"]
    assert path.stat().st_size < 100_000


def test_what_a_run_adds_to_the_quickstart_is_small():
    saved = json.loads(QUICKSTART.read_text(encoding="utf-8"))
    outputs = [cell["outputs"] for cell in saved["cells"] if cell["cell_type"] == "code"]
    assert 0 < len(json.dumps(outputs, indent=1, ensure_ascii=False)) < 60_000


@by_name
def test_its_cards_need_no_widget_and_say_how_it_is_at_the_end(path):
    shown = [
        {kind: "".join(shown) for kind, shown in output["data"].items() if isinstance(shown, str | list)}
        for cell in code_cells(path)
        for output in cell["outputs"]
        if "data" in output
    ]
    assert not any("application/vnd.jupyter.widget-view+json" in data for data in shown)
    cards = [data for data in shown if "state " in data.get("text/plain", "") and "[webrun-card]" in data["text/plain"]]
    for card in cards:
        assert re.search(r"state +(completed|terminated|failed)", card["text/plain"]), card["text/plain"]
        assert re.search(r">(completed|terminated|failed)\b", card["text/html"])


@by_name
def test_it_was_run_in_order(path):
    counts = [cell["execution_count"] for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))
