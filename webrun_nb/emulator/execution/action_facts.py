"""The policy facts of an action, made from it and the element that it would hit (contract, section 11)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urldefrag

from webrun_nb.browsers.actions import Action, ElementTarget, PointerClick, PointTarget, PressKey, TypeText, Wheel
from webrun_nb.browsers.observation import Box, HitElement, HitTest, Observation
from webrun_nb.browsers.protocol import VIEW_HEIGHT_PX, VIEW_WIDTH_PX
from webrun_nb.common.policy_terms import LOOKING_ACTIONS, ActionCategory
from webrun_nb.emulator.domain.policy.facts import ActionFact, ActionFacts, Page, SearchText
from webrun_nb.wire import requests as wire
from webrun_nb.wire.limits import BROWSER_BAR_PX

_WEB = ("http:", "https:", "data:", "blob:", "file:", "ftp:")
"""The schemes of links that lead to a page; those of `javascript:` and `mailto:` do not."""
_MODIFIERS = frozenset({"Control", "Meta", "ControlOrMeta"})
_CLIPBOARD = frozenset({"c", "x", "v", "insert"})
_TABS = frozenset({"t", "w", "n", "tab", "pageup", "pagedown", "f4", *"123456789"})


def facts_of(action: Action, hit_test: HitTest) -> ActionFacts:
    """Return the facts that a policy decides by, without any text that is typed."""
    hit = hit_test.element
    shown = action.describe()
    target = str(shown.get("target") or (hit.name if hit else ""))
    if isinstance(action.aimed_at, PointTarget) and action.clicks and hit is not None:
        target = hit.name
    page = Page.of(hit_test.url, hit_test.title, hit_test.text, hit_test.frame)
    return ActionFacts(str(shown["name"]), target, tuple(classify_action(action, hit, target)), page)


def classify_action(action: Action, hit: HitElement | None, target: str) -> Iterator[ActionFact]:
    """Yield the categories that an action falls into: its own, and those of what its target does when it is hit.

    Parameters
    ----------
    action : Action
    hit : HitElement, optional
        The element that it hits; None where it hits none.
    target : str
        The name of its target for people.
    """
    if action.category is None:
        return
    words = SearchText("\n".join([target, *(hit.words if hit else ())]))
    own = SearchText("\n".join([words.text, *action.policy_words])) if action.policy_words else words
    yield ActionFact(action.category, own, action.destination)
    if action.clicks:
        yield from _effects_of_click(hit, words, opens_tab=action.opens_tab)
    if action.pressed_key:
        yield from _effects_of_key(action.pressed_key, hit, words)


def _effects_of_click(hit: HitElement | None, words: SearchText, *, opens_tab: bool = False) -> Iterator[ActionFact]:
    """Yield what a click on an element does beyond being a click."""
    if hit is None:
        return
    if hit.picks_file:
        yield ActionFact("File Upload", words)
    if hit.submits:
        yield from _effects_of_submit(hit, words)
    elif hit.href.startswith(_WEB):
        if hit.downloads:
            yield ActionFact("File Download", SearchText(f"{words.text} {hit.href}"))
        yield from _effects_of_navigation(hit, words, hit.href)
        if opens_tab and not hit.opens_tab:
            yield ActionFact("Tab Management", words)


def _effects_of_submit(hit: HitElement, words: SearchText) -> Iterator[ActionFact]:
    words = SearchText(f"{words.text} {hit.submission}")
    yield ActionFact("Form Submit", words)
    yield from _effects_of_navigation(hit, words, hit.submission_url)


def _effects_of_navigation(hit: HitElement, words: SearchText, url: str) -> Iterator[ActionFact]:
    if url.startswith(_WEB):
        yield ActionFact("Navigation", words, url)
    if hit.opens_tab:
        yield ActionFact("Tab Management", words)


def _effects_of_enter(hit: HitElement | None, words: SearchText) -> Iterator[ActionFact]:
    """Yield what Enter does beyond being a key: it sends a form, or clicks a button or a link."""
    if hit is None:
        return
    if hit.enter_submits:
        yield from _effects_of_submit(hit, words)
    elif hit.enter_activates:
        yield ActionFact("Click", words)
        yield from _effects_of_click(hit, words)


def _effects_of_key(key: str, hit: HitElement | None, words: SearchText) -> Iterator[ActionFact]:
    """Yield what a key does beyond being a key, in the element that has the focus."""
    *held, last = key.split("+") if len(key) > 1 else [key]
    if last in ("Enter", "NumpadEnter", "\n", "\r"):
        yield from _effects_of_enter(hit, words)
    elif last in (" ", "Space") and hit is not None and hit.enter_activates and not hit.href:
        yield ActionFact("Click", words)
        yield from _effects_of_click(hit, words)
    commands = _MODIFIERS.intersection(held)
    if (commands and last.lower() in _CLIPBOARD) or (held == ["Shift"] and last in ("Insert", "Delete")):
        yield ActionFact("Clipboard", words)
    if commands and last.lower() in _TABS:
        yield ActionFact("Tab Management", words)
    if "Alt" in held and last in ("ArrowLeft", "ArrowRight"):
        yield ActionFact("Navigation", SearchText("back or forward"))
    if last == "F5" or (commands and last.lower() == "r"):
        yield ActionFact("Navigation", SearchText("refresh"))


_LOOKING_CLICK: frozenset[ActionCategory] = frozenset({"Click", "Navigation", "Tab Management"})
"""The categories of a click that follows a link, and nothing else."""


def only_looks(facts: ActionFacts) -> bool:
    """Return whether an action only looks at pages, or follows a link to another page, as opening its URL does.

    A click on anything else may change something, and so may one on a link to the page itself, which a script handles.
    """
    if facts.name in LOOKING_ACTIONS:
        return True
    led_to = {urldefrag(fact.url).url for fact in facts.categories if fact.category == "Navigation" and fact.url}
    is_click = {fact.category for fact in facts.categories} <= _LOOKING_CLICK
    return is_click and bool(led_to) and urldefrag(facts.page.url).url not in led_to


def highlight_box(action: Action, seen: Observation | None) -> dict[str, float] | None:
    """Return the box of an action's target, in CSS px of the 1024×600 view; None where it has none there.

    Parameters
    ----------
    action : Action
        The action that is going to be performed.
    seen : Observation, optional
        The last observation, which the action's `ref` belongs to. An element that is out of view is scrolled into it
        first, to a place that is not known yet.
    """
    match action.aimed_at:
        case ElementTarget(ref=ref):
            box = None if seen is None else seen.box_of(ref)
        case PointTarget(x=x, y=y):
            box = Box(x, y, 0, 0)
        case _:
            box = None
    return visible_box(box)


def visible_box(box: Box | None) -> dict[str, float] | None:
    """Return a box as events have it; None where there is none, or it is out of view."""
    if box is None or not _is_in_viewport(box):
        return None
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}


def _is_in_viewport(box: Box) -> bool:
    return -box.width < box.x <= VIEW_WIDTH_PX and -box.height < box.y <= VIEW_HEIGHT_PX


def page_action(by_hand: wire.ByHand) -> Action:
    """Return the action of a person's input, whose y includes the browser bar above the page."""
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
