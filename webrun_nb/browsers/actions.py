"""The actions that a browser performs: one class each, with all facts about it.

An agent's actions refer to the elements of its last observation; those of a person who has taken over
(`manual_input`) refer to points of the view. To add an action, write its class here and add it to `Action`, and write
how it is performed in `chromium/input.py`, and its label in `common/labels.py`: the policy, the recorded steps, the
events and the highlight on the page follow from the class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from webrun_nb.browsers.action_base import (
    MIDDLE,
    ActionBase,
    ElementAction,
    ElementTarget,
    FieldAction,
    FocusTarget,
    PointTarget,
    Spot,
    Target,
)
from webrun_nb.browsers.manual_input import Input, PointerClick, PressKey, TypeText, Wheel
from webrun_nb.browsers.observation import FieldPlace

__all__ = [
    "MIDDLE",
    "Action",
    "ActionBase",
    "Click",
    "ClickManner",
    "Drag",
    "ElementAction",
    "ElementTarget",
    "FieldAction",
    "FocusTarget",
    "GoBack",
    "Hover",
    "Input",
    "Leave",
    "Modifier",
    "Navigate",
    "PointTarget",
    "PointerClick",
    "Press",
    "PressKey",
    "Scroll",
    "ScrollBox",
    "ScrollGoal",
    "Select",
    "SelectText",
    "Spot",
    "SwitchTab",
    "Target",
    "Type",
    "TypeReleased",
    "TypeSecret",
    "TypeText",
    "Upload",
    "WaitFor",
    "WaitForChange",
    "Wheel",
]


@dataclass(frozen=True, slots=True)
class Navigate(ActionBase):
    """Open an http(s) URL."""

    name = "navigateUrl"
    category = "Navigation"
    repeatable = True
    needs_page = False

    url: str

    @property
    def destination(self) -> str:
        """The URL."""
        return self.url

    def describe(self) -> dict[str, Any]:
        """Return its name and the URL."""
        return {"name": self.name, "target": self.url}


@dataclass(frozen=True, slots=True)
class GoBack(ActionBase):
    """Go one page back in the history."""

    name = "goBack"
    category = "Navigation"
    repeatable = True
    needs_page = False

    @property
    def policy_words(self) -> tuple[str, ...]:
        """The word for it: where it leads is not known."""
        return ("back",)


@dataclass(frozen=True, slots=True)
class SwitchTab(ActionBase):
    """Show another one of the open tabs: it becomes the page, until another one is opened or shown.

    `number` is its place among `Observation.tab_urls`, from 1; `url` is the one that it had there.
    """

    name = "switchTab"
    category = "Tab Management"
    repeatable = True
    needs_page = False

    number: int
    url: str = ""

    @property
    def destination(self) -> str | None:
        """The URL of the tab."""
        return self.url or None

    def describe(self) -> dict[str, Any]:
        """Return its name and the URL of the tab."""
        return {"name": self.name, "target": self.url}


ClickManner = Literal["click", "double-click", "right-click", "middle-click"]
"""The ways to click an element, as people write them."""
_CLICK_NAMES: Mapping[ClickManner, str] = {
    "click": "click",
    "double-click": "doubleClick",
    "right-click": "rightClick",
    "middle-click": "middleClick",
}
"""Their names in events and recorded steps."""
Modifier = Literal["Alt", "Control", "Meta", "Shift"]
"""The keys that can be held during a click, with their DOM names."""


@dataclass(frozen=True, slots=True)
class Click(ElementAction):
    """Click the element `ref` of the last observation. `target` names it for people.

    Another way to click is a member of `ClickManner`, its name, and how `chromium/mouse.py` does it.
    """

    name = "click"
    category = "Click"

    ref: int
    target: str = ""
    manner: ClickManner = "click"
    downloads: bool = False
    """A file is expected: the click is done once its download has begun, or another page has opened instead."""
    at: Spot | None = None
    """The point of the element that is clicked, as on maps, charts and drawings; None for its middle."""
    held: tuple[Modifier, ...] = ()
    """The keys that are held meanwhile."""

    @property
    def clicks(self) -> bool:
        """True but for a right-click, which opens a menu and does nothing of what the element does."""
        return self.manner != "right-click"

    @property
    def opens_tab(self) -> bool:
        """True for a middle-click, and with Control or Meta held."""
        return self.manner == "middle-click" or "Control" in self.held or "Meta" in self.held

    @property
    def aimed_at(self) -> ElementTarget:
        """The element, and its point."""
        return ElementTarget(self.ref, self.target, self.at)

    def describe(self) -> dict[str, Any]:
        """Return its name, its target, the keys that are held and the point."""
        shown: dict[str, Any] = {"name": _CLICK_NAMES[self.manner], "target": self.target}
        if self.held:
            shown["held"] = list(self.held)
        if self.at is not None:
            shown["at"] = [self.at.x, self.at.y]
        return shown


@dataclass(frozen=True, slots=True)
class Hover(ElementAction):
    """Move the mouse onto an element, as for menus and hints that open then. It is scrolled into view first."""

    name = "hover"
    category = "Mouse Move"

    ref: int
    target: str = ""


@dataclass(frozen=True, slots=True)
class Drag(ElementAction):
    """Press the mouse on an element, move it in steps, and release it.

    It ends at the point `drop` of the element `onto`, or of the dragged element where there is no `onto`, moved by `by`
    CSS px.
    """

    name = "drag"
    category = "Click"

    ref: int
    target: str = ""
    onto: int | None = None
    """The `ref` of the element that it is dropped on."""
    onto_target: str = ""
    """Names that element for people."""
    grab: Spot = MIDDLE
    drop: Spot = MIDDLE
    by: tuple[float, float] = (0, 0)
    """A distance to the right and down, CSS px."""

    @property
    def policy_words(self) -> tuple[str, ...]:
        """The name of the element that it is dropped on."""
        return (self.onto_target,) if self.onto_target else ()

    def describe(self) -> dict[str, Any]:
        """Return its name, its target, and where it is dropped."""
        shown: dict[str, Any] = {"name": self.name, "target": self.target}
        if self.onto is not None:
            shown["onto"] = self.onto_target
        if self.by != (0, 0):
            shown["by"] = list(self.by)
        return shown


@dataclass(frozen=True, slots=True)
class SelectText(ElementAction):
    """Select the text of an element, or one phrase in it, with the mouse; in a field, all of its content."""

    name = "selectText"
    category = "Click"

    ref: int
    target: str = ""
    phrase: str = ""
    """The phrase, in any case and with any blanks between its words; empty for all of the text."""

    def describe(self) -> dict[str, Any]:
        """Return its name, its target and the phrase."""
        return {"name": self.name, "target": self.target, "phrase": self.phrase}


@dataclass(frozen=True, slots=True)
class Type(FieldAction):
    """Replace the content of a field; with `submit`, press Enter after it.

    For native date, time, colour and range fields, `text` is the value in the field's own format (`2011-03-05`,
    `19:32`, `2011-03`, `2011-W09`, `2011-03-05T19:32`, `#ff8800`, `40`).
    """

    ref: int
    text: str
    target: str = ""
    submit: bool = False
    by_keys: bool = False
    """Press a key for each character, for fields that act on keys: lists of suggestions, masks."""
    adds: bool = False
    """Write it at the end of the present content, which stays."""


@dataclass(frozen=True, slots=True)
class Leave(ElementAction):
    """Take the focus from a field, as a click elsewhere does: many check and convert their content then."""

    name = "leave"
    category = "Type / Keyboard"

    ref: int
    target: str = ""


@dataclass(frozen=True, slots=True)
class TypeSecret(FieldAction):
    """Type the session's secret `field` (a name of `Observation.secrets`) as `Type` does; `otp_secret` gives a code.

    Agents propose it; the worker replaces it by a `TypeReleased` with the secret before it reaches the browser.
    """

    ref: int
    field: str
    target: str = ""
    submit: bool = False

    def describe(self) -> dict[str, Any]:
        """Return its name, its target and the name of the secret."""
        return {"name": self.name, "target": self.target, "submit": self.submit, "secret": self.field}


@dataclass(frozen=True, slots=True)
class TypeReleased(FieldAction):
    """Type the text that `release` returns for the field. If it raises an error, nothing is typed.

    The field shows the text as dots, whatever its type.
    """

    ref: int
    release: Callable[[FieldPlace], str] = field(repr=False, compare=False)
    target: str = ""
    submit: bool = False


@dataclass(frozen=True, slots=True)
class Select(ElementAction):
    """Choose an option of a `<select>` by its visible text; of one that takes several, all that are to be chosen."""

    name = "select"
    category = "Click"

    ref: int
    option: str | tuple[str, ...]
    """Several take the place of all that are chosen; an empty tuple leaves none chosen."""
    target: str = ""

    @property
    def options(self) -> tuple[str, ...]:
        """The options, however many."""
        return (self.option,) if isinstance(self.option, str) else self.option

    def describe(self) -> dict[str, Any]:
        """Return its name, its target and the options."""
        return {"name": self.name, "target": self.target, "option": ", ".join(self.options)}


@dataclass(frozen=True, slots=True)
class Press(ActionBase):
    """Press a key (`Enter`, `Escape`, `Control+A`, …) where the focus is, or in `ref`.

    Keys have their DOM names (`KeyboardEvent.key`); a character that no US keyboard has is entered as text.
    """

    name = "keyPress"
    category = "Type / Keyboard"

    key: str
    ref: int | None = None
    target: str = ""
    times: int = 1

    @property
    def aimed_at(self) -> ElementTarget | FocusTarget:
        """The element `ref`, or what has the focus."""
        return FocusTarget() if self.ref is None else ElementTarget(self.ref, self.target)

    @property
    def pressed_key(self) -> str:
        """The key."""
        return self.key

    def describe(self) -> dict[str, Any]:
        """Return its name, its target, the key, and how often it is pressed where that is more than once."""
        times = {"times": self.times} if self.times != 1 else {}
        return {"name": self.name, "target": self.target, "key": self.key, **times}


@dataclass(frozen=True, slots=True)
class Upload(ElementAction):
    """Give files to a file field, in place of those that it has. `names` are those that the task knows them by.

    An agent knows the names alone; the worker adds where their contents are (`paths`).
    """

    name = "uploadFile"
    category = "File Upload"

    ref: int
    names: tuple[str, ...]
    target: str = ""
    paths: tuple[str, ...] = ()

    @property
    def policy_words(self) -> tuple[str, ...]:
        """The names of the files."""
        return self.names

    def describe(self) -> dict[str, Any]:
        """Return its name, its target and the names of the files."""
        return {"name": self.name, "target": self.target, "files": list(self.names)}


@dataclass(frozen=True, slots=True)
class WaitFor(ActionBase):
    """Wait until `text` is visible (at most `timeout_ms`, else `ELEMENT_NOT_FOUND`), or, empty, just `timeout_ms`."""

    name = "waitFor"
    category = None
    repeatable = True
    needs_page = False

    text: str = ""
    timeout_ms: int = 10_000

    def describe(self) -> dict[str, Any]:
        """Return its name, the text and the time."""
        return {"name": self.name, "target": self.text, "timeoutMs": self.timeout_ms}


@dataclass(frozen=True, slots=True)
class Scroll(ActionBase):
    """Scroll the page by CSS px."""

    name = "scroll"
    category = "Scroll"
    repeatable = True

    delta_x: float = 0
    delta_y: float = 0

    def describe(self) -> dict[str, Any]:
        """Return its name and how far."""
        return {"name": self.name, "deltaX": self.delta_x, "deltaY": self.delta_y}


ScrollGoal = Literal["on", "end", "start"]
"""The goals of a scroll: most of the height of what is shown further down, so that a part of it stays; or an end."""


@dataclass(frozen=True, slots=True)
class ScrollBox(ActionBase):
    """Scroll one box of the page, or the page itself.

    It is for lists that load more rows, or others, as they are scrolled. The way to the end is gone view by view, and a
    box that is at its end already is moved up and down again: pages load more when the end of a list comes into view.
    """

    name = "scroll"
    category = "Scroll"
    repeatable = True

    path: str = ""
    """A CSS selector of the box, as `Node.path` of a snapshot; empty for the page."""
    goal: ScrollGoal = "on"
    row: str = ""
    """A CSS selector of the list's last row. On the way to the end, where other things may follow it, it comes into
    view; otherwise it becomes the first row that is shown."""
    frame: str = ""
    """URL of the frame that the box is in; empty for the page itself."""

    def describe(self) -> dict[str, Any]:
        """Return its name, what is scrolled and how far."""
        return {"name": self.name, "target": "the list" if self.path else "the page", "goal": self.goal}


@dataclass(frozen=True, slots=True)
class WaitForChange(ActionBase):
    """Wait until the content of the page or of one of its frames changes; that it does not is no error.

    It takes at most `timeout_ms`. `frame` is the frame's URL; empty for the page itself.
    """

    name = "waitFor"
    category = None
    repeatable = True

    timeout_ms: int = 1_000
    frame: str = ""

    def describe(self) -> dict[str, Any]:
        """Return its name and the time."""
        return {"name": self.name, "target": "", "timeoutMs": self.timeout_ms}


Action = (
    Navigate
    | GoBack
    | SwitchTab
    | Click
    | Hover
    | Drag
    | SelectText
    | Type
    | Leave
    | TypeSecret
    | TypeReleased
    | Select
    | Press
    | WaitFor
    | WaitForChange
    | Scroll
    | ScrollBox
    | Upload
    | Input
)
