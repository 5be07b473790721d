"""The tasks of a session, with what is recorded of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from webrun_nb.common.codes import TaskFailureCode, TaskStatus
from webrun_nb.common.policy_terms import Actor, GuardrailResponse, Permission, StepKind, StepOutcome
from webrun_nb.emulator.domain.evidence import Evidence, PictureOfPage, VisitedPage
from webrun_nb.emulator.domain.policy.engine import Decision
from webrun_nb.emulator.domain.policy.facts import ActionFacts
from webrun_nb.emulator.domain.secrets.task_text import AgentText
from webrun_nb.emulator.domain.states import TASK_MOVES, Machine

MAX_STEPS = 2_000
"""The maximum number of steps that a task keeps, so that an endless agent can't fill the memory."""
MAX_FACT_CHARS = 400_000
"""The maximum of page text kept with a task's steps; later steps keep none."""


@dataclass(slots=True)
class Step:
    """A step of a task. It never holds the text that was typed."""

    kind: StepKind
    name: str
    target: str
    by: Actor
    at_ms: float
    url: str = ""
    """The page it was done on."""
    decision: Permission | None = None
    """None for steps that no policy decides on, and without a policy."""
    rule: str | None = None
    response: GuardrailResponse | None = None
    looks: bool = False
    """True for an action that only looks at pages, or follows a link to another one (`action_facts.only_looks`)."""
    duration_ms: float | None = None
    """None while it is under way."""
    cost_usd: Decimal | None = None
    """The task's cost since the step before."""
    outcome: StepOutcome = "running"
    error: str | None = None
    facts: ActionFacts | None = None
    """The facts of an action, for testing another policy with it."""
    picture: bytes | None = field(default=None, repr=False)
    """The page right after it, a small JPEG."""
    number: int | None = None
    """Its position among the recorded steps of its task, from 1; None where it is not recorded."""
    because: str = ""
    """The part of the task's text that it serves; empty where it serves none, or that is not known."""
    recorded: Mapping[str, Any] | None = field(default=None, repr=False)
    """The action as a recording has it (`agents.recording`), secrets by name; None for what a replay does not do."""


CUT_SHORT: frozenset[TaskFailureCode] = frozenset(
    {
        TaskFailureCode.TASK_STOPPED,
        TaskFailureCode.TASK_TIMEOUT,
        TaskFailureCode.SESSION_TERMINATED,
        TaskFailureCode.INPUT_TOKEN_LIMIT,
        TaskFailureCode.NAVIGATION_FAILED,
        TaskFailureCode.NAVIGATION_TIMEOUT,
        TaskFailureCode.MODEL_LIMIT_REACHED,
        TaskFailureCode.MODEL_UNAVAILABLE,
        TaskFailureCode.MODEL_KEY_INVALID,
    }
)
"""Failures after which the partial answer is still valid."""
PARTIAL = "partial"
"""The key of a partial answer in a failure's details."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that a task may give to pages: its id, its name for people, and its path."""

    id: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class DownloadedFile:
    """A file that a task downloaded: its source, its name, and the URL where it can be fetched."""

    source: str
    url: str
    name: str
    at_ms: float


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """The request for a task. `fields` is for the agent and the worker, and opaque here."""

    instruction: str
    max_duration_ms: float
    max_input_tokens: float | None
    """None: no limit."""
    ends_session: bool
    fields: Any = None
    files: tuple[AttachedFile, ...] = ()
    """The files that it may give to pages: those that it names, or else those of the session's environment."""
    for_agent: AgentText | None = None
    """The instruction as the agent gets it, where it held secrets."""
    cassette: Any = None
    """The cassette that the traffic of its pages is kept in or played from, opaque here; None for neither."""
    replay: Any = None
    """The recording whose steps are taken instead of an agent's, opaque here; None for an agent."""


@dataclass(frozen=True, slots=True)
class Question:
    """The question of a guardrail."""

    kind: str
    text: str
    candidates: tuple[str, ...] = ()
    box: Mapping[str, float] | None = field(default=None, compare=False)
    """The box of the element in question, in px of the view: x, y, width and height."""

    @property
    def needs_answer(self) -> bool:
        """False where there is nothing to answer but that it is settled: a CAPTCHA is solved in the browser."""
        return self.kind != "captcha"


@dataclass(frozen=True, slots=True)
class Truncation:
    """The size of a truncated answer and of the whole one: rows of a table, or characters of a text."""

    returned: int
    of: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a completed task; `truncation` is set where it is not whole.

    `records` are those that a text was written from; None for other answers.
    """

    message: str
    truncation: Truncation | None = None
    records: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """The failure of a task, with a code of the contract's section 2."""

    code: TaskFailureCode
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)


class Task:
    """A task of a session. Its state is changed by `TaskQueue` alone."""

    def __init__(self, task_id: str, order: TaskOrder, created_ms: float) -> None:
        self.id = task_id
        self.order = order
        self.created_ms = created_ms
        self.ended_ms: float | None = None
        self.question: Question | None = None
        self.answer: Answer | None = None
        """Set once it is complete."""
        self.failure: Failure | None = None
        self.network: list[tuple[str, float]] = []
        """`(url, unix ms)` of the browser's requests while it ran."""
        self.downloads: list[DownloadedFile] = []
        """The files that it downloaded, in order."""
        self.steps: list[Step] = []
        """Its recorded steps, in order."""
        self.steps_left_out = 0
        """The number of its steps that are not recorded, as there are too many."""
        self.recorded_usd = Decimal(0)
        """The part of its cost that its steps account for."""
        self.fact_chars = 0
        """The length of the page texts that are kept with its steps."""
        self.pictures: list[PictureOfPage] = []
        """The pictures of pages that it read, where they are wanted."""
        self.readings: tuple[str, ...] = ()
        """The parts of its text that values were read for, once it has its answer."""
        self.choices: tuple[Any, ...] = ()
        """The choices of a language model that its answer rests on, opaque here, once it has its answer."""
        self.evidence = Evidence()
        """The lists, columns and values that its answer rests on."""
        self.pages: list[VisitedPage] = []
        """The pages that it observed and read, in order, without repetitions in a row."""
        self.partial_answer: Callable[[], Answer | None] | None = None
        """Returns the answer as it would be by now, where the agent supports that."""
        self.acted = False
        """True once it has done anything that must not be done twice."""
        self.machine = Machine(TASK_MOVES, TaskStatus.QUEUED)

    def keep_partial_answer(self) -> None:
        """Add its partial answer to its failure, where it was cut short."""
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
        """Its state."""
        return self.machine.state

    @property
    def ended(self) -> bool:
        """True once its state is final."""
        return self.status.is_final


@dataclass(frozen=True, slots=True)
class TaskRecording:
    """The steps of a task, and the pictures of the pages that it read."""

    owner: str
    session_id: str
    task_id: str
    steps: list[Step]
    pictures: tuple[PictureOfPage, ...] = ()
    steps_left_out: int = 0
    status: TaskStatus = TaskStatus.QUEUED
    order: TaskOrder | None = None
    readings: tuple[str, ...] = ()
    """The parts of its text that values were read for."""
    choices: tuple[Any, ...] = ()
    """The choices of a language model that its answer rests on, opaque here."""


@dataclass(frozen=True, slots=True)
class PolicyTestResult:
    """The decision of a policy on a recorded step.

    Attributes
    ----------
    number : int
        The step's place in its task, from 1.
    complete : bool
        False where the text of its page was not kept, so that rules about the page could not match.
    """

    number: int
    step: Step
    decision: Decision
    complete: bool


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """The request of a task as it is stored, secrets masked, and when it came in (unix ms)."""

    session_id: str
    task_id: str
    created_ms: float
    request: Mapping[str, Any]
