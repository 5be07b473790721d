"""Tests of `webrun-nb bench`: its measurements and the form of its report. No speed is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from webrun_nb.bench import report
from webrun_nb.bench.results import Result, Sample, Target
from webrun_nb.bench.runner import ORDINARY
from webrun_nb.browsers import discovery

pytestmark = pytest.mark.timeout(600)  # the first test waits for all measurements

RAW_PLAYWRIGHT_CAN = {
    "context-session",
    "process-create",
    "small-task",
    "egress",
    "egress-paths",
    "environment",
    "idle-contexts-create",
    "idle-contexts-cpu",
    *(MEMORY := {"idle-contexts-memory", "idle-processes-memory"}),
    "restore",
}

IN_JUPYTERLAB = {"event-to-page", "click-to-handler", "cards-in-page"}
LONG = {
    *("view-rate", "view-cpu", "view-quiet", "widget-messages", "network-lost", "hang-seen", "many-sessions", "gather"),
    *("egress-paths", "idle-contexts-create", "idle-contexts-cpu", "restore", "process-create"),
}
"""Measurements that take seconds; tests of other folders have their subjects too."""
DETAILS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "many-sessions": lambda result: result["samples"][0]["details"]["wrong"] == [],
    "event-latency": lambda result: result["samples"][0]["details"]["events"] >= 20,
    "load-ext-imports": lambda result: result["samples"][0]["details"]["imported"] == [],
    "widget-messages": lambda result: result["ours"] == 0,
}
"""Checks of what a measurement returns, apart from its speed."""

PAGE = {
    "file": "towns.html",
    "task": "List the towns.",
    "columns": ["town", "people"],
    "row_count": 2,
    "records": [{"town": "Ulm", "people": "129000"}, {"town": "Graz", "people": "303000"}],
}
PAGE_HTML = (
    "<!doctype html><title>Towns</title><h1>Towns</h1><table><thead><tr><th>Town</th><th>People</th></tr></thead>"
    "<tbody><tr><td>Ulm</td><td>129000</td></tr><tr><td>Graz</td><td>303000</td></tr></tbody></table>"
)
HALF_SCORER = 'def score(records, page):\n    return {"row_f1": 0.5 * (records == page["records"]), "cell_acc": 1.0}\n'


def bench(*arguments: str, timeout_s: float = 280) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "webrun_nb", "bench", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)


def names_of(config: pytest.Config) -> list[str]:
    """Return the names of the measurements that a test run makes."""
    left_out = set() if config.getoption("--every-measurement", False) else IN_JUPYTERLAB | LONG
    return [name for name in ORDINARY if name not in left_out]


@pytest.fixture(scope="module")
def quick_report(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> dict[str, dict[str, Any]]:
    """Run everything once, with a page and a scorer of the test; return the objects by name.

    Long measurements and those in JupyterLab run only with `--every-measurement`.
    """
    if not discovery.installed():
        pytest.skip("no browser is installed; run: webrun-nb install-browser")
    pages = tmp_path_factory.mktemp("pages")
    (pages / "expected.json").write_text(json.dumps([PAGE]))
    (pages / "towns.html").write_text(PAGE_HTML)
    (pages / "score_records.py").write_text(HALF_SCORER)
    done = bench(*names_of(pytestconfig), "--json", "--quick", "--pages", str(pages), timeout_s=580)
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return {result["name"]: result for result in results}


def test_quick_measures_everything_once(quick_report: dict[str, dict[str, Any]], pytestconfig: pytest.Config) -> None:
    assert {name: each["rounds"] for name, each in quick_report.items()} == dict.fromkeys(names_of(pytestconfig), 1)


def test_every_object_has_the_documented_keys(quick_report: dict[str, dict[str, Any]]) -> None:
    documented = {"name", "measures", "unit", "ours", "raw", "ratio", "target", "met", "rounds", "processes", "samples"}
    assert {name: set(result) for name, result in quick_report.items()} == dict.fromkeys(quick_report, documented)


def test_raw_playwright_is_measured_where_it_can_do_the_same(quick_report: dict[str, dict[str, Any]]) -> None:
    compared = {name for name, result in quick_report.items() if result["raw"] is not None}
    assert compared == RAW_PLAYWRIGHT_CAN & quick_report.keys()


def test_ratios_are_ours_by_raw(quick_report: dict[str, dict[str, Any]]) -> None:
    compared = [each for each in quick_report.values() if each["target"]["compared"] == "ratio"]
    assert [each["ratio"] for each in compared] == [
        pytest.approx(each["ours"] / each["raw"], rel=0.01) for each in compared
    ]


def test_processes_are_named_on_both_sides(quick_report: dict[str, dict[str, Any]]) -> None:
    named = quick_report["small-task"]["processes"]
    assert {"emulator", "Playwright driver"} <= set(named["ours"])
    assert {"raw Playwright script", "Playwright driver"} <= set(named["raw"])


@pytest.mark.parametrize("name", sorted(MEMORY))
def test_memory_is_that_of_browsers_alone(quick_report: dict[str, dict[str, Any]], name: str) -> None:
    named = quick_report[name]["processes"]
    others = {"emulator", "guardian", "Playwright driver", "raw Playwright script"}
    assert {side: others.intersection(names) for side, names in named.items()} == {"ours": set(), "raw": set()}


def test_what_is_measured_is_right(quick_report: dict[str, dict[str, Any]]) -> None:
    assert [name for name in quick_report.keys() & DETAILS.keys() if not DETAILS[name](quick_report[name])] == []


def test_a_ratio_to_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="raw numbers"):
        assert result(Target("ratio", 2), 1, 0).met


def test_pages_are_scored_by_their_own_scorer(quick_report: dict[str, dict[str, Any]]) -> None:
    assert quick_report["pages"]["ours"] == 0.5


def test_a_folder_without_pages_is_left_out_and_said_so(tmp_path: Path) -> None:
    done = bench("pages", "--json", "--pages", str(tmp_path))
    assert (done.returncode, json.loads(done.stdout)) == (0, [])
    assert "skipped: pages" in done.stderr


def test_an_unknown_name_is_refused() -> None:
    done = bench("speed")
    assert done.returncode == 2
    assert "unknown measurement speed" in done.stderr


def result(target: Target, ours: float, raw: float | None = None) -> Result:
    return Result(
        name="thing",
        measures="what a thing takes",
        unit="ms",
        ours=ours,
        raw=raw,
        target=target,
        rounds=1,
        ours_processes=("emulator",),
        raw_processes=(),
        samples=(Sample(ours, raw),),
    )


@pytest.mark.parametrize(
    ("target", "ours", "raw", "met"),
    [
        (Target("ours", 175), 175, None, True),
        (Target("ours", 175), 175.1, None, False),
        (Target("ours", 0.55, at_least=True), 0.55, None, True),
        (Target("ours", 0.55, at_least=True), 0.54, None, False),
        (Target("ratio", 1.5), 150, 100, True),
        (Target("ratio", 1.5), 151, 100, False),
        (Target("excess", 2), 2.5, 0.5, True),
        (Target("excess", 2), 2.6, 0.5, False),
        (Target("excess", 2), 1.5, 0, True),
    ],
)
def test_targets(target: Target, ours: float, raw: float | None, met: bool) -> None:
    assert result(target, ours, raw).met is met


def test_the_table_is_aligned() -> None:
    lines = report.table([result(Target("ratio", 1.5), 1200, 1000), result(Target("ours", 5), 4.25)]).splitlines()
    starts = {line.index(word) for line, word in zip(lines, ("target", "≤ 1.5 × raw", "≤ 5"), strict=True)}
    assert len(starts) == 1
