"""Tests in JupyterLab of the sessions table: live, with buttons that work mid-cell, accessible in both themes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from helpers.axe import assert_accessible
from helpers.jupyterlab import needs_subshells
from helpers.scripted_card import FILES, new_session_id

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from helpers.jupyterlab import LabPage

TABLE = ".webrun-sessions"
THREE = """from feed import *
a = FakeSession('laptops', '{}', **RUNNING)
b = FakeSession('prices', '{}', expires_at_ms=now_ms() + 41_000)
c = FakeSession('billed', '{}', emulated=False, compute_usd=None, idle_usd=None, tokens_usd=None, **RUNNING)
show_table(a, b, c)
"""


def open_table(lab: LabPage, *cells: str) -> list[Locator]:
    """Show the table of three sessions `a`, `b` and `c`, and run `cells` behind it; return its rows."""
    ids = [new_session_id() for _ in range(3)]
    lab.open_notebook([THREE.format(*ids), *cells], FILES)
    lab.run_all()
    return [lab.find(f"{TABLE} tr[data-session={each}]") for each in ids]


@needs_subshells
def test_a_rows_button_ends_that_session_while_a_cell_blocks(lab: LabPage) -> None:
    _, prices, _ = open_table(lab, "print(b.called.wait(60), a.calls, b.calls)")
    prices.get_by_role("button", name="Terminate prices").click()
    lab.wait_until_done()
    assert lab.stream(1) == "True [] ['terminate']\n"


def test_a_row_follows_its_session(lab: LabPage) -> None:
    ended = "a.become(status='terminated', phase=None, reason='terminated', current_task='')"
    laptops, _, _ = open_table(lab, ended)
    expect(laptops).to_contain_text("terminated")
    expect(lab.find(f"{TABLE} .webrun-total")).to_contain_text("2 live of 3")
    expect(laptops.get_by_role("button")).to_have_count(0)


def test_it_ticks_without_a_message_and_adds_up_no_real_with_emulated_money(lab: LabPage) -> None:
    open_table(lab, "wait_for('go-table')")
    total = lab.find(f"{TABLE} .webrun-total")
    expect(total).to_contain_text("emulated: you pay $0.00")
    expect(total).not_to_have_text(total.inner_text())  # what it is shown with has been said by then
    lab.kernel_frames.clear()
    shown = total.inner_text()
    expect(total).not_to_have_text(shown)
    frames = [frame for frame in lab.kernel_frames if b"comm_msg" in frame]
    (lab.server.notebooks / "go-table").touch()
    assert frames == []
    assert re.search(r"you pay \$0\.0[3-5]", shown), "what one of them costs, however long this has taken"


def test_it_is_accessible_in_each_theme(lab: LabPage, tmp_path: Path) -> None:
    open_table(lab)
    lab.wait_until_done()
    expect(lab.find(f"{TABLE} tbody tr")).to_have_count(3)
    for theme in ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"):
        lab.theme(theme)
        lab.find(".jp-OutputArea").first.screenshot(path=tmp_path / f"table-{theme.split()[-1].lower()}.png")
        assert_accessible(lab.page, theme, within=TABLE)
