"""What a person does to the page by hand: pointer, keys and wheel, as the browser's own input events."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from playwright.async_api import Error, Page

from webrun_nb.browsers.base import BrowserError, Input, PointerClick, PressKey, TypeText, Wheel

_PAUSE_S = (0.03, 0.15)
"""Shortest and longest pause between two keys of a person."""
_LONGEST_S = 15.0
"""What a person's pauses may add up to: in a long text they are shorter."""
_PIECE = 200
"""Characters typed in one go, so that a long text isn't taken for a page that doesn't answer."""

Patience = Callable[[Awaitable[None]], Awaitable[None]]
"""Waits for the page to take something, but not forever."""


async def use(page: Page, action: Input, patience: Patience) -> None:
    """Do it, and return as soon as the page has taken it.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: there is no such key.
    playwright.async_api.Error
        Anything else that Playwright says.
    """
    match action:
        case PointerClick(second=True):
            await patience(page.mouse.move(action.x, action.y))
            await patience(page.mouse.down(click_count=2))
            await patience(page.mouse.up(click_count=2))
        case PointerClick():
            await patience(page.mouse.click(action.x, action.y, click_count=2 if action.double else 1))
        case TypeText():
            await _type(page, action, patience)
        case PressKey():
            await patience(press(page, action.key))
        case Wheel():
            await patience(page.mouse.move(action.x, action.y))
            await patience(page.mouse.wheel(action.delta_x, action.delta_y))


async def press(page: Page, key: str) -> None:
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
            raise BrowserError("ELEMENT_NOT_FOUND", f"There is no key {key[:40]!r}") from error
        raise


async def _type(page: Page, action: TypeText, patience: Patience) -> None:
    size = 1 if action.human_like else _PIECE
    pieces = [action.text[at : at + size] for at in range(0, len(action.text), size)]
    pace = min(1.0, _LONGEST_S / (max(len(pieces), 1) * _PAUSE_S[1]))
    for piece in pieces:
        await patience(page.keyboard.type(piece))
        if action.human_like:
            await asyncio.sleep(random.uniform(*_PAUSE_S) * pace)
