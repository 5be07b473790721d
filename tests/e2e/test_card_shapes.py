"""Tests of every widget in every theme and width: nothing overflows, axe finds nothing, colours are the front end's.

The widgets are shown once, side by side on one page, and the tests change the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from helpers.axe import assert_accessible
from helpers.jupyterlab import LabPage, LabServer
from helpers.widget_gallery import GALLERY_FILES

CARD = ".webrun-card"
OUTPUT = ".jp-NotebookPanel .jp-OutputArea"
NARROW_PX = 320
VSCODE_DARK = {
    "--vscode-editor-foreground": "#d4d4d4",
    "--vscode-descriptionForeground": "#a3a3a3",
    "--vscode-editor-background": "#1e1e1e",
    "--vscode-editorWidget-background": "#252526",
    "--vscode-panel-border": "#454545",
    "--vscode-focusBorder": "#3794ff",
    "--vscode-charts-blue": "#3794ff",
    "--vscode-charts-green": "#89d185",
    "--vscode-charts-yellow": "#cca700",
    "--vscode-charts-red": "#f48771",
}
WIDER_THAN_THEIR_BOX = """() => [...document.querySelectorAll('.webrun-card, .webrun-card *')]
  .filter(node => node instanceof HTMLElement && node.clientWidth > 0)
  .filter(node => !node.closest('.webrun-live, .webrun-scroll > *'))
  .filter(node => node.scrollWidth > node.clientWidth && !node.matches('.webrun-scroll, .webrun-screen-doing'))
  .map(node => `${node.className}: ${node.scrollWidth} > ${node.clientWidth}`)"""
OUT_OF_THEIR_CARD = """() => [...document.querySelectorAll('.webrun-card')].flatMap(card => {
  const room = card.getBoundingClientRect();
  return [...card.querySelectorAll('*')].filter(node => !node.closest('.webrun-live, .webrun-scroll > *'))
    .filter(node => { const box = node.getBoundingClientRect();
      return box.width > 0 && (box.left < room.left - 1 || box.right > room.right + 1); })
    .map(node => `${card.getAttribute('aria-label')}: ${node.className}`);
})"""


@pytest.fixture(scope="module")
def shown(lab_server: LabServer, lab_browser: Browser) -> Iterator[LabPage]:
    """Return a page with all widgets, their logs of steps and live views open."""
    context = lab_browser.new_context(viewport={"width": 1200, "height": 4200})
    lab = LabPage(lab_server, context.new_page())
    lab.open_notebook(["from gallery import *\nsessions = gallery()"], GALLERY_FILES)
    lab.run_all()
    lab.wait_until_done()
    expect(lab.find(f"{CARD}.webrun-view .webrun-screen")).to_have_attribute("data-pictures", re.compile("."))
    running = lab.find(f"{CARD}[aria-label^='Session أسعار']")
    running.locator(".webrun-steps summary").click()
    expect(running.locator(".webrun-steps tbody tr")).to_have_count(3)
    running.locator(".webrun-fold summary").click()
    expect(running.locator(".webrun-screen")).to_have_attribute("data-pictures", re.compile("."))
    yield lab
    lab.close_notebook()
    context.close()


def wears(lab: LabPage, variables: Mapping[str, str]) -> None:
    """Set the front end's colour variables to these, and remove JupyterLab's."""
    lab.page.evaluate(
        """([selector, variables]) => {
          const { style } = document.querySelector(selector);
          style.cssText = '';
          if (Object.keys(variables).length === 0) return;
          const rules = [...document.styleSheets].flatMap(sheet => [...sheet.cssRules]);
          for (const declared of rules.map(rule => rule.style ?? [])) for (const name of declared) {
            if (name.startsWith('--jp-')) style.setProperty(name, 'initial');
          }
          for (const [name, value] of Object.entries(variables)) style.setProperty(name, value);
          if (variables['--vscode-editor-background']) style.background = variables['--vscode-editor-background'];
        }""",
        [OUTPUT, dict(variables)],
    )


def in_theme(theme: str) -> Callable[[LabPage], None]:
    return lambda lab: lab.theme(theme)


def in_forced_colors(lab: LabPage) -> None:
    lab.page.emulate_media(forced_colors="active")


def in_vscode(lab: LabPage) -> None:
    wears(lab, VSCODE_DARK)


def narrow(lab: LabPage) -> None:
    lab.page.evaluate(
        "([selector, width]) => { document.querySelector(selector).style.maxWidth = `${width}px`; }",
        [OUTPUT, NARROW_PX],
    )


def zoomed(lab: LabPage) -> None:
    lab.page.set_viewport_size({"width": 600, "height": 5600})  # what 200 % leaves of 1200


def right_to_left(lab: LabPage) -> None:
    lab.page.evaluate("selector => { document.querySelector(selector).dir = 'rtl'; }", OUTPUT)


def narrow_and_right_to_left(lab: LabPage) -> None:
    narrow(lab)
    right_to_left(lab)


LOOKS: Mapping[str, Callable[[LabPage], None]] = {
    "light": in_theme("JupyterLab Light"),
    "dark": in_theme("JupyterLab Dark"),
    "high-contrast": in_theme("JupyterLab Dark High Contrast"),
    "forced-colors": in_forced_colors,
    "vscode": in_vscode,
    "narrow": narrow,
    "zoomed": zoomed,
    "right-to-left": right_to_left,
    "narrow-right-to-left": narrow_and_right_to_left,
}


@pytest.fixture(params=LOOKS)
def looks(shown: LabPage, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LabPage]:
    """Return the page with one theme and width, and keep a screenshot; restore the page afterwards."""
    LOOKS[request.param](shown)
    shown.find(".jp-OutputArea").first.screenshot(path=tmp_path / f"{request.param}.png")
    yield shown
    shown.page.emulate_media(forced_colors="none")
    shown.page.set_viewport_size({"width": 1200, "height": 4200})
    wears(shown, {})
    shown.page.evaluate("selector => document.querySelector(selector).removeAttribute('dir')", OUTPUT)
    shown.theme("JupyterLab Light")


def test_nothing_overflows_and_axe_finds_nothing(looks: LabPage) -> None:
    assert looks.page.evaluate(WIDER_THAN_THEIR_BOX) == []
    assert looks.page.evaluate(OUT_OF_THEIR_CARD) == []
    assert_accessible(looks.page, within=CARD)


def colours(lab: LabPage) -> set[str]:
    """Return the backgrounds of all cards."""
    return set(
        lab.page.evaluate("s => [...document.querySelectorAll(s)].map(n => getComputedStyle(n).backgroundColor)", CARD)
    )


def test_cards_that_are_shown_follow_a_change_of_theme(shown: LabPage) -> None:
    light = colours(shown)
    shown.theme("JupyterLab Dark")
    dark = colours(shown)
    shown.theme("JupyterLab Light")
    assert (len(light), len(dark), light & dark) == (1, 1, set())
    assert colours(shown) == light


def test_where_there_are_only_vscodes_colours_they_are_used(shown: LabPage) -> None:
    in_vscode(shown)
    seen = colours(shown)
    wears(shown, {})
    assert seen == {"rgb(30, 30, 30)"}


def test_nothing_moves_with_reduced_motion(shown: LabPage) -> None:
    moving = """selector => [...document.querySelectorAll(selector)].filter(node => {
      const { transitionDuration, animationName } = getComputedStyle(node);
      return transitionDuration !== '0s' || animationName !== 'none';
    }).length"""
    assert shown.page.evaluate(moving, f"{CARD} *") > 0
    shown.page.emulate_media(reduced_motion="reduce")
    left = shown.page.evaluate(moving, f"{CARD} *")
    shown.page.emulate_media(reduced_motion="no-preference")
    assert left == 0
