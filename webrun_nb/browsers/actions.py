"""The actions that a browser performs: one class each, with all facts about it.

An agent's actions refer to the elements of its last observation; those of a person who has taken over (`Input`) refer
to points of the view. To add an action, write its class here and add it to `Action`, and write how it is performed in
`chromium/input.py`: the policy, the recorded steps, the events and the highlight on the page follow from the class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from webrun_nb.browsers.observation import FieldPlace
from webrun_nb.common.policy_terms import ActionCategory


@dataclass(frozen=True, slots=True)
class ElementTarget:
    """An element of the last observation, by its `ref`; `name` is what people call it."""

    ref: int
    name: str


@dataclass(frozen=True, slots=True)
class PointTarget:
    """A point of the view, CSS px from its upper left corner (0…1024, 0…600: no browser bar counted)."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class FocusTarget:
    """The element that has the focus."""


Target = ElementTarget | PointTarget | FocusTarget


class ActionBase:
    """The facts about an action that everything else is derived from; each action's class gives its own.

    Attributes
    ----------
    name : str
        Its name in events and recorded steps (contract, section 10).
    category : ActionCategory or None
        The policy category that it belongs to by itself; None where no policy is about it.
    repeatable : bool
        Doing it twice does no harm: a task that has done nothing else is run again after its browser was lost.
    needs_page : bool
        It does something to the page as it is. An action that does not can be performed while the page hangs.
    clicks : bool
        It is a click on its target: what the target does then (send a form, follow a link) is part of the action. The
        policy's categories and the approval of risky buttons follow from it.
    """

    __slots__ = ()

    name: ClassVar[str]
    category: ClassVar[ActionCategory | None]
    repeatable: ClassVar[bool] = False
    needs_page: ClassVar[bool] = True
    clicks: ClassVar[bool] = False

    @property
    def aimed_at(self) -> Target | None:
        """Its target on the page; None where that is the page as a whole, or no page at all."""
        return None

    @property
    def clicked_ref(self) -> int | None:
        """The `ref` of the element that it clicks, however it does so; None for other actions and for points."""
        target = self.aimed_at
        return target.ref if self.clicks and isinstance(target, ElementTarget) else None

    @property
    def pressed_key(self) -> str:
        """The key that it presses, last of all; empty where it presses none."""
        return ""

    @property
    def destination(self) -> str | None:
        """The URL that it opens; None where it opens none by itself."""
        return None

    @property
    def policy_words(self) -> tuple[str, ...]:
        """The words of its own that a policy's rules look at, besides the target's; never what is typed."""
        return ()

    def describe(self) -> dict[str, Any]:
        """Return its name, its target and its details as events show them; never what is typed."""
        return {"name": self.name}


class ElementAction(ActionBase):
    """An action on an element of the last observation; `target` names the element for people."""

    __slots__ = ()

    ref: int
    target: str

    @property
    def aimed_at(self) -> Target:
        """The element."""
        return ElementTarget(self.ref, self.target)

    def describe(self) -> dict[str, Any]:
        """Return its name and its target."""
        return {"name": self.name, "target": self.target}


class FieldAction(ElementAction):
    """An action that replaces the content of a field and, with `submit`, presses Enter after it."""

    __slots__ = ()

    name = "type"
    category = "Type / Keyboard"

    submit: bool

    @property
    def pressed_key(self) -> str:
        """Enter, with `submit`."""
        return "Enter" if self.submit else ""

    def describe(self) -> dict[str, Any]:
        """Return its name and its target, without the text: it may be a secret, a person's answer to a question."""
        return {"name": self.name, "target": self.target, "submit": self.submit}


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


ClickManner = Literal["click", "double-click"]
"""The ways to click an element, as people write them."""
_CLICK_NAMES: Mapping[ClickManner, str] = {"click": "click", "double-click": "doubleClick"}
"""Their names in events and recorded steps."""


@dataclass(frozen=True, slots=True)
class Click(ElementAction):
    """Click the element `ref` of the last observation. `target` names it for people.

    Another way to click is a member of `ClickManner`, its name, and how `chromium/input.py` does it.
    """

    name = "click"
    category = "Click"
    clicks = True

    ref: int
    target: str = ""
    manner: ClickManner = "click"
    downloads: bool = False
    """A file is expected: the click is done once its download has begun, or another page has opened instead."""

    def describe(self) -> dict[str, Any]:
        """Return its name and its target."""
        return {"name": _CLICK_NAMES[self.manner], "target": self.target}


@dataclass(frozen=True, slots=True)
class Type(FieldAction):
    """Replace the content of a field; with `submit`, press Enter after it."""

    ref: int
    text: str
    target: str = ""
    submit: bool = False


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
    """Choose an option of a `<select>` by its visible text."""

    name = "select"
    category = "Click"

    ref: int
    option: str
    target: str = ""

    def describe(self) -> dict[str, Any]:
        """Return its name, its target and the option."""
        return {"name": self.name, "target": self.target, "option": self.option}


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

    @property
    def aimed_at(self) -> ElementTarget | FocusTarget:
        """The element `ref`, or what has the focus."""
        return FocusTarget() if self.ref is None else ElementTarget(self.ref, self.target)

    @property
    def pressed_key(self) -> str:
        """The key."""
        return self.key

    def describe(self) -> dict[str, Any]:
        """Return its name, its target and the key."""
        return {"name": self.name, "target": self.target, "key": self.key}


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


# Manual input of a person who has taken over (contract, section 3). It needs no observation and returns as soon as the
# page has received it, without waiting for its consequences.


@dataclass(frozen=True, slots=True)
class PointerClick(ActionBase):
    """Click at a point of the view (as in `PointTarget`)."""

    name = "click"
    category = "Click"
    clicks = True

    x: float
    y: float
    double: bool = False
    second: bool = False
    """The second click of a double-click alone; the first was sent before."""

    @property
    def aimed_at(self) -> PointTarget:
        """The point."""
        return PointTarget(self.x, self.y)

    def describe(self) -> dict[str, Any]:
        """Return its name and the point."""
        return {"name": "doubleClick" if self.double else self.name, "target": f"({self.x:g}, {self.y:g})"}


@dataclass(frozen=True, slots=True)
class TypeText(ActionBase):
    """Type where the focus is; `human_like`: key by key, with small irregular pauses."""

    name = "type"
    category = "Type / Keyboard"

    text: str
    human_like: bool = False

    @property
    def aimed_at(self) -> FocusTarget:
        """The focused element."""
        return FocusTarget()

    @property
    def pressed_key(self) -> str:
        """Enter, which a line break in the text presses."""
        return "Enter" if "\n" in self.text or "\r" in self.text else ""

    def describe(self) -> dict[str, Any]:
        """Return its name, without the text: what a person types may be a secret."""
        return {"name": self.name, "target": "where the focus is"}


@dataclass(frozen=True, slots=True)
class PressKey(ActionBase):
    """Press a key where the focus is; names as in `Press`."""

    name = "keyPress"
    category = "Type / Keyboard"

    key: str

    @property
    def aimed_at(self) -> FocusTarget:
        """The focused element."""
        return FocusTarget()

    @property
    def pressed_key(self) -> str:
        """The key."""
        return self.key

    def describe(self) -> dict[str, Any]:
        """Return its name and the key, unless it is a character: that may be one of a password."""
        return {"name": self.name, "key": self.key} if len(self.key) > 1 else {"name": self.name}


@dataclass(frozen=True, slots=True)
class Wheel(ActionBase):
    """Turn the mouse wheel by CSS px with the pointer at a point of the view."""

    name = "scroll"
    category = "Scroll"

    x: float
    y: float
    delta_x: float = 0
    delta_y: float = 0

    @property
    def aimed_at(self) -> PointTarget:
        """The point."""
        return PointTarget(self.x, self.y)

    def describe(self) -> dict[str, Any]:
        """Return its name and how far."""
        return {"name": self.name, "deltaX": self.delta_x, "deltaY": self.delta_y}


Input = PointerClick | TypeText | PressKey | Wheel
Action = (
    Navigate
    | GoBack
    | Click
    | Type
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
