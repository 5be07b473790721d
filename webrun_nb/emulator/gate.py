"""The one way to a session's browser, for the agent and for a person who drives by hand.

Everything that is done in the browser, and everything that is seen of it, passes here: what has to hold for every
action of a session (its event, its rules, its record) has its place in this file and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from webrun_nb.browsers.base import (
    Action,
    BrowserInstance,
    Click,
    GoBack,
    Navigate,
    Observation,
    PageData,
    PointerClick,
    Press,
    PressKey,
    Scroll,
    Select,
    Type,
    TypeReleased,
    TypeSecret,
    TypeText,
    WaitFor,
    Wheel,
)
from webrun_nb.emulator import views
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Task
from webrun_nb.emulator.place import place
from webrun_nb.emulator.seal import Seal

Publish = Callable[[str, Mapping[str, Any]], None]
"""Sends an event out on the session's stream: name, body."""
Actor = Literal["agent", "user"]

_REPEATABLE = (Navigate, GoBack, WaitFor, Scroll)
"""What can be done twice without harm: a task that has done nothing else is run again after its browser was lost."""


class Gate:
    """One browser instance of a session, and what stands before it.

    Parameters
    ----------
    instance : BrowserInstance
        The session's present browser; a restored session gets a new gate.
    session : Session
        Whose browser it is.
    publish : callable
        Sends an event out.
    """

    def __init__(self, instance: BrowserInstance, session: Session, publish: Publish) -> None:
        self.instance = instance
        self._session = session
        self._publish = publish
        self._seal = Seal(session.vault)
        self._seen: Observation | None = None

    async def observe(self) -> Observation:
        """Show what can be acted on."""
        with self._seal.explained():
            self._seen = self._seal.seen(await self.instance.observe())
        return self._seen

    async def read(self) -> PageData:
        """Show what can be extracted."""
        with self._seal.explained():
            return self._seal.shown(await self.instance.read())

    async def perform(self, action: Action, *, task: Task | None = None, by: Actor = "agent") -> None:
        """Do one thing, and tell the listeners.

        Parameters
        ----------
        action : Action
            What to do.
        task : Task, optional
            The task it serves; None where it is the session's own or a person's.
        by : {"agent", "user"}
            Who wants it.

        Raises
        ------
        BrowserError
            With the contract's task failure code.
        """
        if task is not None:
            task.acted = task.acted or not isinstance(action, _REPEATABLE)
        shown = describe(action) if by == "agent" else {**describe(action), "by": by}
        if (box := place(action, self._seen)) is not None:
            shown["box"] = box
        self._publish(views.MESSAGE, views.action_event(self._session, task, shown))
        with self._seal.explained():
            await self.instance.perform(self._seal.opened(action))


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
