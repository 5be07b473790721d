"""Tests of a small notebook in programs other than JupyterLab that run or show notebooks, and of a marimo app.

JupyterLab and Notebook 7 have tests/e2e; terminals and scripts are in test_without_front_end.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from webrun_nb.bench.harness.jupyter_server import find_browser, free_port, wait_until_up

WIDGET = "application/vnd.jupyter.widget-view+json"
LOAD = "%load_ext webrun_nb"
TASK = (
    '%%webrun task --url practice:shop --schema "name:str, price:float" -o laptops\n'
    "List the laptops under ${{ limit }}, cheapest first."
)
ASKS = "%%webrun task --url practice:shop\nclick the Norvane link, then get the name"
NOBODY_IS_ASKED = """
import builtins, getpass
def refuse(*args):
    raise AssertionError("somebody was asked")
builtins.input = getpass.getpass = refuse
"""


def notebook(*cells: str) -> str:
    """Return a notebook of code cells, the first of which has the parameters."""
    empty = {"cell_type": "code", "execution_count": None, "outputs": []}
    book = {
        "cells": [
            {**empty, "id": f"cell-{number}", "source": cell, "metadata": {} if number else {"tags": ["parameters"]}}
            for number, cell in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(book)


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "WEBRUN_DATA_DIR": str(folder / "data"), "IPYTHONDIR": str(folder / "ipython")}


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a module of this Python in `folder`."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=280,
    )


def shown(cell: dict[str, Any]) -> str:
    """Return what a saved cell shows as text."""
    return "".join(line for output in cell["outputs"] for line in output.get("text") or plain(output))


def plain(output: dict[str, Any]) -> list[str]:
    """Return the lines of the text that stands for an output."""
    return list(output.get("data", {}).get("text/plain", ()))


@pytest.fixture(scope="module")
def by_papermill(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The notebook as papermill saves it, with its own parameter; its session is still open at the end."""
    folder = tmp_path_factory.mktemp("papermill")
    start = "%webrun start shopper"
    cells = ("limit = 1", LOAD, start, "%webrun view", TASK, "%webrun start kept --new", "%webrun terminate shopper")
    (folder / "in.ipynb").write_text(notebook(*cells))
    ran = run(folder, "papermill", "in.ipynb", "out.ipynb", "-p", "limit", "400", "--no-progress-bar")
    assert ran.returncode == 0, ran.stderr[-3000:]
    return (folder / "out.ipynb").read_text(encoding="utf-8")


def test_papermills_parameters_reach_the_task(by_papermill):
    (task,) = [cell for cell in json.loads(by_papermill)["cells"] if "-o laptops" in "".join(cell["source"])]
    assert "2 rows × 2" in shown(task)
    assert "399.99" in shown(task)


def test_without_a_front_end_cards_are_text_and_html_with_the_final_state(by_papermill):
    cards = [
        output["data"]
        for cell in json.loads(by_papermill)["cells"]
        for output in cell["outputs"]
        if "[webrun-card]" in "".join(plain(output))
    ]
    ended, kept = cards
    for form in ("text/plain", "text/html"):
        assert "terminated" in "".join(ended[form])
        assert "List the laptops" not in "".join(ended[form]), "its task is over"
        assert "active · idle" in "".join(kept[form]), "it was pending when its card was shown"
    assert not any(WIDGET in card for card in cards)


def test_nothing_but_text_is_saved_of_widgets(by_papermill):
    assert "widgets" not in json.loads(by_papermill)["metadata"]
    assert "_esm" not in by_papermill
    assert "/9j/" not in by_papermill, "a picture of the live view"
    assert "pictures are not saved in the notebook" in by_papermill


def test_a_question_without_anyone_to_answer_stops_the_task_with_one_line(tmp_path):
    (tmp_path / "in.ipynb").write_text(notebook(NOBODY_IS_ASKED, LOAD, ASKS, "1 + 1"))
    ran = run(tmp_path, "papermill", "in.ipynb", "out.ipynb", "--no-progress-bar")
    assert ran.returncode == 1
    cells = json.loads((tmp_path / "out.ipynb").read_text(encoding="utf-8"))["cells"]
    errors = [output for cell in cells for output in cell.get("outputs", ()) if output["output_type"] == "error"]
    assert [error["ename"] for error in errors] == ["GuardrailError"], ran.stderr[-3000:]
    (error,) = errors
    assert "Norvane" in error["evalue"]
    assert len(error["traceback"]) == 1
    assert cells[-1]["execution_count"] is None, "papermill goes on after it"


def test_nbconvert_runs_it_to_a_page_that_needs_no_widgets(tmp_path):
    (tmp_path / "in.ipynb").write_text(notebook("limit = 400", LOAD, "%webrun start", TASK, "%webrun terminate"))
    ran = run(tmp_path, "nbconvert", "--execute", "--to", "html", "in.ipynb")
    assert ran.returncode == 0, ran.stderr[-3000:]
    page = (tmp_path / "in.html").read_text()
    card = page.partition("<!--webrun-card-->")[2].partition("<!--/webrun-card-->")[0]
    assert "terminated" in card
    assert "by you (%webrun terminate)" in card
    assert "399.99" in page
    assert "jupyter.widget-state" not in page


@pytest.fixture(scope="module")
def voila(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Serve a folder with Voilà; give what puts a notebook of these cells into it and returns its address.

    Each page that is opened has a kernel of its own.
    """
    folder = tmp_path_factory.mktemp("voila")
    port = free_port()
    log = folder / "voila.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "voila", "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1", str(folder)],
            cwd=folder,
            env=environment(folder),
            stdout=sink,
            stderr=subprocess.STDOUT,
        )

    def address_of(name: str, *cells: str) -> str:
        (folder / name).write_text(notebook(*cells))
        return f"http://127.0.0.1:{port}/voila/render/{name}"

    try:
        wait_until_up(process, f"http://127.0.0.1:{port}/voila/", log)
        yield address_of
    finally:
        process.terminate()
        process.wait(60)


def test_in_voila_the_card_is_live_and_its_buttons_work(voila):
    address = voila("card.ipynb", NOBODY_IS_ASKED, LOAD, "%webrun start")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser())
        page = browser.new_page()
        page.goto(address, timeout=60_000)
        card = page.locator(".webrun-card")
        expect(card).to_contain_text("active · idle", timeout=60_000)
        elapsed = card.locator(".webrun-stat-elapsed .webrun-value")
        expect(elapsed).not_to_have_text(elapsed.inner_text(), timeout=60_000)
        card.get_by_role("button", name="Terminate", exact=True).click()
        expect(card).to_contain_text("terminated", timeout=60_000)
        browser.close()


APP = """
import asyncio
import ipywidgets as widgets
import webrun_nb as webrun
button, shown = widgets.Button(description="Look"), widgets.Label("nothing yet")
async def look(session):
    text = "click the Norvane link, then get the name"
    shown.value = "found " + (await session.atask(text, url="practice:shop/category/laptops")).text
button.on_click(lambda _: asyncio.ensure_future(look(webrun.start())))
widgets.VBox([button, shown])
"""


def test_in_voila_an_awaited_task_is_answered_on_the_card(voila):
    address = voila("app.ipynb", NOBODY_IS_ASKED, LOAD, "%webrun start", APP)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser())
        page = browser.new_page()
        page.goto(address, timeout=60_000)
        page.get_by_role("button", name="Look").click(timeout=60_000)
        form = page.locator(".webrun-card .webrun-question")
        form.get_by_role("radio").first.check(timeout=60_000)
        form.get_by_role("button", name="Answer", exact=True).click()
        expect(page.locator(".widget-label")).to_contain_text("found Norvane", timeout=60_000)
        expect(form).to_be_hidden()
        expect(page.locator(".webrun-line")).to_have_count(0)
        browser.close()


MARIMO = """
import marimo

app = marimo.App()

@app.cell
def _():
    import webrun_nb as webrun

    with webrun.start() as session:
        text, url = "List the laptops under $400, cheapest first.", "practice:shop"
        laptops = session.task(text, url=url, schema="name:str, price:float").df
    return laptops, session

@app.cell
def _(laptops, session):
    print(type(laptops).__name__, laptops["price"].tolist(), session.snapshot.status)
    session
"""


def test_in_marimo_the_objects_work_and_a_session_shows_as_html(tmp_path):
    (tmp_path / "app.py").write_text(MARIMO)
    ran = run(tmp_path, "marimo", "export", "html", "app.py", "-o", "app.html")
    assert ran.returncode == 0, ran.stderr[-3000:]
    page = (tmp_path / "app.html").read_text()
    assert "DataFrame [329.0, 399.99] terminated" in page
    assert "webrun-card-static" in page
