"""Selects text on a page as a person does, with the mouse."""

from __future__ import annotations

import json
from importlib.resources import files

from playwright.async_api import ElementHandle, Page

from webrun_nb.browsers.actions import SelectText
from webrun_nb.browsers.chromium.errors import capital
from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.common.codes import TaskFailureCode

_SELECT_JS = (files("webrun_nb.browsers.chromium") / "js" / "select_text.js").read_text(encoding="utf-8")


async def select_text(page: Page, element: ElementHandle, action: SelectText, timeout_ms: int) -> None:
    """Select the text of an element, or a phrase in it.

    The mouse is dragged from the first character to the last. Where the page then has another selection, as with text
    that flows around something, the selection is set by script, and the page is told of a released mouse.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: the phrase is not in it, or the page lets nothing be selected there.
    playwright.async_api.Error
        Anything else that Playwright says.
    """
    await element.scroll_into_view_if_needed(timeout=timeout_ms)
    ends = json.loads(await element.evaluate(_SELECT_JS, ["find", action.phrase]))
    target = capital(action.target or "the element")
    if ends is None:
        what = f'no text "{action.phrase}"' if action.phrase else "no text"
        raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, f"{target} has {what} to select")
    if not ends["is_field"]:
        box = await element.bounding_box()  # in the view of the page, while the script counts in that of its frame
        (x, y), (x1, y1), (x2, y2) = ends["corner"], ends["from"], ends["to"]
        left, top = (0.0, 0.0) if box is None else (box["x"] - x, box["y"] - y)
        await page.mouse.move(left + x1, top + y1)
        await page.mouse.down()
        await page.mouse.move(left + x2, top + y2, steps=5)
        await page.mouse.up()
    selected = json.loads(await element.evaluate(_SELECT_JS, ["check", action.phrase]))
    if not selected:
        raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, f"{target} does not let its text be selected")
