"""Tests in JupyterLab of a session's card from start to end, over a real kernel and emulator."""

from __future__ import annotations

import os
import re
import signal

import pytest
from playwright.sync_api import expect

from helpers.axe import assert_accessible
from helpers.jupyterlab import KERNEL_IS_READY, LabPage, needs_subshells
from helpers.scripted_card import FILES

CARD = ".webrun-card"
START = "%load_ext webrun_nb\n%webrun start"


def shows(lab: LabPage, text: str) -> None:
    expect(lab.find(CARD).first).to_contain_text(text)


def says_first(lab: LabPage, text: str) -> None:
    """Expect the card to begin with `text`, and to have no button or claim that needs the session."""
    card = lab.find(CARD).first
    expect(card).to_contain_text(text)
    assert card.inner_text().startswith(text)
    expect(card).not_to_contain_text("active")
    expect(card).not_to_contain_text("held while a task runs")
    expect(card.get_by_role("button", name="Terminate", exact=True)).to_have_count(0)


@pytest.mark.own_kernel
@needs_subshells
def test_a_button_works_while_asyncio_runs_in_the_cell(lab: LabPage) -> None:
    asleep = "%webrun asyncio on\nimport asyncio; print('asleep', flush=True); asyncio.run(asyncio.sleep(60))"
    lab.open_notebook([START, asleep])
    lab.run_all()
    lab.wait_for_output(1, "asleep")
    shows(lab, "active · idle")
    lab.find(CARD).first.get_by_role("button", name="Terminate", exact=True).click()
    shows(lab, "terminated")
    lab.command("notebook:interrupt-kernel")


def test_the_countdown_turns_amber_in_its_last_minute(lab: LabPage) -> None:
    lab.open_notebook([START])
    lab.run_all()
    shows(lab, "active · idle")
    lab.run_more("%webrun emulator advance 4m10s")
    expect(lab.find(CARD).first).to_have_class(re.compile("webrun-amber"))
    shows(lab, "Idle until the timeout")


def test_an_orphaned_session_comes_back_on_its_card(lab: LabPage) -> None:
    lose = "%webrun emulator faults instance-start --times 1000\n%webrun emulator kill"
    lab.open_notebook([START])
    lab.run_all()
    shows(lab, "active · idle")
    lab.run_more(lose)
    shows(lab, "orphaned")
    lab.wait_until_done()
    lab.run_more("%webrun emulator faults clear")
    lab.wait_until_done()  # the next test uses the same emulator
    shows(lab, "active · idle")


@pytest.mark.own_kernel
def test_the_card_reports_a_restarted_kernel_which_leaves_nothing_open(lab: LabPage) -> None:
    lab.open_notebook([START])
    lab.run_all()
    lab.wait_until_done()
    shows(lab, "active · idle")
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    says_first(lab, "The kernel was restarted: session main ended with it.")
    lab.run_more("%load_ext webrun_nb\n%webrun start")
    expect(lab.find(CARD).last).to_contain_text("active · idle")


@pytest.mark.own_kernel
def test_the_card_reports_a_kernel_that_is_killed_while_a_task_runs(lab: LabPage) -> None:
    pid = "import os; print('pid', os.getpid())"
    lab.open_notebook([pid, START, "%%webrun task\nwait for 60 seconds"])
    lab.run_all()
    shows(lab, "active · running")
    os.kill(int(lab.stream(0).split()[-1]), signal.SIGKILL)
    says_first(lab, "The kernel was restarted: session main ended with it.")
    expect(lab.find(CARD).first).to_contain_text("ended with the kernel")
    expect(lab.find(".webrun-line")).to_contain_text("The kernel was restarted: the task of this cell ended with it.")
    assert_accessible(lab.page, within=CARD)


@pytest.mark.own_kernel
def test_a_session_elsewhere_is_not_said_to_end_with_the_kernel(lab: LabPage) -> None:
    lab.open_notebook(["from feed import *; s = show('demo', 'jjjjjjjjjjjj', emulated=False, **RUNNING)"], FILES)
    lab.run_all()
    shows(lab, "active · running")
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    says_first(
        lab, "The kernel was restarted. Session demo may still be open and be billed until its inactivity timeout"
    )


@pytest.mark.own_kernel
def test_every_display_of_a_session_reports_that_its_kernel_was_shut_down(lab: LabPage) -> None:
    job = "%%webrun task --bg heading --url practice:shop\nget the heading"
    lab.open_notebook([START, "%webrun view", job, "%webrun status --all"])
    lab.run_all()
    lab.wait_until_done()
    expect(lab.find(".webrun-job")).to_contain_text("read it with heading.df")
    shows(lab, "active · idle")
    lab.command("kernelmenu:shutdown")
    for shown in (CARD, ".webrun-view", ".webrun-job", ".webrun-sessions"):
        expect(lab.find(shown).first).to_contain_text("The kernel is gone")
    says_first(lab, "The kernel is gone: session main ended with it.")
    expect(lab.find(".webrun-sessions")).not_to_contain_text("active")
    expect(lab.find(".webrun-view .webrun-screen-status")).to_be_hidden()


def test_both_cards_of_a_session_follow_and_come_back_after_a_reload(lab: LabPage) -> None:
    lab.page.set_viewport_size({"width": 1200, "height": 1800})  # cells that are not in view are not in the DOM
    lab.open_notebook([START, "%webrun status"])
    lab.run_all()
    lab.wait_until_done()
    expect(lab.find(CARD)).to_have_count(2)
    lab.save()
    lab.page.reload()
    expect(lab.find(CARD)).to_have_count(2)
    lab.page.wait_for_function(KERNEL_IS_READY)
    shows(lab, "active · idle")
    lab.find(CARD).last.get_by_role("button", name="Terminate", exact=True).click()
    for card in lab.find(CARD).all():
        expect(card).to_contain_text("terminated")
        expect(card.get_by_role("button", name="Start again")).to_be_visible()


@pytest.mark.own_kernel
def test_two_kernels_share_one_emulator_and_each_has_its_own_session(lab: LabPage, start_emulator) -> None:
    emulator = start_emulator("--control")
    login = f"import os; os.environ['WEBRUN_API_KEY'] = {emulator.key!r}\n%load_ext webrun_nb\n"
    login += f"%webrun login --from env --base-url {emulator.url}\n%webrun start"
    for _ in range(2):
        lab.open_notebook([login])
        lab.run_all()
        lab.wait_until_done()
        shows(lab, "active · idle")
    live = [each for each in emulator.get("/start/sessions")[1]["sessions"] if each["status"] == "active"]
    assert len({each["sessionId"] for each in live}) == 2
