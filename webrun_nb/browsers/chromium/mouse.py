"""Works the mouse on elements of a page: clicks, hovering, dragging."""

from __future__ import annotations

from typing import Literal, cast

from playwright.async_api import ElementHandle, FloatRect, Page, Position

from webrun_nb.browsers.actions import Click, ClickManner, Drag, Spot
from webrun_nb.browsers.chromium.errors import capital
from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.common.codes import TaskFailureCode

# Styled check boxes keep the real one without a size, transparent or under its label: people click the label.
_LABEL_JS = """
node => {
  if (!(node instanceof HTMLInputElement) || !["checkbox", "radio"].includes(node.type)) return null;
  node.scrollIntoViewIfNeeded?.();
  const middle = el => {
    const box = Element.prototype.getBoundingClientRect.call(el);
    if (box.width < 1 || box.height < 1) return null;
    return el.getRootNode().elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  };
  const hit = middle(node);
  if (hit === node) return null;
  const labels = Array.from(node.labels || []).slice(0, 5);
  return labels.find(label => {
    const at = middle(label);
    return at && label.contains(at) && !at.closest("a[href],button");
  }) || null;
}
"""


async def click(element: ElementHandle, action: Click, timeout_ms: int) -> None:
    """Click an element, or the label in front of it where that is what people see of a check box.

    Raises
    ------
    playwright.async_api.Error
        It stays hidden, moving, disabled or covered.
    """
    element = (await element.evaluate_handle(_LABEL_JS)).as_element() or element
    position = None if action.at is None else await _position(element, action.at)
    held, manner = list(action.held), action.manner
    if manner == "double-click":
        await element.dblclick(modifiers=held, position=position, timeout=timeout_ms)
    else:
        await element.click(button=_BUTTONS[manner], modifiers=held, position=position, timeout=timeout_ms)


_BUTTONS: dict[ClickManner, Literal["left", "middle", "right"]] = {
    "click": "left",
    "right-click": "right",
    "middle-click": "middle",
}


async def _position(element: ElementHandle, spot: Spot) -> Position:
    """Return a point of an element as Playwright counts it: CSS px from the corner inside its border."""
    left, top, width, height = cast("list[float]", await element.evaluate(_BOX_JS))
    x, y = (min(max(part, 0.0), 1.0) * max(size - 1, 0) for part, size in ((spot.x, width), (spot.y, height)))
    return {"x": x - left, "y": y - top}


_BOX_JS = """
el => {
  const box = Element.prototype.getBoundingClientRect.call(el);
  return [el.clientLeft || 0, el.clientTop || 0, box.width, box.height];
}
"""

_DRAG_STEPS = 12
"""Moves between pressing and releasing the mouse: scripts that sort or draw follow the way, and jumps are ignored."""


async def drag(page: Page, element: ElementHandle, onto: ElementHandle | None, action: Drag, timeout_ms: int) -> None:
    """Drag an element with the mouse, in steps.

    The browser itself makes the events of HTML's drag and drop, of the mouse and of pointers from these moves.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: an end of the way is not displayed.
    playwright.async_api.Error
        Anything else that Playwright says.
    """
    if onto is not None:
        await onto.scroll_into_view_if_needed(timeout=timeout_ms)
    await element.hover(position=await _position(element, action.grab), timeout=timeout_ms)
    box = await _box(element, action.target)
    start, end = _point(box, action.grab), _moved(_point(box, action.drop), action)
    await page.mouse.move(*start)
    await page.mouse.down()
    try:
        # A drag begins with the first moves, where the mouse was pressed: nothing may be scrolled before them.
        await page.mouse.move(start[0] + 6, start[1] + 6, steps=3)
        if onto is not None:
            end = await _end(page, onto, action)
        await page.mouse.move(*end, steps=_DRAG_STEPS)
        if onto is not None:
            end = await _end(page, onto, action)  # what is dragged may have moved its target aside
            await page.mouse.move(*end, steps=2)
    finally:
        await page.mouse.up()


async def _end(page: Page, onto: ElementHandle, action: Drag) -> tuple[float, float]:
    x, y = _point(await _box(onto, action.onto_target), action.drop)
    if not await page.evaluate(_IN_VIEW_JS, [x, y]):
        await onto.evaluate(_TO_MIDDLE_JS)
        x, y = _point(await _box(onto, action.onto_target), action.drop)
    return _moved((x, y), action)


def _moved(point: tuple[float, float], action: Drag) -> tuple[float, float]:
    return point[0] + action.by[0], point[1] + action.by[1]


_TO_MIDDLE_JS = "el => Element.prototype.scrollIntoView.call(el, { block: 'center', behavior: 'instant' })"
_IN_VIEW_JS = "([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight"


def _point(box: FloatRect, spot: Spot) -> tuple[float, float]:
    return box["x"] + box["width"] * spot.x, box["y"] + box["height"] * spot.y


async def _box(element: ElementHandle, target: str) -> FloatRect:
    """Return an element's box in the view of the page.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: it is not displayed.
    """
    box = await element.bounding_box()
    if box is None:
        why = "is not displayed, so nothing can be dragged there or from there"
        raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, f"{capital(target or 'the element')} {why}")
    return box
