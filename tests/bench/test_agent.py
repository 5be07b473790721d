"""Tests of `webrun-nb bench --agent` on a collection of pages made like MiniWoB++. No speed is asserted."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from webrun_nb.bench.harness.miniwob_pages import MiniwobPages, miniwob_folder
from webrun_nb.bench.results import NotAvailableError
from webrun_nb.browsers import discovery
from webrun_nb.cli import main

CORE = """var core = {};
var WOB_RAW_REWARD_GLOBAL = 0;
var WOB_TASK_READY = true;
Math.seedrandom = () => {};
core.EP_TIMER = null;
core.startEpisodeReal = () => { core.EP_TIMER = setTimeout(() => core.endEpisode(-1), core.EPISODE_MAX_TIME); };
core.endEpisode = (reward) => { WOB_RAW_REWARD_GLOBAL = reward; clearTimeout(core.EP_TIMER); core.EP_TIMER = null; };
core.getUtterance = () => document.getElementById("query").textContent;
"""
PAGE = """<!doctype html><title>A task</title><script src="../core/core.js"></script><p id="query">{task}</p>
<button onclick="this.textContent = 'Gone'; core.endEpisode(1)">Go</button>
<button onclick="this.textContent = 'Left'; core.endEpisode(-1)">Leave</button>"""
TASKS = {"go": 'Click the "Go" button.', "leave": 'Click the "Leave" button.', "unknown": 'Click the "Fly" button.'}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("collection")
    (made / "core").mkdir()
    (made / "miniwob").mkdir()
    (made / "core" / "core.js").write_text(CORE, encoding="utf-8")
    for name, task in TASKS.items():
        (made / "miniwob" / f"{name}.html").write_text(PAGE.format(task=task), encoding="utf-8")
    return made


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "webrun_nb", "bench", *arguments, "--json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


def test_pages_judge_the_agent(folder: Path) -> None:
    if not discovery.installed():
        pytest.skip("no browser is installed; run: webrun-nb install-browser")
    done = bench("miniwob", "miniwob-done", "--miniwob", str(folder), "--seeds", "1", "--task", *TASKS)
    assert done.returncode == 0, done.stderr
    success, honesty = json.loads(done.stdout)
    details: dict[str, dict[str, Any]] = success["samples"][0]["details"]
    assert success["ours"] == pytest.approx(1 / 3, abs=0.001)
    assert {task: each["success"] for task, each in details.items()} == {"go": 1.0, "leave": 0.0, "unknown": 0.0}
    assert [(each["utterance"], each["reward"]) for each in details["leave"]["failures"]] == [(TASKS["leave"], -1)]
    assert details["unknown"]["failures"][0]["status"] != "done"
    assert honesty["ours"] == 0.5  # the page says of "leave" that it was wrong


@pytest.fixture(scope="module")
def measured(pytestconfig: pytest.Config) -> dict[str, dict[str, Any]]:
    """The results of one process, by the names of the measurements."""
    if not discovery.installed():
        pytest.skip("no browser is installed; run: webrun-nb install-browser")
    long = ["throughput"] if pytestconfig.getoption("--every-measurement", False) else []
    done = bench(
        "five-steps-at-once", "replay", "observation", "model-first-look", "model-later-look", *long, "--quick"
    )
    assert done.returncode == 0, done.stderr
    return {each["name"]: each for each in json.loads(done.stdout)}


def test_five_steps_are_done_on_both_sides(measured: dict[str, dict[str, Any]]) -> None:
    assert min(measured["five-steps-at-once"]["raw"], measured["replay"]["raw"]) > 0
    assert measured["observation"]["samples"][0]["details"]["elements"] == 2_000
    together = [each for name, each in measured.items() if name == "throughput"]
    assert all(each["samples"][0]["details"]["bare"] > 0 for each in together)


def test_what_a_model_is_told_of_a_large_page_is_small(measured: dict[str, dict[str, Any]]) -> None:
    assert 500 < measured["model-first-look"]["ours"] <= 3_000
    assert 0 < measured["model-later-look"]["ours"] <= 800


def test_a_collection_that_is_not_there_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "miniwob", "--miniwob", str(tmp_path), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == []
    assert "pip install --no-deps miniwob" in said.err


def test_a_page_gets_the_start_up_script_and_nothing_outside_is_served(folder: Path) -> None:
    (folder.parent / "outside.html").write_text("outside", encoding="utf-8")
    pages = MiniwobPages(miniwob_folder(folder))

    async def opened() -> tuple[httpx.Response, httpx.Response, str, float]:
        episode = pages.episode("go", "7")
        async with httpx.AsyncClient(trust_env=False) as client:
            page = await client.get(episode.url)
            outside = await client.get(episode.url.partition("/miniwob/")[0] + "/..%2foutside.html")
            for report in ('{"utterance": "Go."}', '{"reward": 1}', '{"reward": -1}', "[", '{"reward": null}'):
                await client.post(episode.url.partition("/miniwob/")[0] + "/episodes/0", content=report)
        return page, outside, await episode.utterance, await episode.reward

    try:
        page, outside, utterance, reward = asyncio.run(opened())
        with pytest.raises(NotAvailableError):
            asyncio.run(_episode(pages, "fly"))
    finally:
        pages.close()
    assert "core.startEpisodeReal()" in page.text
    assert outside.status_code == 404
    assert (utterance, reward) == ("Go.", 1.0)


async def _episode(pages: MiniwobPages, task: str) -> object:
    return pages.episode(task, "0")
