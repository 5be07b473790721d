"""The buttons of a session's card: the table of them, and the methods that carry them out.

A new button is a row of `BUTTONS`, and a method of `SessionCardActions` with the same name as its command.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from webrun_nb.client._sync import runtime
from webrun_nb.client.emulator_control import StepPicture
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.snapshot import SessionSnapshot, Subscriber
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.notebook.widgets.button_press import Button
from webrun_nb.notebook.widgets.view_feed import OpenView
from webrun_nb.wire.policies import StepBody

Condition = Callable[[SessionSnapshot], bool]


@dataclass(frozen=True, slots=True)
class CardButton(Button):
    """A button of the card; its command is also the name of the method of `CardActions` that carries it out."""

    shown: Condition
    """Returns whether it is on the card."""
    enabled: Condition = lambda snapshot: True
    """Returns whether it is enabled."""
    in_table: bool = False
    """True if it is in the table of sessions too."""


def _is_live(snapshot: SessionSnapshot) -> bool:
    return not snapshot.ended


def _phase(snapshot: SessionSnapshot) -> SessionPhase | None:
    return snapshot.phase if snapshot.status == SessionStatus.ACTIVE else None


def _can_stop(snapshot: SessionSnapshot) -> bool:
    if _phase(snapshot) == SessionPhase.MANUAL:  # with or without a task that waits meanwhile
        return bool(snapshot.current_task_id)
    return _phase(snapshot) in (SessionPhase.RUNNING, SessionPhase.PAUSED, SessionPhase.GUARDRAIL)


BUTTONS = (
    CardButton(
        "pause",
        "Pause",
        "pausing…",
        "Pause the task after its current browser action",
        shown=lambda snapshot: _is_live(snapshot) and _phase(snapshot) != SessionPhase.PAUSED,
        enabled=lambda snapshot: _phase(snapshot) == SessionPhase.RUNNING,
    ),
    CardButton(
        "resume",
        "Resume",
        "resuming…",
        "Continue the paused task",
        shown=lambda snapshot: _phase(snapshot) == SessionPhase.PAUSED,
    ),
    CardButton(
        "take_over",
        "Take over",
        "taking over…",
        "Control the browser yourself; a running task is paused",
        shown=lambda snapshot: _is_live(snapshot) and _phase(snapshot) != SessionPhase.MANUAL,
        enabled=lambda snapshot: _phase(snapshot) is not None,
    ),
    CardButton(
        "release",
        "Release",
        "releasing…",
        "Give control back; a paused task continues",
        shown=lambda snapshot: _phase(snapshot) == SessionPhase.MANUAL,
    ),
    CardButton(
        "stop",
        "Stop",
        "stopping…",
        "Stop the task and keep the session, which goes on costing",
        shown=_is_live,
        enabled=_can_stop,
        in_table=True,
    ),
    CardButton(
        "terminate",
        "Terminate",
        "terminating…",
        "End the session and its billing",
        shown=_is_live,
        in_table=True,
    ),
    CardButton(
        "start_again",
        "Start again",
        "starting…",
        "Start a session with the same options, which this card then shows",
        shown=lambda snapshot: snapshot.ended,
    ),
)
"""All buttons, in their order on the card."""

TABLE_COMMANDS = tuple(button.command for button in BUTTONS if button.in_table)


def buttons_state(snapshot: SessionSnapshot, supported: Collection[str]) -> list[dict[str, Any]]:
    """Return the buttons to draw, as JSON: those of the commands in `supported` that the session's state shows."""
    shown = [button for button in BUTTONS if button.command in supported and button.shown(snapshot)]
    return [button.to_json(enabled=button.enabled(snapshot)) for button in shown]


class SessionFeed(Protocol):
    """A session as far as a card needs it."""

    @property
    def snapshot(self) -> SessionSnapshot:
        """The session's state now."""
        ...

    def subscribe(self, subscriber: Subscriber, /) -> Callable[[], None]:
        """Call `subscriber` with each new snapshot until the returned function is called."""
        ...


class CardActions(Protocol):
    """Carries out what is asked for on a card. Each method posts to another thread and returns at once.

    All widgets of a kernel share one thread for their messages. The future ends when the server has answered; its
    exception is shown on the card.

    An object may have more methods than the two below. For each of these the card has what is needed to use it:

    - the other commands of `BUTTONS`, of the same shape (`start_again` returns a `Future[RestartedSession]`);
    - `answer(task_id, text)`: answers the task's guardrail, and so the card has a form. `text` may be a password: it
      must not get into a log or a repr. Nothing of the future's exception is shown but its code;
    - `steps(task_id)`: reads a task's recorded steps; `step_picture(task_id, number)`: a step's picture;
      `keep_pictures()`: has pictures recorded from now on;
    - `view(listener, fps)`: opens a live view, on the loop thread; None where the server has none.
    """

    def stop(self) -> Future[Any]:
        """End the current task, keep the session."""
        ...

    def terminate(self) -> Future[Any]:
        """End the session and its billing."""
        ...


@dataclass(frozen=True, slots=True)
class RestartedSession:
    """The session that was started in place of one that has ended; the card continues with it."""

    session: SessionFeed
    actions: CardActions


OnRestart = Callable[[Session, Session], None]
"""Takes a session that has ended, and the one that was started in its place."""


class SessionCardActions:
    """Carries out what the buttons of a session's card ask for; each posts to the loop thread and returns at once.

    Parameters
    ----------
    session : Session
        The session of the card.
    on_restart : callable, optional
        Called with the ended session and the one that was started in its place.
    """

    def __init__(self, session: Session, on_restart: OnRestart = lambda ended, started: None) -> None:
        self._session = session
        self._on_restart = on_restart

    def stop(self) -> Future[Any]:
        """End the current task, keep the session."""
        return runtime.submit(self._session.astop()).result

    def terminate(self) -> Future[Any]:
        """End the session and its billing."""
        return runtime.submit(self._session.aterminate()).result

    def pause(self) -> Future[Any]:
        """Pause the running task."""
        return runtime.submit(self._session.apause()).result

    def resume(self) -> Future[Any]:
        """Resume the paused task."""
        return runtime.submit(self._session.aresume()).result

    def take_over(self) -> Future[Any]:
        """Give a person control of the browser."""
        return runtime.submit(self._session.atake_over()).result

    def release(self) -> Future[Any]:
        """Return control of the browser to the agent."""
        return runtime.submit(self._session.arelease()).result

    def answer(self, task_id: str, text: str) -> Future[Any]:
        """Answer the question of a task; `text` may be a secret."""
        return runtime.submit(self._session.aanswer(text, task_id)).result

    @property
    def view(self) -> OpenView | None:
        """Opens the live view, on the loop thread; None where the server has none to show here."""
        return self._session.view if self._session.has_view else None

    @property
    def steps(self) -> Callable[[str], Future[list[StepBody]]] | None:
        """Returns the recorded steps of a task, by its id; None where the server records none."""
        if not self._session.snapshot.emulated:
            return None
        return lambda task_id: runtime.submit(self._session.client.control.asteps(task_id)).result

    @property
    def step_picture(self) -> Callable[[str, int], Future[StepPicture]] | None:
        """Returns the picture of a task's step; None where the server keeps none."""
        if not self._session.snapshot.emulated:
            return None
        return lambda task_id, number: (
            runtime.submit(self._session.client.control.astep_picture(task_id, number)).result
        )

    @property
    def keep_pictures(self) -> Callable[[], Future[None]] | None:
        """Turns pictures of steps on; None where the server keeps none."""
        if not self._session.snapshot.emulated:
            return None
        return lambda: runtime.submit(self._session.client.control.apictures(self._session.session_id)).result

    def start_again(self) -> Future[RestartedSession]:
        """Start a session with the same options."""
        return runtime.submit(self._start_again()).result

    async def _start_again(self) -> RestartedSession:
        again = await self._session.arestart()
        self._on_restart(self._session, again)
        return RestartedSession(again, SessionCardActions(again, self._on_restart))
