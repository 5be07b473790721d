"""Connects the buttons of a session's card to the session."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from webrun_nb.client._sync import runtime
from webrun_nb.client.emulator_control import StepPicture
from webrun_nb.client.sessions.session import Session
from webrun_nb.notebook.widgets.card_actions import RestartedSession
from webrun_nb.notebook.widgets.view_feed import OpenView
from webrun_nb.wire.policies import StepBody

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
