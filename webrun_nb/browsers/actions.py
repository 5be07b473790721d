"""What can be done to a page: by an agent, to the elements of its observation; by a person, to the view itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from webrun_nb.browsers.observation import FieldPlace


@dataclass(frozen=True, slots=True)
class Navigate:
    """Open an http(s) URL."""

    url: str


@dataclass(frozen=True, slots=True)
class GoBack:
    """One page back in the history."""


@dataclass(frozen=True, slots=True)
class Click:
    """Click the element `ref` of the last observation. `target` names it for people."""

    ref: int
    target: str = ""
    double: bool = False
    downloads: bool = False
    """A file is expected: the click is done once its download has begun, or another page has opened instead."""


@dataclass(frozen=True, slots=True)
class Type:
    """Replace the content of a field; with `submit`, press Enter after it."""

    ref: int
    text: str
    target: str = ""
    submit: bool = False


@dataclass(frozen=True, slots=True)
class TypeSecret:
    """Type the session's secret `field` (a name of `Observation.secrets`) as `Type` does; `otp_secret` gives a code.

    Agents propose it; what they never see is filled in on the way to the browser, as a `TypeReleased`.
    """

    ref: int
    field: str
    target: str = ""
    submit: bool = False


@dataclass(frozen=True, slots=True)
class TypeReleased:
    """Type what `release` returns for the very place that it is typed into. Where that raises, nothing is typed.

    What was typed is shown as dots, whatever the field's type.
    """

    ref: int
    release: Callable[[FieldPlace], str] = field(repr=False, compare=False)
    target: str = ""
    submit: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """Choose an option of a `<select>` by its visible text."""

    ref: int
    option: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """Press a key (`Enter`, `Escape`, `Control+A`, …) where the focus is, or in `ref`.

    Keys have their DOM names (`KeyboardEvent.key`); a character that no US keyboard has is entered as text.
    """

    key: str
    ref: int | None = None
    target: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """Give files to a file field, in the place of what it has. `names` are those that the task knows them by.

    An agent knows names alone; where their contents lie (`paths`) is added last, by the worker.
    """

    ref: int
    names: tuple[str, ...]
    target: str = ""
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Wait until `text` is visible (at most `timeout_ms`, else `ELEMENT_NOT_FOUND`), or, empty, just `timeout_ms`."""

    text: str = ""
    timeout_ms: int = 10_000


@dataclass(frozen=True, slots=True)
class Scroll:
    """Scroll the page by CSS px."""

    delta_x: float = 0
    delta_y: float = 0


# What a person does who has taken over (contract, section 3). It needs no observation and returns as soon as the page
# has taken it, without waiting for what it leads to.


@dataclass(frozen=True, slots=True)
class PointerClick:
    """Click at a point of the view, CSS px from its upper left corner (0…1024, 0…600: no browser bar counted)."""

    x: float
    y: float
    double: bool = False
    second: bool = False
    """Only the second click of a double-click: the first was one by itself."""


@dataclass(frozen=True, slots=True)
class TypeText:
    """Type where the focus is; `human_like`: key by key, with small irregular pauses."""

    text: str
    human_like: bool = False


@dataclass(frozen=True, slots=True)
class PressKey:
    """Press a key where the focus is; names as in `Press`."""

    key: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """Turn the mouse wheel by CSS px with the pointer at a point of the view."""

    x: float
    y: float
    delta_x: float = 0
    delta_y: float = 0


Input = PointerClick | TypeText | PressKey | Wheel
Action = (
    Navigate | GoBack | Click | Type | TypeSecret | TypeReleased | Select | Press | WaitFor | Scroll | Upload | Input
)
