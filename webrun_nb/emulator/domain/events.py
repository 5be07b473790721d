"""What can happen to a session, for whoever follows it."""

from __future__ import annotations

from dataclasses import dataclass

from webrun_nb.common.codes import EndReason
from webrun_nb.emulator.domain.task import Question, Task


@dataclass(frozen=True, slots=True)
class InstanceReady:
    """The browser is there for the first time."""


@dataclass(frozen=True, slots=True)
class TaskQueued:
    """A task may be started, now or later."""

    task: Task


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """The next task is under way."""

    task: Task


@dataclass(frozen=True, slots=True)
class TaskPaused:
    """The running task is paused."""

    task: Task


@dataclass(frozen=True, slots=True)
class TaskResumed:
    """The held task goes on; `answer` is set where a guardrail was answered."""

    task: Task
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class GuardrailRaised:
    """The running task waits for a person."""

    task: Task
    question: Question


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """A task is completed or failed."""

    task: Task


@dataclass(frozen=True, slots=True)
class InstanceLost:
    """The browser is gone; it may come back within the grace period."""

    interrupted: Task | None


@dataclass(frozen=True, slots=True)
class InstanceRestored:
    """The browser is back."""


@dataclass(frozen=True, slots=True)
class ControlTaken:
    """A person drives the browser by hand from now on."""


@dataclass(frozen=True, slots=True)
class ControlReleased:
    """Nobody drives the browser by hand any more."""


@dataclass(frozen=True, slots=True)
class TokensCounted:
    """The bill has grown by more than time."""


@dataclass(frozen=True, slots=True)
class BytesCounted:
    """More has gone over the wire, which a managed proxy is paid for."""


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session's state is final."""

    reason: EndReason


SessionEvent = (
    InstanceReady
    | TaskQueued
    | TaskStarted
    | TaskPaused
    | TaskResumed
    | GuardrailRaised
    | TaskEnded
    | InstanceLost
    | InstanceRestored
    | ControlTaken
    | ControlReleased
    | TokensCounted
    | BytesCounted
    | SessionEnded
)
