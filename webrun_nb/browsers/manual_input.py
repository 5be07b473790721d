"""The manual input of a person who has taken over (contract, section 3).

It refers to points of the view instead of observed elements, and returns as soon as the page has received it, without
waiting for its consequences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webrun_nb.browsers.action_base import ActionBase, FocusTarget, PointTarget


@dataclass(frozen=True, slots=True)
class PointerClick(ActionBase):
    """Click at a point of the view (as in `PointTarget`)."""

    name = "click"
    category = "Click"

    x: float
    y: float
    double: bool = False
    second: bool = False
    """The second click of a double-click alone; the first was sent before."""

    @property
    def clicks(self) -> bool:
        """True."""
        return True

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
