"""Tests in JupyterLab of the card's guardrail form, its grace period and its Start again button."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from helpers.scripted_card import CARD, FILES, new_session_id

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from helpers.jupyterlab import LabPage

SECRET = "correct-horse-battery-staple"
FORM = f"{CARD} .webrun-question"


def open_asking(lab: LabPage, arguments: str, *cells: str) -> None:
    """Show a card whose task has a question, and run `cells` after it; `s` is its session."""
    first = f"from feed import *; s = show('demo', {new_session_id()!r}, **asking({arguments}))"
    lab.open_notebook([first, *cells], FILES)
    lab.run_all()


def has_begun(lab: LabPage, cell: int) -> None:
    """Wait until a cell that prints "begun" runs: during Run All, JupyterLab moves the focus from cell to cell."""
    lab.wait_for_output(cell, "begun")


def answer_button(lab: LabPage) -> Locator:
    return lab.find(FORM).get_by_role("button", name="Answer", exact=True)


def test_a_question_is_answered_while_a_cell_blocks(lab: LabPage) -> None:
    open_asking(lab, "'ambiguous', 'Personal', 'Business'", "print(s.answered.wait(60), s.answers)")
    lab.find(FORM).get_by_label("Business").check()
    answer_button(lab).click()
    lab.wait_until_done()
    assert lab.stream(1) == "True [('t1', 'Business')]\n"


def test_the_keyboard_alone_answers(lab: LabPage) -> None:
    open_asking(lab, "'ambiguous'", "begun(); print(s.answered.wait(60), s.answers)")
    has_begun(lab, 1)
    field = lab.find(FORM).get_by_role("textbox")
    field.focus()
    field.press_sequentially("the dd shop")  # d d would delete the cell
    field.press("Enter")
    lab.wait_until_done()
    assert lab.stream(1).endswith("True [('t1', 'the dd shop')]\n")


def test_a_purchase_is_rejected_with_one_click(lab: LabPage) -> None:
    open_asking(lab, "'purchase'", "print(s.answered.wait(60), s.answers)")
    lab.find(FORM).get_by_role("button", name="Reject").click()
    lab.wait_until_done()
    assert lab.stream(1) == "True [('t1', 'reject')]\n"


def test_the_task_is_stopped_from_the_form(lab: LabPage) -> None:
    open_asking(lab, "'purchase'", "print(s.called.wait(60), s.calls)")
    lab.find(FORM).get_by_role("button", name="Stop the task").click()
    lab.wait_until_done()
    assert lab.stream(1) == "True ['stop']\n"


def test_a_late_answer_is_said(lab: LabPage) -> None:
    open_asking(lab, "'ambiguous'", "s.refusal = RequestError('nothing is asked', code='INVALID_STATE')")
    lab.wait_until_done()
    lab.find(FORM).get_by_role("textbox").fill("too late")
    answer_button(lab).click()
    expect(lab.find(f"{CARD} .webrun-notice")).to_contain_text("too late: the question was answered elsewhere")


def test_a_password_is_kept_nowhere(lab: LabPage) -> None:
    # the kernel is refused, so that the form stays and what is left in it can be seen
    refused = "s.refusal = RequestError('no', code='AGENT_ERROR')"
    kept = "begun(); print(s.answered.wait(60), '-'.join(['correct', 'horse', 'battery', 'staple']) == s.answers[0][1])"
    seen = "import json; print('horse' in json.dumps(cards.card(s.snapshot.session_id).get_state(), default=str))"
    open_asking(lab, "'credentials'", refused, kept, seen)
    has_begun(lab, 2)
    field = lab.find(f"{FORM} input[type=password]")
    field.fill(SECRET)
    field.press("Enter")
    expect(field).to_have_value("")
    lab.wait_until_done()
    assert (lab.stream(2), lab.stream(3)) == ("begun\nTrue True\n", "False\n")


def test_a_password_is_not_saved_with_the_notebook(lab: LabPage) -> None:
    open_asking(lab, "'credentials'", "begun(); print(s.answered.wait(60))")
    has_begun(lab, 1)
    field = lab.find(f"{FORM} input[type=password]")
    field.fill(SECRET)
    field.press("Enter")
    lab.wait_until_done()
    saved = lab.save()
    assert "webrun-card" in saved
    assert SECRET not in saved


def test_a_code_is_a_one_time_code(lab: LabPage) -> None:
    open_asking(lab, "'two_factor'")
    expect(lab.find(f"{FORM} input")).to_have_attribute("autocomplete", "one-time-code")


def test_the_kernel_learns_that_the_form_is_shown(lab: LabPage) -> None:
    open_asking(lab, "'ambiguous'", "print(cards.form_shown(s.snapshot.session_id, 't1', 60))")
    lab.wait_until_done()
    assert lab.stream(1) == "True\n"


def test_the_focus_moves_to_the_form_if_the_user_does_nothing_else(lab: LabPage) -> None:
    asks = "begun(); wait_for('go-focus'); s.become(**asking())"
    cells = ["from feed import *; s = show('demo', 'ffffffffffff')", asks]
    lab.open_notebook(cells, FILES)
    lab.run_all()
    has_begun(lab, 1)
    lab.find(CARD).wait_for()
    lab.page.evaluate("() => document.activeElement.blur()")
    (lab.server.notebooks / "go-focus").touch()
    expect(lab.find(FORM).get_by_role("textbox")).to_be_focused()


def test_the_focus_stays_with_a_user_who_types_elsewhere(lab: LabPage) -> None:
    asks = "begun(); wait_for('go-type'); s.become(**asking())"
    cells = ["from feed import *; s = show('demo', 'eeeeeeeeeeee')", asks, ""]
    lab.open_notebook(cells, FILES)
    lab.run_all()
    has_begun(lab, 1)
    lab.find(CARD).wait_for()
    editor = lab.find(".cm-content").last
    editor.click()
    (lab.server.notebooks / "go-type").touch()
    lab.find(FORM).get_by_role("textbox").wait_for()
    lab.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(editor).to_be_focused()


def test_a_question_is_announced_once(lab: LabPage) -> None:
    asks = "begun(); wait_for('go-once'); s.become(**asking())\n"
    asks += "wait_for('go-amber'); s.become(expires_at_ms=now_ms() + 30_000)"
    lab.open_notebook(["from feed import *; s = show('demo', 'bbbbbbbbbbbb')", asks, ""], FILES)
    lab.run_all()
    has_begun(lab, 1)
    lab.find(CARD).wait_for()
    lab.find(".cm-content").last.click()  # screen readers announce the question as the form's name
    (lab.server.notebooks / "go-once").touch()
    live = lab.find(f"{CARD} [role=status]")
    expect(live).to_have_text("demo: active · guardrail. The task asks: Which of these accounts shall be used?")
    (lab.server.notebooks / "go-amber").touch()
    expect(live).to_have_text("demo: active · guardrail. Less than a minute left")


def test_a_hostile_question_stays_text(lab: LabPage) -> None:
    hostile = "<img src=x onerror=window.harmed=1><b>bold</b>"
    open_asking(lab, f"'ambiguous', {hostile!r}, text={hostile!r}")
    expect(lab.find(f"{FORM} .webrun-question-text")).to_have_text(hostile)
    assert lab.find(f"{CARD} img, {CARD} b").count() == 0


def test_a_lost_browser_has_a_countdown_of_its_own(lab: LabPage) -> None:
    lost = "status='orphaned', phase=None, expires_at_ms=None, grace_ends_at_ms=now_ms() + 222_000"
    lab.open_notebook([f"from feed import *; s = show('demo', 'cccccccccccc', {lost})"], FILES)
    lab.run_all()
    countdown = lab.find(f"{CARD} .webrun-stat-countdown")
    expect(countdown).to_contain_text(re.compile(r"Grace period3:[0-4]\d"))
    expect(countdown).to_contain_text("Idle until the grace period ends: ≈\u00a0$0.07")


def test_start_again_turns_the_card_to_the_new_session(lab: LabPage) -> None:
    ended = "s = show('old', 'o' * 12, status='terminated', phase=None, reason='expired', expires_at_ms=None)"
    lab.open_notebook([f"from feed import *; {ended}; s.next = FakeSession('new', 'n' * 12)"], FILES)
    lab.run_all()
    button = lab.find(CARD).get_by_role("button", name="Start again")
    button.focus()
    button.press("Enter")
    expect(lab.find(f"{CARD} .webrun-name")).to_have_text("new")
    expect(lab.find(f"{CARD} .webrun-before")).to_contain_text("old: terminated, after 5:00 of inactivity")
    expect(lab.find(CARD).get_by_role("button", name="Take over")).to_be_focused()
