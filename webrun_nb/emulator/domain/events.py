"""The events of a session, which it passes to its listener."""

from __future__ import annotations

from dataclasses import dataclass

from webrun_nb.common.codes import EndReason
from webrun_nb.emulator.domain.task import Question, Task


@dataclass(frozen=True, slots=True)
class InstanceReady:
    """The browser has started."""


@dataclass(frozen=True, slots=True)
class TaskQueued:
    """A task was added to the queue."""

    task: Task


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """The next task has started."""

    task: Task


@dataclass(frozen=True, slots=True)
class TaskPaused:
    """The running task is paused."""

    task: Task


@dataclass(frozen=True, slots=True)
class TookOver:
    """In place of an answer to a question: a person took over, settled it in the browser, and gave control back."""


@dataclass(frozen=True, slots=True)
class TaskResumed:
    """The paused or waiting task continues; `answer` is set where a guardrail was answered."""

    task: Task
    answer: str | TookOver | None = None


@dataclass(frozen=True, slots=True)
class GuardrailRaised:
    """The running task waits for a person."""

    task: Task
    question: Question


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """A task has completed or failed."""

    task: Task


@dataclass(frozen=True, slots=True)
class InstanceLost:
    """The browser was lost; it may come back within the grace period."""

    interrupted: Task | None


@dataclass(frozen=True, slots=True)
class InstanceRestored:
    """The browser is back."""


@dataclass(frozen=True, slots=True)
class ControlTaken:
    """A person controls the browser from now on."""


@dataclass(frozen=True, slots=True)
class ControlReleased:
    """The person has given control of the browser back."""


@dataclass(frozen=True, slots=True)
class TokensCounted:
    """Tokens were added to the bill."""


@dataclass(frozen=True, slots=True)
class BytesCounted:
    """Bytes were added to the bill, where they went through a managed proxy."""


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session has ended."""

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
