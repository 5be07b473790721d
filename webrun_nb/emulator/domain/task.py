"""A task of a session: what was asked for, and how it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from webrun_nb.common.codes import TaskFailureCode, TaskStatus
from webrun_nb.emulator.domain.policy.facts import ActionFacts, Actor, Response
from webrun_nb.emulator.domain.policy.model import Permission
from webrun_nb.emulator.domain.states import TASK_MOVES, Machine

StepKind = Literal["action", "look", "read", "ask", "note", "finish"]
Outcome = Literal["running", "done", "failed", "blocked", "by hand"]

MAX_STEPS = 2_000
"""A task keeps so many; an agent that never ends must not fill the memory with them."""
MAX_FACT_CHARS = 400_000
"""What the page texts kept with a task's steps may come to; later steps keep none."""


@dataclass(slots=True)
class Step:
    """One step. What is typed is never in it."""

    kind: StepKind
    name: str
    target: str
    by: Actor
    at_ms: float
    url: str = ""
    """The page it was done on."""
    decision: Permission | None = None
    """None for what no policy is about, and where there is none."""
    rule: str | None = None
    response: Response | None = None
    duration_ms: float | None = None
    """None while it is under way."""
    cost_usd: Decimal | None = None
    """What the task has cost since the step before."""
    outcome: Outcome = "running"
    error: str | None = None
    facts: ActionFacts | None = None
    """What a policy has to know of an action; kept for asking another one about it."""
    picture: bytes | None = field(default=None, repr=False)
    """The page right after it, a small JPEG."""
    number: int | None = None
    """Its place among the recorded steps of its task, from 1; None where it is not recorded."""


@dataclass(frozen=True, slots=True)
class VisitedPage:
    """A page that a task looked at or read, and its HTTP status where it came with one."""

    url: str
    status: int | None
    at_ms: float


@dataclass(frozen=True, slots=True)
class UnusedPart:
    """A part of a task's text that its answer does not follow; without a place where an answer of a person said it."""

    text: str
    start: int | None
    end: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where one value of an answer comes from."""

    row: int
    column: str
    url: str
    element: str
    text: str


CUT_SHORT: frozenset[TaskFailureCode] = frozenset(
    {
        TaskFailureCode.TASK_STOPPED,
        TaskFailureCode.TASK_TIMEOUT,
        TaskFailureCode.SESSION_TERMINATED,
        TaskFailureCode.INPUT_TOKEN_LIMIT,
        TaskFailureCode.NAVIGATION_FAILED,
        TaskFailureCode.NAVIGATION_TIMEOUT,
    }
)
"""Failures that say nothing against what the task had done by then."""
PARTIAL = "partial"
"""Where a failure's details have it."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that a task has at hand: its id, the name that people know it by, and where its content lies."""

    id: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class DownloadedFile:
    """A file that a task's browser downloaded: where it came from, its name, and where it can be fetched."""

    source: str
    url: str
    name: str
    at_ms: float


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """What was asked for. `fields` is what the agent and worker need and is opaque here."""

    instruction: str
    max_duration_ms: float
    max_input_tokens: float | None
    """None where the request sets no limit."""
    ends_session: bool
    fields: Any = None
    files: tuple[AttachedFile, ...] = ()
    """What it may give to pages: the files that it names, or else those of the session's environment."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a guardrail asks a person."""

    kind: str
    text: str
    candidates: tuple[str, ...] = ()
    ends_by_hand: bool = False
    """Taking over, and releasing again, is an answer too."""
    box: Mapping[str, float] | None = field(default=None, compare=False)
    """Where in the view the element is that it is about: x, y, width and height."""


@dataclass(frozen=True, slots=True)
class Truncation:
    """What a limit left of an answer: rows of a table, or characters of a text."""

    returned: int
    of: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The message of a completed task; `truncation` where it is not the whole answer.

    `records` are what a text was written from; None where it is no text, or was written from none.
    """

    message: str
    truncation: Truncation | None = None
    records: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task failed: a code of the contract's section 2."""

    code: TaskFailureCode
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)


class Task:
    """A task of a session. Only its session moves it."""

    def __init__(self, task_id: str, order: TaskOrder, created_ms: float) -> None:
        self.id = task_id
        self.order = order
        self.created_ms = created_ms
        self.ended_ms: float | None = None
        self.question: Question | None = None
        self.answer: Answer | None = None
        """Of a completed task."""
        self.failure: Failure | None = None
        self.network: list[tuple[str, float]] = []
        """`(url, unix ms)` of the browser's requests while it ran."""
        self.downloads: list[DownloadedFile] = []
        """What its browser downloaded, in order."""
        self.steps: list[Step] = []
        """What it did, saw, asked and said, in order."""
        self.recorded_usd = Decimal(0)
        """What of its cost is told with its steps."""
        self.fact_chars = 0
        """How long the page texts are that are kept with its steps."""
        self.provenance: tuple[Source, ...] = ()
        """Where its answer's values come from."""
        self.unused: tuple[UnusedPart, ...] = ()
        """Parts of its text that its answer does not follow."""
        self.pages: list[VisitedPage] = []
        """What it looked at and read, in order, each page once in a row."""
        self.partial_answer: Callable[[], Answer | None] | None = None
        """Writes the answer that it would have by now, where the agent has told how."""
        self.acted = False
        """Whether it has done anything that must not be done twice."""
        self.machine = Machine(TASK_MOVES, TaskStatus.QUEUED)

    def keep_partial_answer(self) -> None:
        """Have its failure hold what it had by then, where it was stopped or a next page did not come."""
        partial_answer, self.partial_answer = self.partial_answer, None
        if partial_answer is None or self.failure is None or self.failure.code not in CUT_SHORT:
            return
        partial = partial_answer()
        if partial is not None:
            cut = {} if partial.truncation is None else {"truncated": asdict(partial.truncation)}
            details = {**self.failure.details, PARTIAL: partial.message, **cut}
            self.failure = replace(self.failure, details=details)

    @property
    def status(self) -> TaskStatus:
        """Where it is."""
        return self.machine.state

    @property
    def ended(self) -> bool:
        """True once its state is final."""
        return self.status.is_final


@dataclass(frozen=True, slots=True)
class TaskRecording:
    """The steps of a task, and the sources of its answer's values."""

    owner: str
    session_id: str
    task_id: str
    steps: list[Step]
    provenance: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """The request of a task as it is stored, secrets masked, and when it came in (unix ms)."""

    session_id: str
    task_id: str
    created_ms: float
    request: Mapping[str, Any]
