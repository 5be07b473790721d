"""Tests in JupyterLab of a map's card over a real emulator: Pause, Resume and Stop mid-cell, and after its kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, expect

from helpers.jupyterlab import LabPage, LabServer, needs_subshells

SETUP = """%load_ext webrun_nb
site = "practice:directory/companies/alderbeck-"
pages = [{"url": site + name, "wait_s": wait_s} for name, wait_s in (("glass", 1), ("dairies", 1), ("foods", 120))]"""
GET = '%%webrun map pages --concurrency 1 --schema "name:str" -o names\nWait {{ row.wait_s }} s. Get the name.'
"""The first page answers 500, the last one takes two minutes: nothing waits for its end."""
THEMES = ("JupyterLab Light", "JupyterLab Dark")


@pytest.fixture(scope="module")
def day(lab_server: LabServer, lab_browser: Browser) -> Iterator[LabPage]:
    """Return a notebook in which the tests run cells one after the other."""
    context = lab_browser.new_context(viewport={"width": 1200, "height": 2400})
    lab = LabPage(lab_server, context.new_page())
    lab.open_notebook([SETUP])
    lab.run_all()
    lab.wait_until_done()
    yield lab
    lab.close_notebook()
    context.close()


def begin(lab: LabPage, cell: str) -> Locator:
    """Run a cell with a map at the notebook's end, and return its card once a row has ended."""
    cards = lab.find(".webrun-map")
    before = cards.count()
    lab.run_more(cell)
    expect(cards).to_have_count(before + 1)
    card = cards.nth(before)
    expect(card.get_by_role("progressbar")).not_to_have_attribute("aria-valuenow", "0")
    return card


def look(lab: LabPage, card: Locator, folder: Path, name: str) -> None:
    """Keep a screenshot of the card in each theme."""
    for theme in THEMES:
        lab.theme(theme)
        card.screenshot(path=folder / f"{name}-{theme.split()[-1].lower()}.png")
    lab.theme(THEMES[0])


@needs_subshells
def test_pause_resume_and_stop_work_while_the_cell_runs(day: LabPage, tmp_path: Path) -> None:
    card = begin(day, GET)
    expect(card).to_contain_text("row 0")
    expect(card).to_contain_text("NAVIGATION_FAILED")
    card.get_by_role("button", name="Pause").click()
    expect(card.locator(".webrun-state-word")).to_have_text("paused")
    expect(card).to_contain_text("stays open meanwhile: ≈ $0.02/min (emulated, you pay $0.00)")
    look(day, card, tmp_path, "paused")
    found = Axe().run(day.page, context=".webrun-map")
    assert found.violations_count == 0, found.generate_report()
    card.get_by_role("button", name="Resume").click()
    expect(card.locator(".webrun-state-word")).to_have_text("running")
    look(day, card, tmp_path, "running")
    card.get_by_role("button", name="Stop").click()
    expect(card).to_contain_text("stopped by you")
    expect(card).to_contain_text("go on with %%webrun map --resume ")
    expect(card.get_by_role("button")).to_have_count(0)
    expect(day.find(".jp-OutputArea-output").filter(has_text="INTERRUPTED: run")).to_have_count(1)
    look(day, card, tmp_path, "stopped")


def test_after_the_kernel_it_says_how_to_go_on(day: LabPage, tmp_path: Path) -> None:
    card = begin(day, GET)
    expect(card).to_contain_text("resumed run ")
    expect(card).to_contain_text("1 running")
    day.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    gone = card.locator(".webrun-gone")
    expect(gone).to_contain_text(
        "is kept with every row that was done; go on with what is missing: %%webrun map --resume"
    )
    expect(card.get_by_role("button")).to_have_count(0)
    look(day, card, tmp_path, "killed")
    run = gone.inner_text().rpartition(" ")[2]
    day.run_more(f"{SETUP}\nruns = %webrun runs\nprint('[state', runs.set_index('run').loc['{run}', 'state'], ']')")
    ended = re.compile(r"\[state (killed|interrupted) \]")  # by how much time the kernel was given
    expect(day.find(".jp-OutputArea-output").filter(has_text=ended)).to_have_count(1)
    assert len(day.save()) < 100_000
