"""From an action and what it would hit to the facts that a policy decides by (contract, section 11: the categories)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from webrun_nb.browsers.actions import (
    Action,
    Click,
    GoBack,
    Navigate,
    PointerClick,
    Press,
    PressKey,
    Scroll,
    Select,
    Type,
    TypeReleased,
    TypeSecret,
    TypeText,
    Upload,
    WaitFor,
    Wheel,
)
from webrun_nb.browsers.observation import Box, HitElement, HitTest, Observation
from webrun_nb.browsers.protocol import VIEW_HEIGHT_PX, VIEW_WIDTH_PX
from webrun_nb.emulator.domain.policy.facts import NOTHING, ActionFact, ActionFacts, Page, SearchText
from webrun_nb.wire import requests as wire
from webrun_nb.wire.requests import BROWSER_BAR_PX

_WEB = ("http:", "https:", "data:", "blob:", "file:", "ftp:")
"""What a link that is followed leads to; `javascript:` and `mailto:` lead nowhere."""
_MODIFIERS = frozenset({"Control", "Meta", "ControlOrMeta"})
_CLIPBOARD = frozenset({"c", "x", "v", "insert"})
_TABS = frozenset({"t", "w", "n", "tab", "pageup", "pagedown", "f4", *"123456789"})


def facts_of(action: Action, foresight: HitTest) -> ActionFacts:
    """Return what a policy has to know. Nothing that is typed is in it."""
    spot = foresight.spot
    shown = describe(action)
    target = str(shown.get("target") or (spot.name if spot else ""))
    if isinstance(action, PointerClick) and spot is not None:
        target = spot.name
    page = Page.of(foresight.url, foresight.title, foresight.text, foresight.frame)
    return ActionFacts(str(shown["name"]), target, tuple(_deeds(action, spot, target)), page)


def _deeds(action: Action, spot: HitElement | None, target: str) -> Iterator[ActionFact]:
    hay = NOTHING if spot is None and not target else SearchText("\n".join([target, *(spot.words if spot else ())]))
    match action:
        case Navigate(url=url):
            yield ActionFact("Navigation", SearchText(url), url)
        case GoBack():
            yield ActionFact("Navigation", SearchText("back"))
        case Click() | PointerClick():
            yield from _click(spot, hay)
        case Select():
            yield ActionFact("Click", hay)
        case Type(submit=submit) | TypeSecret(submit=submit) | TypeReleased(submit=submit):
            yield ActionFact("Type / Keyboard", hay)
            if submit:
                yield from _enter(spot, hay)
        case TypeText(text=text):
            yield ActionFact("Type / Keyboard", hay)
            if "\n" in text or "\r" in text:
                yield from _enter(spot, hay)
        case Press(key=key) | PressKey(key=key):
            yield from _key(key, spot, hay)
        case Upload(names=names):
            yield ActionFact("File Upload", SearchText("\n".join([hay.text, *names])))
        case Scroll() | Wheel():
            yield ActionFact("Scroll", hay)
        case WaitFor():
            return


def _click(spot: HitElement | None, hay: SearchText) -> Iterator[ActionFact]:
    yield ActionFact("Click", hay)
    if spot is None:
        return
    if spot.picks_file:
        yield ActionFact("File Upload", hay)
    if spot.submits:
        yield from _send(spot, hay)
    elif spot.href.startswith(_WEB):
        if spot.downloads:
            yield ActionFact("File Download", SearchText(f"{hay.text} {spot.href}"))
        yield from _follow(spot, hay, spot.href)


def _send(spot: HitElement, hay: SearchText) -> Iterator[ActionFact]:
    hay = SearchText(f"{hay.text} {spot.sends}")
    yield ActionFact("Form Submit", hay)
    yield from _follow(spot, hay, spot.sends_to)


def _follow(spot: HitElement, hay: SearchText, url: str) -> Iterator[ActionFact]:
    if url.startswith(_WEB):
        yield ActionFact("Navigation", hay, url)
    if spot.opens_tab:
        yield ActionFact("Tab Management", hay)


def _enter(spot: HitElement | None, hay: SearchText) -> Iterator[ActionFact]:
    """Give what Enter does beyond being a key: it sends a form, or clicks a button or a link."""
    if spot is None:
        return
    if spot.enters:
        yield from _send(spot, hay)
    elif spot.activates:
        yield from _click(spot, hay)


def _key(key: str, spot: HitElement | None, hay: SearchText) -> Iterator[ActionFact]:
    *held, last = key.split("+") if len(key) > 1 else [key]
    yield ActionFact("Type / Keyboard", hay)
    if last in ("Enter", "NumpadEnter", "\n", "\r"):
        yield from _enter(spot, hay)
    elif last in (" ", "Space") and spot is not None and spot.activates and not spot.href:
        yield from _click(spot, hay)
    commands = _MODIFIERS.intersection(held)
    if (commands and last.lower() in _CLIPBOARD) or (held == ["Shift"] and last in ("Insert", "Delete")):
        yield ActionFact("Clipboard", hay)
    if commands and last.lower() in _TABS:
        yield ActionFact("Tab Management", hay)
    if "Alt" in held and last in ("ArrowLeft", "ArrowRight"):
        yield ActionFact("Navigation", SearchText("back or forward"))
    if last == "F5" or (commands and last.lower() == "r"):
        yield ActionFact("Navigation", SearchText("refresh"))


def describe(action: Action) -> dict[str, Any]:
    """Return an action as an event shows it: name and target."""
    match action:
        case Navigate(url=url):
            return {"name": "navigateUrl", "target": url}
        case GoBack():
            return {"name": "goBack"}
        case Click(target=target, double=double):
            return {"name": "doubleClick" if double else "click", "target": target}
        case Type(target=target, submit=submit):  # what is typed may be a secret, a person's answer to a question
            return {"name": "type", "target": target, "submit": submit}
        case TypeSecret(target=target, submit=submit, field=field):
            return {"name": "type", "target": target, "submit": submit, "secret": field}
        case TypeReleased(target=target, submit=submit):
            return {"name": "type", "target": target, "submit": submit}
        case Select(target=target, option=option):
            return {"name": "select", "target": target, "option": option}
        case Upload(target=target, names=names):
            return {"name": "uploadFile", "target": target, "files": list(names)}
        case Press(key=key, target=target):
            return {"name": "keyPress", "target": target, "key": key}
        case WaitFor(text=text, timeout_ms=timeout_ms):
            return {"name": "waitFor", "target": text, "timeoutMs": timeout_ms}
        case Scroll(delta_x=delta_x, delta_y=delta_y):
            return {"name": "scroll", "deltaX": delta_x, "deltaY": delta_y}
        case PointerClick(x=x, y=y, double=double):
            return {"name": "doubleClick" if double else "click", "target": f"({x:g}, {y:g})"}
        case PressKey(key=key):  # a letter typed by hand may be one of a password
            return {"name": "keyPress", "key": key} if len(key) > 1 else {"name": "keyPress"}
        case TypeText():  # what a person types by hand may be a secret
            return {"name": "type", "target": "where the focus is"}
        case Wheel(delta_x=delta_x, delta_y=delta_y):
            return {"name": "scroll", "deltaX": delta_x, "deltaY": delta_y}


def place(action: Action, seen: Observation | None) -> dict[str, float] | None:
    """Return the box that an action is aimed at, CSS px of the 1024×600 view; None where it is at no place in it.

    Parameters
    ----------
    action : Action
        What is going to be done.
    seen : Observation, optional
        The last look at the page, which the action's `ref` belongs to. An element that is out of view is scrolled into
        it first, to where nobody knows yet.
    """
    match action:
        case (
            Click(ref=int(ref))
            | Type(ref=int(ref))
            | TypeSecret(ref=int(ref))
            | TypeReleased(ref=int(ref))
            | Select(ref=int(ref))
            | Press(ref=int(ref))
        ):
            known = () if seen is None else seen.everything
            box = known[ref].box if 0 <= ref < len(known) else None
        case PointerClick(x=x, y=y) | Wheel(x=x, y=y):
            box = Box(x, y, 0, 0)
        case _:
            box = None
    return is_in_viewport(box)


def is_in_viewport(box: Box | None) -> dict[str, float] | None:
    """Return a box as listeners get it; None where there is none, or it is out of view."""
    if box is None or not _in_view(box):
        return None
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}


def _in_view(box: Box) -> bool:
    return -box.width < box.x <= VIEW_WIDTH_PX and -box.height < box.y <= VIEW_HEIGHT_PX


def page_action(by_hand: wire.ByHand) -> Action:
    """Return the browser's action; the view's y counts a browser bar above the page, the page's does not."""
    match by_hand:
        case wire.ClickAt(type=kind, x=x, y=y, count=count):
            double = kind == "DOUBLE_CLICK"
            return PointerClick(x, y - BROWSER_BAR_PX, double=double, second=not double and count == 2)
        case wire.TypeText(text=text, human_like=human_like):
            return TypeText(text, human_like)
        case wire.PressKey(key=key):
            return PressKey(key)
        case wire.ScrollAt(x=x, y=y, delta_x=delta_x, delta_y=delta_y):
            return Wheel(x, y - BROWSER_BAR_PX, delta_x, delta_y)
