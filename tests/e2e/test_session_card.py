"""Tests in JupyterLab of the session card: it ticks by itself, its buttons work mid-cell, it fits both themes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import ipykernel
import pytest
from playwright.sync_api import expect

from helpers.axe import assert_accessible
from helpers.jupyterlab import needs_subshells
from helpers.scripted_card import CARD, FILES

if TYPE_CHECKING:
    from helpers.jupyterlab import LabPage


def press(lab: LabPage, name: str) -> None:
    lab.find(CARD).get_by_role("button", name=name, exact=True).click()


def seen_seconds(lab: LabPage, selector: str, count: int) -> None:
    """Wait until the text of `selector` has had `count` values."""
    lab.page.evaluate("() => { window.seenTexts = new Set(); }")
    lab.page.wait_for_function(
        """([selector, count]) => {
          const seen = window.seenTexts;
          seen.add(document.querySelector(selector).textContent);
          return seen.size >= count;
        }""",
        arg=[selector, count],
        polling=100,
    )


def test_it_ticks_while_a_cell_runs_without_a_message(lab: LabPage) -> None:
    go = lab.server.notebooks / "go-tick"
    lab.open_notebook(
        ["from feed import *; s = show('demo', 'aaaaaaaaaaaa')", "print('busy'); wait_for('go-tick')"], FILES
    )
    lab.run_all()
    lab.wait_for_output(1, "busy")
    lab.find(CARD).wait_for()
    seen_seconds(lab, f"{CARD} .webrun-amount", 2)  # what it is shown with has been said by then
    lab.kernel_frames.clear()
    seen_seconds(lab, f"{CARD} .webrun-amount", 4)
    frames = [frame for frame in lab.kernel_frames if b"comm_msg" in frame]
    go.touch()
    assert frames == []


@needs_subshells
def test_a_click_reaches_python_while_a_cell_blocks(lab: LabPage) -> None:
    cells = ["from feed import *; s = show('demo', 'bbbbbbbbbbbb', **RUNNING)", "print(s.called.wait(60), s.calls)"]
    lab.open_notebook(cells, FILES)
    lab.run_all()
    press(lab, "Stop")
    lab.wait_until_done()
    assert lab.stream(1) == "True ['stop']\n"


@needs_subshells
def test_the_keyboard_presses_a_button_in_command_mode(lab: LabPage) -> None:
    waiting = "print(s.called.wait(60), s.calls)"
    cells = [
        "from feed import *; s = show('demo', 'cccccccccccc', **RUNNING)",
        f"print('begun', flush=True)\n{waiting}",
    ]
    lab.open_notebook(cells, FILES)
    lab.run_all()
    # While Run All goes from cell to cell, JupyterLab itself moves the focus.
    lab.wait_for_output(1, "begun")
    button = lab.find(CARD).get_by_role("button", name="Terminate")
    button.focus()
    button.press("Enter")
    lab.wait_until_done()
    assert lab.stream(1).endswith("True ['terminate']\n")


@pytest.mark.skipif(
    (7, 0) <= ipykernel.version_info[:2] < (7, 4), reason="these kernels answer on the subshell whatever they are told"
)
def test_an_unanswered_click_says_that_the_kernel_is_busy(lab: LabPage) -> None:
    go = lab.server.notebooks / "go-busy"
    to_main = "cards.card('dddddddddddd').comm._reply_subshell_for = lambda data, default: None"
    cells = [f"from feed import *; s = show('demo', 'dddddddddddd', **RUNNING); {to_main}", "wait_for('go-busy')"]
    lab.open_notebook(cells, FILES)
    lab.run_all()
    press(lab, "Stop")
    expect(lab.find(f"{CARD} .webrun-notice")).to_contain_text("use Interrupt")
    go.touch()


def test_a_burst_of_updates_ends_with_the_last(lab: LabPage) -> None:
    burst = "for i in range(5000): s.become(last_action=f'step {i}')\ncards.drain(60)"
    lab.open_notebook(["from feed import *; s = show('demo', 'eeeeeeeeeeee', **RUNNING)", burst], FILES)
    lab.run_all()
    expect(lab.find(f"{CARD} .webrun-action")).to_contain_text("step 4999")


def test_hostile_text_stays_text(lab: LabPage) -> None:
    hostile = "<img src=x onerror=window.harmed=1><b>bold</b>"
    changes = f"{{**RUNNING, 'current_task': {hostile!r}, 'last_action': {hostile!r}}}"
    lab.open_notebook([f"from feed import *; s = show({hostile!r}, 'ffffffffffff', **{changes})"], FILES)
    lab.run_all()
    expect(lab.find(f"{CARD} .webrun-task")).to_have_text(hostile)
    assert lab.find(f"{CARD} img, {CARD} b").count() == 0


def test_the_saved_output_says_how_it_ended(lab: LabPage) -> None:
    end = "s.become(status='terminated', phase=None, reason='expired', expires_at_ms=None); cards.drain(60)"
    lab.open_notebook(["from feed import *; s = show('demo', 'gggggggggggg')", end], FILES)
    lab.run_all()
    expect(lab.find(f"{CARD} .webrun-stat-countdown")).to_contain_text("after 5:00 of inactivity")
    lab.wait_for_output(0, "after 5:00 of inactivity")
    (output,) = lab.outputs()[0]
    assert "application/vnd.jupyter.widget-view+json" in output["data"]


def test_status_shows_the_card_here_too(lab: LabPage) -> None:
    cells = ["from feed import *; s = show('demo', 'hhhhhhhhhhhh')", "cards.show(s, s)", "cards.show(s, s, again=True)"]
    lab.open_notebook(cells, FILES)
    lab.run_all()
    lab.wait_until_done()
    has_card = [
        any("application/vnd.jupyter.widget-view+json" in output["data"] for output in outputs)
        for outputs in lab.outputs()
    ]
    assert has_card == [True, False, True]


def test_only_changes_of_state_are_announced(lab: LabPage) -> None:
    go = lab.server.notebooks / "go-say"
    lab.open_notebook(
        ["from feed import *; s = show('demo', 'iiiiiiiiiiii')", "wait_for('go-say'); s.become(**RUNNING)"], FILES
    )
    lab.run_all()
    live = lab.find(f"{CARD} [role=status]")
    expect(live).to_have_text("demo: active · idle")
    lab.page.evaluate(
        """selector => { window.said = []; const node = document.querySelector(selector);
          new MutationObserver(() => window.said.push(node.textContent))
            .observe(node, {childList: true, characterData: true, subtree: true}); }""",
        f"{CARD} [role=status]",
    )
    seen_seconds(lab, f"{CARD} .webrun-stat-elapsed .webrun-value", 4)
    go.touch()
    expect(live).to_have_text("demo: active · running")
    assert lab.page.evaluate("() => window.said") == ["demo: active · running"]


STATES = """
now = now_ms()
show('starting', 'starting0000', status='pending', phase=None, expires_at_ms=None, compute_usd=Decimal('0.0004'),
     cost_usd=Decimal('0.0004'), idle_usd=None, tokens_usd=None, created_at_ms=now - 1200)
show('prices', 'idle00000000')
show('laptops', 'running00000', **RUNNING)
show('forgotten', 'amber0000000', expires_at_ms=now + 41_000)
show('held', 'paused000000', **{**RUNNING, 'phase': 'paused', 'expires_at_ms': now + 190_000, 'queued_tasks': 0})
show('driven', 'manual000000', phase='manual')
show('halted', 'stopped00000', phase='stopped')
show('lost', 'orphaned0000', status='orphaned', phase=None, expires_at_ms=None, grace_ends_at_ms=now + 222_000)
show('unreachable', 'unreached000', connected=False)
show('billed', 'hosted000000', emulated=False, compute_usd=None, idle_usd=None, tokens_usd=None, **RUNNING)
for status, reason in (('completed', 'terminateOnCompletion'), ('terminated', 'expired'), ('terminated', 'balance'),
                       ('terminated', 'terminated'), ('failed', 'instance_lost'), ('failed', 'failed')):
    show(reason, f'{reason:0<12}'[:12], status=status, phase=None, reason=reason, expires_at_ms=None)
"""
FORMS = """
show('accounts', 'asks00000001', **asking('ambiguous', 'Personal', 'Business (EUR)', 'حساب'))
show('words', 'asks00000002', **asking('ambiguous', text='Which Gap is meant: the shop or the difference?'))
show('checkout', 'asks00000003', **asking('purchase', text='Buy "Laptop 14" for $899.00 at shop.localhost?'))
show('rules', 'asks00000004', **asking('policy', text='Rule "No downloads": download report.pdf?'))
show('login', 'asks00000005', **asking('credentials', text='The password for ada@example.com at shop.localhost'))
show('second', 'asks00000006', **asking('two_factor', text='The code that was sent to •• 42'))
show('robot', 'asks00000007', **asking('captcha', text='Solve the picture puzzle'))
show('warned', 'asks00000008', **asking('security', 'leave the page', 'go on', text='The certificate has expired'))
class FakeMuteActions:
    def stop(self): pass
    def terminate(self): pass
cards.show(FakeSession('mute', 'asks00000009', **asking('ambiguous', 'Personal', 'Business')), FakeMuteActions())
"""


@pytest.mark.parametrize(("what", "source", "count"), [("states", STATES, 16), ("forms", FORMS, 9)])
def test_every_state_is_accessible_in_both_themes(
    lab: LabPage, what: str, source: str, count: int, tmp_path: Path
) -> None:
    lab.open_notebook(["from feed import *\n" + source], FILES)
    lab.page.set_viewport_size({"width": 1200, "height": 2600})
    lab.run_all()
    lab.wait_until_done()
    expect(lab.find(CARD)).to_have_count(count)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        lab.theme(theme)
        lab.find(".jp-OutputArea").first.screenshot(path=tmp_path / f"{what}-{theme.split()[-1].lower()}.png")
        assert_accessible(lab.page, theme, within=CARD)
