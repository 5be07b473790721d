"""Tests in JupyterLab of a background job's card over a real emulator: its texts, Cancel, and its form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from helpers.axe import assert_accessible
from helpers.jupyterlab import LabPage, LabServer, needs_subshells
from helpers.login_site import LoginSite

JOB = ".webrun-job"
BLOCK = "while not {job}.done: time.sleep(0.05)\nprint('[{job}', {job}.state, getattr({job}.error, 'code', ''), ']')"
THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")


@pytest.fixture(scope="module")
def site() -> Iterator[LoginSite]:
    """Return a site with two doors: a password, and a code."""
    site = LoginSite()
    site.page(
        "/code",
        "<title>Verify</title><form method=post action=/verify><label>Code <input name=c "
        "autocomplete=one-time-code></label><button>Verify</button></form>",
    )
    yield site
    site.close()


@pytest.fixture(scope="module")
def day(lab_server: LabServer, lab_browser: Browser) -> Iterator[LabPage]:
    """Return a notebook with one session, whose card is in its first cell; the jobs run in it one after the other."""
    context = lab_browser.new_context(viewport={"width": 1200, "height": 2400})
    lab = LabPage(lab_server, context.new_page())
    lab.open_notebook(["import time\n%load_ext webrun_nb\n%webrun start"])
    lab.run_all()
    expect(lab.find(".webrun-card").first).to_contain_text("active · idle")
    yield lab
    lab.close_notebook()
    context.close()


def begin(lab: LabPage, name: str, task: str, options: str = "") -> Locator:
    """Start a job, and run a cell after it that blocks until the job has ended; return its card."""
    lab.run_more(f"%%webrun task --bg {name} {options}\n{task}")
    card = lab.find(f"{JOB}[aria-label='Job {name}, session main']")
    card.wait_for()
    lab.run_more(BLOCK.format(job=name))
    return card


def ended(lab: LabPage, text: str) -> None:
    """Wait until the last cell, which waits for the job, prints the job's final state."""
    expect(lab.find(".jp-OutputArea-output").filter(has_text=text)).to_have_count(1)


def look(lab: LabPage, card: Locator, folder: Path, name: str) -> None:
    """Keep a screenshot of the card in each theme."""
    for theme in THEMES:
        lab.theme(theme)
        card.screenshot(path=folder / f"{name}-{theme.split()[-1].lower()}.png")
    lab.theme(THEMES[0])


@needs_subshells
def test_cancel_pressed_mid_cell_stops_the_task_at_the_emulator(day: LabPage, tmp_path: Path) -> None:
    card = begin(day, "slow", "wait for 60 seconds")
    expect(card).to_contain_text("running")
    look(day, card, tmp_path, "running")
    card.get_by_role("button", name="Cancel").click()
    ended(day, "[slow stopped TASK_STOPPED ]")
    expect(card).to_contain_text("stopped")
    expect(card.get_by_role("button")).to_have_count(0)
    expect(day.find(".webrun-card").first).to_contain_text("active · stopped")


def test_it_says_how_its_result_is_read_and_how_it_failed(day: LabPage, tmp_path: Path) -> None:
    done = begin(day, "heading", "get the heading", "--url practice:shop")
    ended(day, "[heading complete  ]")
    expect(done).to_contain_text("read it with heading.df")
    failed = begin(day, "broken", "get the title", "--url http://127.0.0.1:9/")
    ended(day, "[broken failed NAVIGATION_FAILED ]")
    expect(failed).to_contain_text("NAVIGATION_FAILED")
    look(day, done, tmp_path, "done")
    look(day, failed, tmp_path, "failed")


@needs_subshells
def test_a_choice_is_made_on_it_while_a_cell_waits(day: LabPage, tmp_path: Path) -> None:
    card = begin(day, "norvane", "click the Norvane link, then get the name", "--url practice:shop")
    card.get_by_role("radio").first.check()
    look(day, card, tmp_path, "choice")
    assert_accessible(day.page, within=".webrun-card")
    card.get_by_role("button", name="Answer", exact=True).click()
    ended(day, "[norvane complete  ]")
    expect(card.locator(".webrun-question")).to_be_hidden()


@needs_subshells
def test_credentials_are_given_on_it_and_kept_nowhere(day: LabPage, site: LoginSite, tmp_path: Path) -> None:
    secret = "-".join(("lavender", "typed", "on", "a", "job"))
    card = begin(day, "login", "Log in", f"--url {site.url()}")
    field = card.locator("input[type=password]")
    field.fill(f"ada@example.com {secret}")
    look(day, card, tmp_path, "credentials")
    field.press("Enter")
    ended(day, "[login complete  ]")
    assert site.posted[-1][2] == {"email": "ada@example.com", "password": secret}
    assert secret not in day.page.content()
    assert secret not in day.save()


@needs_subshells
def test_a_code_is_given_on_it(day: LabPage, site: LoginSite) -> None:
    card = begin(day, "code", "Log in", f"--url {site.url('/code', 'verify.localhost')}")
    field = card.locator("input[autocomplete=one-time-code]")
    field.fill("90210")
    field.press("Enter")
    ended(day, "[code complete  ]")
    assert site.posted[-1][2] == {"c": "90210"}
