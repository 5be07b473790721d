"""From what a person does in the view to what the browser does (contract, section 3)."""

from __future__ import annotations

from webrun_nb.browsers import base
from webrun_nb.wire.requests import BROWSER_BAR_PX, ByHand, ClickAt, PressKey, ScrollAt, TypeText


def page_action(by_hand: ByHand) -> base.Action:
    """Return the browser's action; the view's y counts a browser bar above the page, the page's does not."""
    match by_hand:
        case ClickAt(type=kind, x=x, y=y, count=count):
            double = kind == "DOUBLE_CLICK"
            return base.PointerClick(x, y - BROWSER_BAR_PX, double=double, second=not double and count == 2)
        case TypeText(text=text, human_like=human_like):
            return base.TypeText(text, human_like)
        case PressKey(key=key):
            return base.PressKey(key)
        case ScrollAt(x=x, y=y, delta_x=delta_x, delta_y=delta_y):
            return base.Wheel(x, y - BROWSER_BAR_PX, delta_x, delta_y)
