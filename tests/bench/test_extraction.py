"""Tests of `webrun-nb bench --extraction` on a folder of judged pages of the test. No speed is asserted."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from webrun_nb.bench.harness import large_pages
from webrun_nb.bench.runner import EXTRACTION
from webrun_nb.browsers import discovery

TOWNS = (
    "<!doctype html><html lang=en><title>Towns</title><h1>Towns</h1><table><tr><th>Town</th><th>People</th></tr>"
    "<tr><td>Ulm</td><td>129000</td></tr><tr><td>Graz</td><td>303000</td></tr></table>"
)
LAMP = (
    "<!doctype html><html lang=en><title>Ada lamp</title><h1>Ada lamp</h1><p>Brand: Luma</p><p>SKU: L-100</p>"
    "<p>€12.50</p><p>In stock</p>"
)
CASE = {"text": "List the towns with town and people.", "schema": "town:str, people:int"}
RIGHT = [{"town": "Ulm", "people": 129000}, {"town": "Graz", "people": 303000}]
CHECK = (
    'def differences(task, frame):\n    return [] if frame.to_dict("records") == task["expected"] else ["differs"]\n'
)
TRUST = (
    "def cells(row):\n    return list(row)\n\n\n"
    'def count(task, frame):\n    same = frame.to_dict("records") == task["expected"]\n'
    '    return {"right": 3 + same, "missing": 0, "wrong": int(not same)}\n'
)
SERVE = """import contextlib, functools, http.server, pathlib, threading

@contextlib.contextmanager
def serving():
    folder = str(pathlib.Path(__file__).parent)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
"""
SCORE = (
    "def f1(expected, answers, name):\n"
    "    same = answers['a1'].get(name) == expected['a1'][name][0]\n    return same, same, same\n"
)
SCORE_RECORDS = "def score(records, page):\n    return {'exact': records == page['records']}\n"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shared")
    wrong = [{"town": "Ulm", "people": 1}, RIGHT[1]]
    page = {
        "file": "towns.html",
        "task": CASE["text"],
        "columns": ["town", "people"],
        "records": [{"town": "Ulm", "people": "129000"}, {"town": "Graz", "people": "303000"}],
    }
    truth = {"price": ["12.5"], "sku": ["L-100"], "availability": ["InStock"], "brand": ["Luma"]}
    write(
        folder,
        {
            "cases/check.py": CHECK,
            "cases/trust.py": TRUST,
            "cases/serve.py": SERVE,
            "cases/01-right/task.json": json.dumps({**CASE, "expected": RIGHT}),
            "cases/01-right/page.html": TOWNS,
            "cases/02-wrong/task.json": json.dumps({**CASE, "expected": wrong}),
            "cases/02-wrong/page.html": TOWNS,
            "cases/23-control/task.json": json.dumps({**CASE, "expected": RIGHT}),
            "cases/23-control/page.html": "<h1>Nothing</h1>",
            "pages/expected.json": json.dumps([page]),
            "pages/score_records.py": SCORE_RECORDS,
            "pages/towns.html": TOWNS,
            "products/expected.json": json.dumps({"a1": {**truth, "url": "https://lamps.example/ada"}}),
            "products/score.py": SCORE,
        },
    )
    (folder / "products" / "a1.html.gz").write_bytes(gzip.compress(LAMP.encode()))
    return folder


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "webrun_nb", "bench", *arguments, "--extraction", "--json", "--quick"]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


@pytest.fixture(scope="module")
def report(shared: Path) -> dict[str, dict[str, Any]]:
    """Measure everything by the page reader; return the objects by name."""
    if not discovery.installed():
        pytest.skip("no browser is installed; run: webrun-nb install-browser")
    done = bench("--shared", str(shared), "--through", "reader")
    assert done.returncode == 0, done.stderr
    return {result["name"]: result for result in json.loads(done.stdout)}


def test_everything_of_extraction_is_measured(report: dict[str, dict[str, Any]]) -> None:
    assert tuple(report) == EXTRACTION


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("cases-exact", 0.5),  # that of a control is not judged
        ("cases-wrong", 0.125),
        ("cases-missing", 0.0),
        ("lists-exact", 1.0),
        ("product-price", 1.0),
        ("product-precision", 1.0),
    ],
)
def test_pages_are_judged_by_their_own_scorers(report: dict[str, dict[str, Any]], name: str, share: float) -> None:
    assert report[name]["ours"] == share


@pytest.mark.parametrize("name", ["extraction-table", "frame"])
def test_pandas_does_the_same_work(report: dict[str, dict[str, Any]], name: str) -> None:
    assert report[name]["raw"] > 0


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    done = bench("cases-exact", "product-price", "--shared", str(tmp_path))
    assert (done.returncode, json.loads(done.stdout)) == (0, [])
    assert "skipped: cases-exact" in done.stderr
    assert "skipped: product-price" in done.stderr


def test_large_pages_are_the_same_in_each_run() -> None:
    assert large_pages.table(3) == large_pages.table(3)
