"""The facts that every action has: its target, its name, its policy category and what a click or key does.

`actions` has the actions themselves, `manual_input` those of a person who has taken over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from webrun_nb.common.policy_terms import ActionCategory


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of an element's box, as fractions of its width and height: (0, 0) is the upper left corner."""

    x: float = 0.5
    y: float = 0.5


MIDDLE = Spot()


@dataclass(frozen=True, slots=True)
class ElementTarget:
    """An element of the last observation, by its `ref`; `name` is what people call it."""

    ref: int
    name: str
    at: Spot | None = None
    """The point of it that is hit; None for its middle, or wherever it can be hit."""


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
    """

    __slots__ = ()

    name: ClassVar[str]
    category: ClassVar[ActionCategory | None]
    repeatable: ClassVar[bool] = False
    needs_page: ClassVar[bool] = True

    @property
    def clicks(self) -> bool:
        """True for a click on its target: what the target does then (send a form, follow a link) is part of the action.

        The policy's categories and the approval of risky buttons follow from it.
        """
        return False

    @property
    def opens_tab(self) -> bool:
        """True if it opens a link in a new tab whatever the link says."""
        return False

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
