"""Finds the element that an action is going to hit, right before it, for policy rules about elements and pages."""

from __future__ import annotations

from collections.abc import Awaitable
from importlib.resources import files
from typing import Protocol, TypeVar, cast

from playwright.async_api import ElementHandle, Frame, Page

from webrun_nb.browsers.actions import Action, ElementTarget, FocusTarget, PointTarget, Spot
from webrun_nb.browsers.chromium.frames import ElementHandles
from webrun_nb.browsers.chromium.page_scripts import parse_hit_test
from webrun_nb.browsers.observation import Box, HitTest

_SPOT_JS = (files("webrun_nb.browsers.chromium") / "js" / "hit_test.js").read_text(encoding="utf-8")
# An element called "activeElement" hides the document's own: what decides is asked through the prototype.
_PAGE_JS = """
max => JSON.stringify({
  url: location.href, title: String(document.title).slice(0, 500),
  text: String(document.body?.innerText || "").slice(0, max * 2).replace(/\\s+/g, " ").trim().slice(0, max),
})
"""
_BOTH_JS = f"(node, max) => [({_SPOT_JS})(node), ({_PAGE_JS})(max)]"
_AT_POINT_JS = """
([x, y]) => {
  let hit = Document.prototype.elementFromPoint.call(document, x, y);
  for (let i = 0; hit?.shadowRoot && i < 20; i++) {
    const deeper = hit.shadowRoot.elementFromPoint(x, y);
    if (!deeper || deeper === hit) break;
    hit = deeper;
  }
  return hit;
}
"""
_FOCUS_JS = """
() => {
  let hit = Object.getOwnPropertyDescriptor(Document.prototype, "activeElement").get.call(document);
  for (let i = 0; hit?.shadowRoot?.activeElement && i < 20; i++) hit = hit.shadowRoot.activeElement;
  return hit;
}
"""
_EDGE_JS = """
frame => {
  const style = getComputedStyle(frame);
  return [frame.clientLeft + parseFloat(style.paddingLeft), frame.clientTop + parseFloat(style.paddingTop)];
}
"""
_INTO_VIEW_JS = """
el => {
  const box = Element.prototype.getBoundingClientRect.call(el);
  if (box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth) return;
  Element.prototype.scrollIntoView.call(el, { block: "center", inline: "nearest", behavior: "instant" });
}
"""
_MAX_TEXT = 20_000
_MAX_DEPTH = 10
"""Levels of nested frames."""

T = TypeVar("T")


class _WithTimeout(Protocol):
    async def __call__(self, question: Awaitable[T]) -> T: ...


async def hit_test(page: Page, handles: ElementHandles, action: Action, with_timeout: _WithTimeout) -> HitTest:
    """Return the page's URL, title and text, and the element that the action would hit.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: the element that is meant isn't there any more.
    """
    aimed_at = action.aimed_at
    if isinstance(aimed_at, ElementTarget) and aimed_at.at is None:
        return await _element_hit(page, handles, aimed_at, with_timeout)
    hit = await _hit(page, handles, action, with_timeout)
    spot = None if hit is None else await with_timeout(hit.evaluate(_SPOT_JS))
    within = None if hit is None else await with_timeout(hit.owner_frame())
    frame = None
    if within is not None and within.parent_frame is not None:
        frame = await with_timeout(within.evaluate(_PAGE_JS, _MAX_TEXT))
    return parse_hit_test(await with_timeout(page.evaluate(_PAGE_JS, _MAX_TEXT)), spot, frame)


async def _element_hit(
    page: Page, handles: ElementHandles, aimed_at: ElementTarget, with_timeout: _WithTimeout
) -> HitTest:
    """Ask in one call about an element of the last observation and its document: it is done before each action."""
    name = aimed_at.name or "the element"
    within, (spot, around) = await handles.evaluate(page, aimed_at.ref, name, _BOTH_JS, _MAX_TEXT, with_timeout)
    if within.parent_frame is None:
        return parse_hit_test(around, spot)
    return parse_hit_test(await with_timeout(page.evaluate(_PAGE_JS, _MAX_TEXT)), spot, around)


async def scroll_into_view_and_locate(
    page: Page, handles: ElementHandles, action: Action, with_timeout: _WithTimeout
) -> Box | None:
    """Scroll the element that an action would hit into view, and return its box; None where it hits none.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: the element that is meant isn't there any more.
    """
    hit = await _hit(page, handles, action, with_timeout)
    if hit is None:
        return None
    await with_timeout(hit.evaluate(_INTO_VIEW_JS))
    box = await with_timeout(hit.bounding_box())
    return None if box is None else Box(box["x"], box["y"], box["width"], box["height"])


async def _hit(page: Page, handles: ElementHandles, action: Action, with_timeout: _WithTimeout) -> ElementHandle | None:
    match action.aimed_at:
        case ElementTarget(ref=ref, name=name, at=at):
            element = await handles.element(page, ref, name or "the element", with_timeout)
            return element if at is None else await _inner(page, element, at, with_timeout)
        case PointTarget(x=x, y=y):
            return await _at_point(page.main_frame, x, y, with_timeout)
        case FocusTarget():
            return await _focused(page.main_frame, with_timeout)
        case None:
            return None


async def _at_point(frame: Frame, x: float, y: float, with_timeout: _WithTimeout) -> ElementHandle | None:
    """Return the element under a point of the view, in whatever frame it is."""
    left = top = 0.0
    hit: ElementHandle | None = None
    for _ in range(_MAX_DEPTH):
        hit = (await with_timeout(frame.evaluate_handle(_AT_POINT_JS, [x - left, y - top]))).as_element()
        inner = None if hit is None else await with_timeout(hit.content_frame())
        box = None if hit is None or inner is None else await with_timeout(hit.bounding_box())
        if hit is None or inner is None or box is None:
            break
        edge = cast("list[float]", await with_timeout(hit.evaluate(_EDGE_JS)))
        left, top, frame = box["x"] + edge[0], box["y"] + edge[1], inner
    return hit


async def _inner(page: Page, element: ElementHandle, at: Spot, with_timeout: _WithTimeout) -> ElementHandle | None:
    """Return what is at a point of an element, which may be something else inside it, such as a button."""
    await with_timeout(element.evaluate(_INTO_VIEW_JS))
    box = await with_timeout(element.bounding_box())
    if box is None:
        return element
    hit = await _at_point(
        page.main_frame, box["x"] + box["width"] * at.x, box["y"] + box["height"] * at.y, with_timeout
    )
    return hit or element


async def _focused(frame: Frame, with_timeout: _WithTimeout) -> ElementHandle | None:
    """Return the element that has the focus, in whatever frame it is."""
    hit: ElementHandle | None = None
    for _ in range(_MAX_DEPTH):
        hit = (await with_timeout(frame.evaluate_handle(_FOCUS_JS))).as_element()
        inner = None if hit is None else await with_timeout(hit.content_frame())
        if inner is None:
            break
        frame = inner
    return hit
