"""Checks of actions: whether the page shows the effect that an action is meant to have. Pure.

Each action has its own effect: a field shows what was typed, a list shows what was chosen, a box is ticked, and a click
changes something. What the page cannot show, such as a password, is not checked, and nothing is said of it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from webrun_nb.agents.local.effects.changes import changes, same_element
from webrun_nb.agents.local.matching.roles import FIELD_ROLES
from webrun_nb.browsers.actions import Action, Click, Navigate, Press, Scroll, Select, Type, Upload
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.hosts import browser_url
from webrun_nb.common.text import shortened

Outcome = Literal["seen", "unseen", "unknown"]
"""`seen`: the page shows the effect. `unseen`: it shows that there is none. `unknown`: it tells neither."""

NO_CHANGE = "no change of the page was seen"
_COMPARED_CHARS = 150
"""Characters of a field's content that are compared: an observation has only the beginning of it."""
_MASK = "***"
"""Shown in the place of a secret, whatever that is."""
_QUIET_ROLES = frozenset({*FIELD_ROLES, "listbox", "slider", "spinbutton"})
"""A click on them may do nothing but put the focus there."""
_ENTERS = frozenset({"Enter", "NumpadEnter"})


@dataclass(frozen=True, slots=True)
class Acted:
    """An action that was performed, and whose effect is not checked yet."""

    action: Action
    sentence: str
    element: Element | None
    """The element that it was performed on, as it was seen before."""
    before: Observation | None
    """The last look before it."""
    had_dialog: bool = False
    """It opened a native dialog, which is an effect by itself."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check."""

    outcome: Outcome
    words: str = ""
    """The effect in the words of the answer, where it is not what the sentence says; empty otherwise."""


_SEEN, _UNKNOWN = Verdict("seen"), Verdict("unknown")


def check(acted: Acted, after: Observation) -> Verdict:
    """Compare a page after an action with what the action is meant to do.

    Parameters
    ----------
    acted : Acted
        The action.
    after : Observation
        The first look after it.
    """
    action, element = acted.action, acted.element
    match action:
        case Navigate(url=url):
            return _arrived(url, after)
        case Type(submit=False) if element is not None:
            return _typed(action, element, acted.before, after)
        case Select() if element is not None:
            return _chosen(action, element, acted, after)
        case Click(manner="click" | "double-click") if element is not None and element.checked is not None:
            return _ticked(element, acted, after)
        case Click(manner="click" | "double-click") | Type(submit=True):
            if element is not None and element.role in _QUIET_ROLES and isinstance(action, Click):
                return _UNKNOWN
            return _did_something(acted, after)
        case Press(key=key) if key in _ENTERS:
            return _did_something(acted, after)
        case Upload(names=names) if element is not None:
            return _given(names, element, after)
        case Scroll():
            return Verdict("unseen", "nothing scrolled") if after.untouched else _UNKNOWN
        case _:
            return _UNKNOWN


def _arrived(url: str, after: Observation) -> Verdict:
    asked, there = _page(url), _page(after.url)
    return _SEEN if asked == there else Verdict("seen", f"which led to {shortened(after.url, 200)}")


def _page(url: str) -> str:
    """Write an address so that forms of the same one are equal."""
    return re.sub(r"^https?://(?:www\.)?|/$", "", (browser_url(url) or url).partition("#")[0])


def _typed(action: Type, element: Element, before: Observation | None, after: Observation) -> Verdict:
    now = same_element(element, after)
    if now is None or now.input_type in ("password", "file") or _MASK in action.text:
        return _UNKNOWN
    shown = now.value if now.tag in ("input", "textarea", "select") else now.value or now.text
    if _MASK in shown:
        return _UNKNOWN
    wanted = _plain(action.text)[:_COMPARED_CHARS]
    has = _plain(shown)
    if has[: len(wanted)] == wanted and (len(has) == len(wanted) or len(wanted) == _COMPARED_CHARS):
        return _SEEN
    if action.adds and wanted in has:
        return _SEEN
    if is_formatted(action.text, shown) or (re.search(r"[^\W\d_]", wanted) and has.startswith(wanted)):
        return Verdict("seen", f"the field shows “{shortened(shown, 80)}”")
    if (
        not shown
        and wanted
        and before is not None
        and wanted in _plain(after.text)
        and wanted not in _plain(before.text)
    ):
        return _SEEN  # the page has made an entry of its own of it
    if now.tag not in ("input", "textarea") and not shown:
        return _UNKNOWN  # an editor whose content isn't seen
    return Verdict("unseen", f"the field shows “{shortened(shown, 80)}”" if shown else "the field is empty")


def is_formatted(typed: str, shown: str) -> bool:
    """Tell whether a field shows what was typed in a form of its own: `1234.5` as `1,234.50`, a date in another order.

    Letters and digits have to be the same; in a text of numbers alone, their order and leading zeros may differ.
    """
    amounts = _amount(typed), _amount(shown)
    if None not in amounts:
        return amounts[0] == amounts[1]
    if _letters(typed) == _letters(shown) != "":
        return True
    numbers, others = _numbers(typed), _numbers(shown)
    has_words = re.search(r"[^\W\d_]", typed) or re.search(r"[^\W\d_]", shown)
    if has_words or not numbers:
        return False
    return sorted(numbers) == sorted(others)


def _letters(text: str) -> str:
    return "".join(char for char in _plain(text) if char.isalnum())


def _numbers(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d{1,18}", text)]


def _amount(text: str) -> float | None:
    text = text.strip()
    if not re.fullmatch(r"[-+]?[\d,]{1,20}(?:\.\d{1,10})?", text):
        return None
    digits = text.replace(",", "")
    return float(digits) if re.search(r"\d", digits) else None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _given(names: tuple[str, ...], element: Element, after: Observation) -> Verdict:
    now = same_element(element, after)
    shown = f"{after.text} {now.value if now is not None else ''}"
    if any(name in shown for name in names):
        return _SEEN
    return _UNKNOWN if now is None else Verdict("unknown", "the page does not show the name of the file")


def _chosen(action: Select, element: Element, acted: Acted, after: Observation) -> Verdict:
    now = same_element(element, after)
    options = action.options
    if now is not None and now.multiple and now.selected_options:
        return _SEEN if set(map(_plain, now.selected_options)) == set(map(_plain, options)) else _UNKNOWN
    if now is None or len(options) != 1 or not now.value:
        return _UNKNOWN
    if _plain(now.value)[:_COMPARED_CHARS] == _plain(options[0])[:_COMPARED_CHARS]:
        return _SEEN
    shows = f"the list shows “{shortened(now.value, 80)}”"
    # A menu that acts on a choice may go back to its first option at once.
    is_idle = acted.before is not None and changes(acted.before, after).is_nothing and not acted.had_dialog
    return Verdict("unseen" if is_idle else "unknown", shows)


def _ticked(element: Element, acted: Acted, after: Observation) -> Verdict:
    now = same_element(element, after)
    if now is None or after.fresh or acted.had_dialog:
        return _UNKNOWN
    is_right = now.checked is True if element.role in ("radio", "menuitemradio") else now.checked != element.checked
    if is_right:
        return _SEEN
    state = "not ticked" if element.role in ("radio", "menuitemradio") or element.checked is False else "still ticked"
    return Verdict("unseen", f"it is {state}")


def _did_something(acted: Acted, after: Observation) -> Verdict:
    if acted.had_dialog:
        return _SEEN
    if acted.before is None:
        return _UNKNOWN
    came, element = changes(acted.before, after), acted.element
    if (
        element is not None
        and element.in_form
        and came.document
        and _asks_password(acted.before)
        and _asks_password(after)
    ):
        return Verdict("seen", "the page asks for a password again")
    opened = f"a new tab opened: {shortened(after.title or after.url, 80)}" if came.new_tabs > 0 else ""
    if came.is_nothing:
        return Verdict("unseen", NO_CHANGE) if after.untouched else _UNKNOWN
    return Verdict("seen", opened or ("a download began" if came.downloads else ""))


def _asks_password(seen: Observation) -> bool:
    return any(element.input_type == "password" for element in seen.all_elements)
