"""Tests of the quickstart in JupyterLab, with a real kernel, emulator and Chromium."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from helpers.jupyterlab import LabPage, needs_subshells
from webrun_nb.notebook.display.startup_notice import STARTING

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "01_quickstart.ipynb"
SCREENSHOTS = Path(__file__).parent / "screenshots"
CARD = ".webrun-card:not(.webrun-line)"
COST = f"{CARD} .webrun-stat-cost .webrun-value"
COUNTDOWN = f"{CARD} .webrun-stat-countdown .webrun-value"
WAITING = "%%webrun task\nwait for 60 seconds"


def keep(lab: LabPage, name: str) -> None:
    """Keep a screenshot, for people to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    lab.page.screenshot(path=SCREENSHOTS / f"{name}.png")


def changes(lab: LabPage, selector: str, times: int) -> None:
    """Wait until the shown text has changed so often."""
    shown = lab.find(selector).first
    for _ in range(times):
        expect(shown).not_to_have_text(shown.inner_text())


@pytest.mark.own_kernel
def test_all_cells_of_the_quickstart_run(lab):
    cells = json.loads(QUICKSTART.read_text(encoding="utf-8"))["cells"]
    lab.open_notebook(["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"])
    lab.run_all()
    lab.wait_until_done()
    errors = [output for outputs in lab.outputs() for output in outputs if output["output_type"] == "error"]
    keep(lab, "quickstart-light")
    lab.theme("JupyterLab Dark")
    keep(lab, "quickstart-dark")
    assert errors == []
    tables = [output["data"].get("text/html") for outputs in lab.outputs() for output in outputs if "data" in output]
    assert any("<th>in_stock</th>" in str(table) for table in tables), "the DataFrame is shown as a table"
    whole = lab.save()
    assert "/9j/" not in whole, "a picture of the live view"
    saved = json.loads(whole)
    assert "widgets" not in saved["metadata"]
    (status,) = [cell for cell in saved["cells"] if "".join(cell["source"]) == "%webrun status"]
    (card,) = [output["data"] for output in status["outputs"] if "data" in output]
    for form in ("text/plain", "text/html"):
        assert "by you (%webrun terminate)" in "".join(card[form]), "what stands for the card says how it ended"
    assert len(json.dumps([cell["outputs"] for cell in saved["cells"]], indent=1, ensure_ascii=False)) < 60_000


@pytest.mark.own_kernel
def test_cost_and_countdown_move_while_a_cell_is_running(lab):
    """The cell blocks the kernel's main thread the whole time, and no message comes from the kernel."""
    lab.open_notebook(["%load_ext webrun_nb\n%webrun start", "import time; time.sleep(60)"])
    lab.run_all()
    expect(lab.find(CARD)).to_contain_text("active · idle")
    assert any(STARTING.encode() in frame for frame in lab.kernel_frames), "it said why nothing was to be seen yet"
    (shown,) = lab.outputs()[0]
    assert STARTING not in str(shown), "the card has its place"
    changes(lab, COUNTDOWN, 1)  # what it is shown with has been said by then
    frames = len(lab.kernel_frames)
    changes(lab, COUNTDOWN, 2)
    changes(lab, COST, 2)
    messages = [frame for frame in lab.kernel_frames[frames:] if b"comm_msg" in frame]
    keep(lab, "mid-cell")
    lab.command("notebook:interrupt-kernel")
    assert messages == []


@needs_subshells
def test_stop_clicked_mid_cell_stops_the_task_and_keeps_the_session(lab):
    lab.open_notebook(["%load_ext webrun_nb\n%webrun start", WAITING, "%webrun status"])
    lab.run_all()
    expect(lab.find(CARD).first).to_contain_text("active · running")
    keep(lab, "running")
    lab.find(CARD).first.get_by_role("button", name="Stop", exact=True).click()
    lab.wait_for_output(1, "TASK_STOPPED")
    expect(lab.find(CARD).first).to_contain_text("active · stopped")
    keep(lab, "stopped")


@needs_subshells
def test_terminate_clicked_mid_cell_ends_the_session(lab):
    lab.open_notebook(["%load_ext webrun_nb\n%webrun start", WAITING])
    lab.run_all()
    expect(lab.find(CARD)).to_contain_text("active · running")
    lab.find(CARD).get_by_role("button", name="Terminate", exact=True).click()
    lab.wait_for_output(1, "SESSION_TERMINATED")
    expect(lab.find(CARD)).to_contain_text("terminated")
    keep(lab, "terminated")


def test_an_interrupt_stops_the_task_and_says_what_keeping_the_session_costs(lab):
    lab.open_notebook(["%load_ext webrun_nb\n%webrun start", WAITING])
    lab.run_all()
    expect(lab.find(CARD)).to_contain_text("active · running")
    lab.command("notebook:interrupt-kernel")
    lab.wait_for_output(1, "TaskInterruptedError")
    (error,) = [output for output in lab.outputs()[1] if output["output_type"] == "error"]
    assert re.search(r"kept.*\$", error["evalue"])
    expect(lab.find(CARD)).to_contain_text("active · stopped")


@needs_subshells
def test_a_question_is_answered_on_the_card_while_the_cell_waits(lab):
    ask = "%%webrun task --url practice:shop\nclick the Norvane link, then get the name"
    lab.open_notebook(["%load_ext webrun_nb\n%webrun start", ask])
    lab.run_all()
    form = lab.find(f"{CARD} .webrun-question").first
    expect(form).to_contain_text("Norvane")
    keep(lab, "question")
    form.get_by_role("radio").first.check()
    form.get_by_role("button", name="Answer", exact=True).click()
    lab.wait_until_done()
    assert "Norvane" in str(lab.outputs()[1])
    assert not [output for output in lab.outputs()[1] if output["output_type"] == "error"]


@needs_subshells
def test_a_question_shows_the_page_it_is_about_while_the_cell_waits(lab):
    ask = "%%webrun task --url practice:shop\nclick the Norvane link, then get the name"
    lab.open_notebook(["%load_ext webrun_nb\n%webrun start", ask])
    lab.run_all()
    form = lab.find(f"{CARD} .webrun-question").first
    form.get_by_role("button", name="Show the page").click()
    picture = lab.find(f"{CARD} .webrun-screen").first
    expect(picture).to_have_attribute("data-pictures", re.compile("."))
    keep(lab, "question-with-its-page")
    form.get_by_role("button", name="Stop the task", exact=True).click()
    lab.wait_for_output(1, "TASK_STOPPED")
