"""Tests in JupyterLab of the line under the cell that waits for a task: progress, and the form of a question."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from helpers.axe import assert_accessible
from helpers.jupyterlab import needs_subshells
from helpers.login_site import LoginSite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from helpers.jupyterlab import LabPage

START = "%load_ext webrun_nb\n%webrun start"
ASKS = "click the Norvane link, then get the name"
MAGIC = f"%%webrun task --url practice:shop/category/laptops\n{ASKS}"
CARD = ".webrun-card:not(.webrun-line)"
LINE = ".webrun-line"
WIDGET = "application/vnd.jupyter.widget-view+json"


ADVANCE = """
import pathlib, threading, time
from webrun_nb.notebook.api import toolkit
def advance():
    while not pathlib.Path({go!r}).exists():
        time.sleep(0.02)
    toolkit.current.control.advance(61_000)
threading.Thread(target=advance, daemon=True).start()
"""


@pytest.fixture(scope="module")
def site() -> Iterator[LoginSite]:
    site = LoginSite()
    yield site
    site.close()


def answer(form: Locator) -> None:
    """Choose the first of the form's choices and send it."""
    form.get_by_role("radio").first.check()
    form.get_by_role("button", name="Answer", exact=True).click()


def runs(lab: LabPage, *cells: str) -> None:
    lab.open_notebook([START, *cells])
    lab.run_all()


def has_no_line(lab: LabPage, cell: int) -> None:
    """Expect that nothing of a cell's line remains after the cell's end, on the page and in the saved notebook."""
    lab.wait_until_done()
    expect(lab.find(LINE)).to_have_count(0)
    shown = [output["data"] for output in lab.outputs()[cell] if WIDGET in output.get("data", {})]
    assert [data for data in shown if "[webrun-card]" not in data["text/plain"]] == []


@needs_subshells
def test_a_question_is_answered_under_the_cell_and_the_cards_form_goes_with_it(lab: LabPage) -> None:
    runs(lab, MAGIC)
    form = lab.find(f"{LINE} .webrun-question")
    expect(form).to_be_visible()
    expect(lab.find(f"{CARD} .webrun-question")).to_be_visible()
    answer(form)
    expect(form).to_be_hidden()
    expect(lab.find(f"{CARD} .webrun-question")).to_be_hidden()
    lab.wait_until_done()
    assert "Norvane" in str(lab.outputs()[1])
    has_no_line(lab, 1)


@needs_subshells
def test_a_question_is_answered_on_the_card_and_the_form_under_the_cell_goes_with_it(lab: LabPage) -> None:
    runs(lab, MAGIC)
    expect(lab.find(f"{LINE} .webrun-question")).to_be_visible()
    answer(lab.find(f"{CARD} .webrun-question"))
    expect(lab.find(f"{LINE} .webrun-question")).to_be_hidden()
    lab.wait_until_done()
    assert "Norvane" in str(lab.outputs()[1])


@needs_subshells
def test_where_the_card_stands_under_the_same_cell_it_alone_has_the_form(lab: LabPage) -> None:
    lab.open_notebook(["%load_ext webrun_nb", MAGIC])
    lab.run_all()
    form = lab.find(f"{CARD} .webrun-question")
    expect(form).to_be_visible()
    expect(lab.find(LINE)).to_contain_text("waiting for your answer")
    expect(lab.find(f"{LINE} .webrun-question")).to_be_hidden()
    answer(form)
    lab.wait_until_done()
    has_no_line(lab, 1)


@pytest.mark.own_kernel
@needs_subshells
def test_a_loop_of_tasks_without_magics_asks_under_its_cell(lab: LabPage) -> None:
    loop = "import webrun_nb as webrun\nwith webrun.start() as session:\n    for _ in range(2):\n"
    loop += f"        print(session.task({ASKS!r}, url='practice:shop/category/laptops').text)"
    lab.open_notebook([loop])
    lab.run_all()
    form = lab.find(f"{LINE} .webrun-question")
    for _ in range(2):
        expect(form).to_be_visible()
        answer(form)
        expect(form).to_be_hidden()
    lab.wait_until_done()
    assert lab.stream(0).count("Norvane") == 2
    has_no_line(lab, 0)


@pytest.mark.own_kernel
def test_a_task_that_is_awaited_asks_under_its_cell(lab: LabPage) -> None:
    awaited = "import webrun_nb as webrun\nasync with await webrun.astart() as session:\n"
    awaited += f"    print((await session.atask({ASKS!r}, url='practice:shop/category/laptops')).text)"
    lab.open_notebook([awaited])
    lab.run_all()
    answer(lab.find(f"{LINE} .webrun-question"))
    lab.wait_until_done()
    assert "Norvane" in lab.stream(0)
    has_no_line(lab, 0)


@needs_subshells
def test_progress_is_one_line_that_ticks_and_goes_when_the_task_ends(lab: LabPage) -> None:
    runs(lab, "%%webrun task --url practice:shop\nwait for 60 seconds")
    line = lab.find(LINE)
    expect(line).to_have_count(1)
    expect(line.locator(".webrun-line-what")).to_have_text(re.compile(r"^step \d+ · waiting"))
    seconds = line.locator(".webrun-line-seconds")
    first = seconds.inner_text()
    expect(seconds).not_to_have_text(first)
    expect(seconds).to_have_text(re.compile(r"^\d+ s$"))
    lab.find(CARD).get_by_role("button", name="Stop", exact=True).click()
    lab.wait_until_done()
    has_no_line(lab, 1)


def test_an_interrupt_takes_line_and_form_away(lab: LabPage) -> None:
    runs(lab, MAGIC)
    expect(lab.find(f"{LINE} .webrun-question")).to_be_visible()
    lab.command("notebook:interrupt-kernel")
    lab.wait_for_output(1, "the task was stopped")
    has_no_line(lab, 1)
    expect(lab.find(f"{CARD} .webrun-question")).to_be_hidden()


@needs_subshells
def test_a_task_behind_one_that_asks_shows_that_question(lab: LabPage) -> None:
    begun = f"%%webrun task --bg job --url practice:shop/category/laptops\n{ASKS}"
    runs(lab, begun, "%%webrun task\nget the heading")
    line = lab.find(LINE)
    expect(line).to_contain_text("another task of session main asks for an answer")
    answer(line.locator(".webrun-question"))
    lab.wait_until_done()
    has_no_line(lab, 2)


@needs_subshells
def test_the_task_is_stopped_from_the_form_under_the_cell(lab: LabPage) -> None:
    runs(lab, MAGIC)
    lab.find(f"{LINE} .webrun-question").get_by_role("button", name="Stop the task").click()
    lab.wait_for_output(1, "TASK_STOPPED")
    has_no_line(lab, 1)


@needs_subshells
def test_after_a_minute_the_form_says_what_waiting_costs(lab: LabPage) -> None:
    runs(lab, ADVANCE.format(go="go-minute"), MAGIC)
    waiting = lab.find(f"{LINE} .webrun-waiting")
    expect(lab.find(f"{LINE} .webrun-question")).to_be_visible()
    expect(waiting).to_be_hidden()
    (lab.server.notebooks / "go-minute").touch()
    rest = r"idle until the timeout of session main in [34]:\d\d: ≈\s\$0\.\d\d"
    cost = rf"Waiting costs ≈\s\$0\.02/min; {rest}"
    words = rf"The task has waited for this answer for 1:\d\d\. {cost} \(emulated: you pay \$0\.00\)\."
    expect(waiting).to_have_text(re.compile(words))
    expect(lab.find(f"{CARD} .webrun-waiting")).to_have_text(re.compile(words))
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        lab.theme(theme)
        assert_accessible(lab.page, theme, within=".webrun-card")
    answer(lab.find(f"{LINE} .webrun-question"))
    lab.wait_until_done()


@needs_subshells
def test_credentials_given_under_the_cell_are_kept_nowhere(lab: LabPage, site: LoginSite) -> None:
    secret = "-".join(("heather", "typed", "under", "a", "cell"))
    runs(lab, f"%%webrun task --url {site.url()}\nLog in", "%webrun history", "%history -o")
    field = lab.find(f"{LINE} input[type=password]")
    field.fill(f"ada@example.com {secret}")
    sent_before = len(lab.kernel_frames)
    field.press("Enter")
    lab.wait_until_done()
    assert site.posted[-1][2] == {"email": "ada@example.com", "password": secret}
    assert sum(secret.encode() in frame for frame in lab.kernel_frames[sent_before:]) == 1, "the message that sends it"
    assert secret not in lab.page.content()
    assert secret not in lab.save()
    has_no_line(lab, 1)


@needs_subshells
def test_the_keyboard_alone_answers_under_the_cell(lab: LabPage) -> None:
    runs(lab, MAGIC)
    radio = lab.find(f"{LINE} .webrun-question").get_by_role("radio").first
    radio.focus()
    radio.press("Space")
    radio.press("Enter")
    lab.wait_until_done()
    assert "Norvane" in str(lab.outputs()[1])


def test_what_is_saved_has_nothing_of_a_line(lab: LabPage) -> None:
    text = "get the heading"
    runs(lab, f"s = webrun.start('other')\nfor _ in range(3):\n    s.task({text!r}, url='practice:shop')")
    lab.wait_until_done()
    has_no_line(lab, 1)
    saved = lab.save()
    assert "webrun-line" not in saved
    assert "step 1" not in saved
