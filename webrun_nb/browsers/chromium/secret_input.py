"""Types secrets into the fields that they are meant for, and shows them as dots."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from importlib.resources import files
from urllib.parse import urlsplit

from playwright.async_api import ElementHandle, Error, Page

from webrun_nb.browsers.actions import TypeReleased
from webrun_nb.browsers.chromium.frames import ancestors, is_sandboxed
from webrun_nb.browsers.observation import FieldPlace
from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.common.codes import TaskFailureCode

_PLACE_JS = (files("webrun_nb.browsers.chromium") / "js" / "field_context.js").read_text(encoding="utf-8")
# A style rather than a box over it: screenshots and the live view both have it, wherever the field moves to.
_MASK_JS = """
el => CSSStyleDeclaration.prototype.setProperty.call(el.style, "-webkit-text-security", "disc", "important")
"""
_MAX_MASKED = 50
_SANDBOXED = "the field is in a sandboxed frame, which belongs to no host, and a secret is for a host"


class SecretInput:
    """Types secrets, and keeps their fields masked also where their type is not password."""

    def __init__(self) -> None:
        self._masked: list[ElementHandle] = []
        self._confided: dict[tuple[str, str], tuple[FieldPlace, TypeReleased]] = {}

    def redirect_refusal(self, url: str) -> str | None:
        """Return why a typed secret must not be redirected to a URL; None where it may.

        A redirect is checked as a form that is sent to that URL would be, before a secret is typed into it.
        """
        for (_, told), (place, action) in self._confided.items():
            try:
                action.release(replace(place, targets=(url,)))
            except BrowserError:
                return f"{urlsplit(url).netloc[:200]} must not be sent on what {told} was told in confidence"
        return None

    async def type(self, page: Page, element: ElementHandle, action: TypeReleased, timeout_ms: int) -> None:
        """Request the text for the field as it is now, and type it there.

        Raises
        ------
        BrowserError
            Any error of `release`, and `ELEMENT_NOT_FOUND`; nothing was typed.
        playwright.async_api.Error
            Anything else that Playwright says.
        """
        place = await _place(element)
        text = action.release(place)
        self._confided[_site(place.url)] = (place, action)
        await element.evaluate(_MASK_JS)
        self._masked = [*self._masked[1 - _MAX_MASKED :], element]
        await element.fill(text, timeout=timeout_ms)
        if action.submit:
            await page.keyboard.press("Enter")

    async def restore(self) -> None:
        """Mask again the fields that the page may have unmasked; called before a picture is taken."""
        for element in list(self._masked):
            with contextlib.suppress(Error):  # its document is gone
                await element.evaluate(_MASK_JS)
                continue
            self._masked = [each for each in self._masked if each is not element]


async def _place(element: ElementHandle) -> FieldPlace:
    frame = await element.owner_frame()  # the browser's word, not the page's
    found = json.loads(await element.evaluate(_PLACE_JS))
    # Two witnesses: the document says where it is, the browser what is in the frame now.
    if frame is None or found["more"] or _site(str(found["at"])) != _site(frame.url):
        raise BrowserError(
            TaskFailureCode.ELEMENT_NOT_FOUND, "The field is not in a page that a secret can be typed into"
        )
    if found["opaque"] or await is_sandboxed(frame):
        raise BrowserError(TaskFailureCode.BLOCKED_BY_POLICY, f"{_SANDBOXED}: nothing was typed")
    around = tuple(each.url for each in ancestors(frame))
    return FieldPlace(frame.url, tuple(str(url) for url in found["targets"]), str(found["type"]), around)


def _site(url: str) -> tuple[str, str]:
    return urlsplit(url)[:2]
