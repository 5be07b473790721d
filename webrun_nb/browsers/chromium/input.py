"""Performs actions on a page and its elements, and passes on a person's input; navigation is in `instance`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import Awaitable, Callable

from playwright.async_api import BrowserContext, ElementHandle, Error, Frame, Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from webrun_nb.browsers.actions import (
    Action,
    Click,
    Drag,
    Hover,
    Input,
    Leave,
    PointerClick,
    Press,
    PressKey,
    Scroll,
    ScrollBox,
    Select,
    SelectText,
    Type,
    TypeText,
    Upload,
    WaitFor,
    WaitForChange,
    Wheel,
)
from webrun_nb.browsers.chromium.errors import capital, first_line
from webrun_nb.browsers.chromium.keyboard import type_text
from webrun_nb.browsers.chromium.mouse import click, drag
from webrun_nb.browsers.chromium.text_selection import select_text
from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.common.codes import TaskFailureCode

logger = logging.getLogger(__name__)

_OPTION_JS = """
(node, wanted) => {
  if (!(node instanceof HTMLSelectElement)) return null;
  const plain = text => text.replace(/\\s+/g, " ").trim().toLowerCase();
  const names = Array.from(node.options, option => plain(option.label || option.text));
  return wanted.map(name => names.indexOf(plain(name)));
}
"""
_TEXT_JS = """
wanted => {
  const plain = text => text.replace(/\\s+/g, " ").toLowerCase();
  return document.body !== null && plain(document.body.innerText).includes(plain(wanted).trim());
}
"""
# Scrolls the document; where that doesn't move, the box in the middle of the view that does.
_SCROLL_JS = """
([dx, dy]) => {
  const moved = box => {
    const [x, y] = [box.scrollLeft, box.scrollTop];
    box.scrollBy({left: dx, top: dy, behavior: "instant"});
    return box.scrollLeft !== x || box.scrollTop !== y;
  };
  if (document.scrollingElement && moved(document.scrollingElement)) return;
  let box = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  while (box && !moved(box)) box = box.parentElement;
}
"""
# The part of a view that stays visible tells which rows were seen before. The way to the end is gone view by view, each
# displayed for a frame: observers of what comes into view miss what is jumped over. A box that is at its end already is
# moved up first, so that they notice the end again. The last row of the list comes into view before all else.
_SCROLL_BOX_JS = """
async (element, [goal, row]) => {
  const MOST_VIEWS = 20;
  const isPage = element === document.documentElement;
  const box = isPage ? document.scrollingElement || element : element;
  const view = isPage ? innerHeight : box.clientHeight;
  const edge = isPage ? 0 : box.getBoundingClientRect().top;
  const to = top => box.scrollTo({top, behavior: "instant"});
  const displayed = () => new Promise(resolve => {
    requestAnimationFrame(() => requestAnimationFrame(resolve));
    setTimeout(resolve, 200);
  });
  // What a page does when it is scrolled begins at once, or is announced by a request.
  const change = () => new Promise(resolve => {
    const observer = new MutationObserver(() => { observer.disconnect(); resolve(); });
    observer.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
    setTimeout(() => { observer.disconnect(); resolve(); }, 150);
  });
  if (goal !== "end") {
    const below = row ? row.getBoundingClientRect().top - edge : 0;
    const changed = change();
    to(goal === "start" ? 0 : box.scrollTop + (below > view * 0.5 ? below : view * 0.8));
    return changed;
  }
  const end = box.scrollHeight - view;
  if (box.scrollTop >= end - 2) to(end - view / 2);
  if (row) {
    to(box.scrollTop + row.getBoundingClientRect().bottom - edge - view * 0.6);
    await displayed();
  }
  for (let views = 0; views < MOST_VIEWS && box.scrollTop < end - view; views++) {
    to(box.scrollTop + view);
    await displayed();
  }
  await displayed();
  const changed = change();
  to(end);
  return changed;
}
"""
_CHANGE_JS = """
maxMs => new Promise(resolve => {
  const done = () => { observer.disconnect(); clearTimeout(cap); resolve(); };
  const observer = new MutationObserver(done);
  const cap = setTimeout(done, maxMs);
  const attributeFilter = ["aria-busy", "hidden", "disabled", "aria-disabled"];
  observer.observe(document, {subtree: true, childList: true, characterData: true, attributes: true, attributeFilter});
})
"""


WithTimeout = Callable[[Awaitable[None]], Awaitable[None]]
"""Waits for the page to answer, but not forever."""


async def perform_on_element(
    page: Page, element: ElementHandle, action: Action, target: str, timeout_ms: int, other: ElementHandle | None = None
) -> None:
    """Perform an action on an element, which may take `timeout_ms` to become visible, still, enabled and uncovered.

    Parameters
    ----------
    target : str
        Names the element for people.
    other : ElementHandle, optional
        The second element of an action that has two: `Drag`.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: what `target` names has no such option, or no such text.
    playwright.async_api.Error
        Anything else that Playwright says; with a click its time-out may also mean a slow navigation.
    """
    match action:
        case Click():
            await click(element, action, timeout_ms)
        case Hover():
            await element.hover(timeout=timeout_ms)
        case Drag():
            await drag(page, element, other, action, timeout_ms)
        case SelectText():
            await select_text(page, element, action, timeout_ms)
        case Type():
            await type_text(page, element, action, timeout_ms)
        case Leave():
            await element.evaluate("el => el.blur()")
        case Select():
            await _select(element, action, target, timeout_ms)
        case Upload():
            await element.set_input_files(list(action.paths), timeout=timeout_ms)
        case Press():
            for _ in range(min(action.times, _MOST_PRESSES)):
                await element.press(action.key, timeout=timeout_ms)
        case _:
            raise TypeError(f"not an action on an element: {action!r}")


_MOST_PRESSES = 1_000


async def _select(element: ElementHandle, action: Select, target: str, timeout_ms: int) -> None:
    found = await element.evaluate(_OPTION_JS, list(action.options))
    if found is None:
        raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, f"{capital(target)} has no options")
    missing = [name for name, index in zip(action.options, found, strict=True) if index < 0]
    if missing:
        raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, f'{capital(target)} has no option "{missing[0]}"')
    await element.select_option(index=found, timeout=timeout_ms)


async def perform_on_page(page: Page, action: Action, with_timeout: WithTimeout) -> None:
    """Perform an action on the page as a whole, or on what has the focus.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: the text did not appear, or there is no such key.
    playwright.async_api.Error
        Any other error of Playwright's.
    """
    match action:
        case WaitFor():
            await _wait_for(page, action)
        case Scroll():
            await with_timeout(page.evaluate(_SCROLL_JS, [action.delta_x, action.delta_y]))
        case ScrollBox():
            await with_timeout(_scroll_box(page, action))
        case WaitForChange():
            with contextlib.suppress(Error):  # another document took its place: that is a change too
                within = _frame_at(page, action.frame)
                await with_timeout(within.evaluate(_CHANGE_JS, min(action.timeout_ms, _MAX_CHANGE_MS)))
        case Press():
            for _ in range(min(action.times, _MOST_PRESSES)):
                await with_timeout(_press(page, action.key))
        case _:
            raise TypeError(f"not an action on a page: {action!r}")


_MAX_CHANGE_MS = 3_000
"""Longest wait for a change: a page that does not answer for longer is taken for one that hangs."""


def _frame_at(page: Page, url: str) -> Frame:
    """Return the frame with a URL; the page's own for an empty one, and for a frame that went to another document."""
    return next((frame for frame in page.frames if url and frame.url == url), page.main_frame)


async def _scroll_box(page: Page, action: ScrollBox) -> None:
    """Scroll a box, or the page.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: there is no such box any more.
    """
    gone = BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, "The box to be scrolled is not on the page any more")
    try:
        within = _frame_at(page, action.frame)
        box = await within.query_selector(action.path or "html")
        if box is None:
            raise gone
        row = await within.query_selector(action.row) if action.row else None
        await box.evaluate(_SCROLL_BOX_JS, [action.goal, row])
    except Error as error:  # a tag that no selector can name, or another document came meanwhile
        raise gone from error


async def _wait_for(page: Page, action: WaitFor) -> None:
    """Wait until a text is visible, or, without a text, for `timeout_ms`.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: it did not appear.
    """
    if not action.text:
        await asyncio.sleep(action.timeout_ms / 1000)
        return
    try:
        await page.wait_for_function(_TEXT_JS, arg=action.text, timeout=action.timeout_ms, polling=100)
    except PlaywrightTimeoutError as error:
        message = f"{json.dumps(action.text, ensure_ascii=False)} did not appear within {action.timeout_ms / 1000:g} s"
        raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, message) from error


async def go_back(context: BrowserContext, page: Page, timeout_ms: int, *, opened_by_another: bool) -> None:
    """Go one page back in the history; from the first page of a popup, back to the page that opened it.

    Raises
    ------
    BrowserError
        `NAVIGATION_TIMEOUT`, or `NAVIGATION_FAILED`: there is none.
    """
    session = await context.new_cdp_session(page)
    history = await session.send("Page.getNavigationHistory")
    await session.detach()
    position = history["currentIndex"]
    if position > 0 and history["entries"][position - 1]["url"] != "about:blank":
        try:
            await page.go_back(wait_until="domcontentloaded", timeout=timeout_ms)
        except PlaywrightTimeoutError as error:
            message = f"The page before did not load within {timeout_ms / 1000:g} s"
            raise BrowserError(TaskFailureCode.NAVIGATION_TIMEOUT, message) from error
    elif opened_by_another:
        await page.close()  # its history continues in the opener
    else:
        raise BrowserError(TaskFailureCode.NAVIGATION_FAILED, "There is no page to go back to")


async def leave(page: Page) -> None:
    """Navigate a page to about:blank; a page that is closing is no error."""
    try:
        await page.goto("about:blank")
    except Error as error:
        logger.debug("a page could not be left: %s", first_line(error))


async def close_page(page: Page) -> None:
    """Close a page; one that is gone already is no error."""
    try:
        await page.close()
    except Error as error:
        logger.debug("a page could not be closed: %s", first_line(error))


_PAUSE_S = (0.03, 0.15)
"""Shortest and longest pause between two keys of a person."""
_LONGEST_S = 15.0
"""Limit for the sum of the pauses: in a long text each is shorter."""
_PIECE = 200
"""Characters typed in one go, so that a long text isn't taken for a page that doesn't answer."""


async def dispatch_input(page: Page, action: Input, with_timeout: WithTimeout) -> None:
    """Pass a person's input on, and return as soon as the page has received it.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: there is no such key.
    playwright.async_api.Error
        Anything else that Playwright says.
    """
    match action:
        case PointerClick(second=True):
            await with_timeout(page.mouse.move(action.x, action.y))
            await with_timeout(page.mouse.down(click_count=2))
            await with_timeout(page.mouse.up(click_count=2))
        case PointerClick():
            await with_timeout(page.mouse.click(action.x, action.y, click_count=2 if action.double else 1))
        case TypeText():
            await _type(page, action, with_timeout)
        case PressKey():
            await with_timeout(_press(page, action.key))
        case Wheel():
            await with_timeout(page.mouse.move(action.x, action.y))
            await with_timeout(page.mouse.wheel(action.delta_x, action.delta_y))


async def _press(page: Page, key: str) -> None:
    """Press a key, or a combination as in `Control+A`, where the focus is.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: there is no such key.
    """
    if len(key) == 1 and not key.isascii():
        await page.keyboard.insert_text(key)  # on some keyboard it is a key
        return
    try:
        await page.keyboard.press(key)
    except Error as error:
        if "Unknown key" in error.message:
            raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, f"There is no key {key[:40]!r}") from error
        raise


async def _type(page: Page, action: TypeText, with_timeout: WithTimeout) -> None:
    size = 1 if action.human_like else _PIECE
    pieces = [action.text[at : at + size] for at in range(0, len(action.text), size)]
    pace = min(1.0, _LONGEST_S / (max(len(pieces), 1) * _PAUSE_S[1]))
    for piece in pieces:
        await with_timeout(page.keyboard.type(piece))
        if action.human_like:
            await asyncio.sleep(random.uniform(*_PAUSE_S) * pace)
