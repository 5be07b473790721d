"""What a card is fed with and what its buttons do: the seam between cards and sessions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from webrun_nb.client.snapshot import SessionSnapshot, Subscriber


class SessionFeed(Protocol):
    """A session as far as a card needs it."""

    @property
    def snapshot(self) -> SessionSnapshot:
        """What is known now."""
        ...

    def subscribe(self, subscriber: Subscriber, /) -> Callable[[], None]:
        """Call `subscriber` with each new snapshot until the returned function is called."""
        ...


class CardActions(Protocol):
    """What the buttons do. Each only posts to another thread and returns at once.

    All widgets of a kernel share one thread for their messages. The future ends when the server has answered; its
    exception is shown on the card.

    An object may have more, and its card then has the buttons for it:

    - `pause()`, `resume()`, `take_over()`, `release()`: of the same shape;
    - `answer(task_id, text)`: answers the task's guardrail, and so the card has a form. `text` may be a password: it
      must not get into a log or a repr. Nothing of the future's exception is shown but what its code says;
    - `start_again()`: a session with the same options; a `Future[RestartedSession]`;
    - `steps(task_id)`: what was recorded of a task; `step_picture(task_id, number)`: a step's picture;
      `keep_pictures()`: have some from now on;
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
    """The session that was started in place of one that has ended; the card goes on with it."""

    session: SessionFeed
    actions: CardActions
