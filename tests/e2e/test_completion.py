"""Tests in JupyterLab of the Tab key on lines of `%webrun`."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from helpers.jupyterlab import LabPage
from webrun_nb.client.policies import TEMPLATES
from webrun_nb.notebook.commands.registry import COMMANDS

OPTIONS = [option.flag for option in COMMANDS.find("task").options if option.flag.startswith("--")]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("%%webrun task --", OPTIONS),
        ("%webrun policy create careful --template ", [f'"{name}"' for name in TEMPLATES]),
    ],
)
def test_the_tab_key_shows_what_fits_the_place(lab: LabPage, typed: str, offered: list[str]) -> None:
    lab.open_notebook(["%load_ext webrun_nb", ""])
    lab.run_all()
    lab.wait_until_done()
    lab.find(".jp-CodeCell >> nth=1 >> .cm-content").click()
    lab.page.keyboard.type(typed)
    lab.page.keyboard.press("Tab")
    items = lab.page.locator(".jp-Completer-item .jp-Completer-match")
    for name in offered:
        expect(items.filter(has_text=re.compile(f"^{re.escape(name)}$"))).to_have_count(1)
    shown = items.all_text_contents()
    written = f"%load_ext webrun_nb {typed}"  # JupyterLab adds the words of the notebook
    assert [name for name in shown if name not in offered and name not in written] == []
    lab.page.keyboard.press("Enter")
    expect(lab.find(".jp-CodeCell >> nth=1 >> .cm-line")).to_have_text(f"{typed.removesuffix('--')}{shown[0]}")
