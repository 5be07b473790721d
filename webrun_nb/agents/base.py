"""The protocol between an agent and the worker that does what it proposes.

An agent is an async generator: it yields a `Step`, the worker checks, performs, records and meters it, and sends back
a `Reply`. The last step is `Finish`; giving up is `AgentError`. Because a run is only a generator, a task can be
paused (nobody sends), stopped (it is closed) and run again (a new one is made).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from webrun_nb.browsers.actions import Action
from webrun_nb.browsers.observation import Observation, PageData
from webrun_nb.common.codes import TaskFailureCode

OutputType = Literal["text", "structured_json", "structured_csv"]

AskKind = Literal["ambiguous", "credentials", "purchase", "captcha", "security", "two_factor", "policy"]
"""Why an agent asks a person (contract, section 4)."""


class AgentError(Exception):
    """The agent gives up: the task fails with `code`, a task failure of the contract's section 2."""

    def __init__(self, code: TaskFailureCode, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = dict(details or {})


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """What an agent is asked to do. `starting_url`, where given, is already open.

    `output_schema` is a JSON Schema for `structured_json` and a list of column names for `structured_csv`.
    """

    instruction: str
    output_type: OutputType = "text"
    output_schema: Mapping[str, Any] | Sequence[str] | None = None
    starting_url: str | None = None
    files: tuple[str, ...] = ()
    """Names of the files that the task was given, which it may give to pages."""
    secrets: tuple[str, ...] = ()
    """What the session has secrets for, as patterns of hosts. A page's `Observation.secrets` names those it may get."""
    expect_status: frozenset[int] = frozenset()
    """HTTP statuses that the task expects: a page that answered with one of them is no error."""
    role: str = ""
    """How the session's policy wants the agent to be (`llmRole`)."""


# --- steps ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Observe:
    """Ask for the page's `Observation`."""


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Ask for the page's `PageData`."""


@dataclass(frozen=True, slots=True)
class Perform:
    """Propose an action; `because` is the part of the instruction it serves."""

    action: Action
    because: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """Say what is going on (an `agent` event). No reply is needed: `Done(None)` comes back."""

    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a person; the reply is `Answered`. `candidates` are the choices, where there are any.

    What is answered to `credentials` and `two_factor` the agent never sees: the worker keeps it, for the host of the
    page, under the names in `fields`, in whose order it is asked for; the next look at the page has the names.
    """

    kind: AskKind
    question: str
    candidates: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    ref: int | None = None
    """The element of the last look that it is about."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where one value came from: row and column in the answer, page, element (a CSS path) and its text there."""

    row: int
    column: str
    url: str
    element: str
    text: str


@dataclass(frozen=True, slots=True)
class Unused:
    """A part of the instruction that the answer does not follow, or a list of the page that it leaves out, and why.

    `start` and `end` are its place in the instruction; None for what a person said in an answer, and for a list.
    """

    text: str
    start: int | None
    end: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The answer: `text` for people (markdown), `data` for structured output (plain JSON, valid against the schema).

    Structured CSV: `data` is a list of objects; the worker writes the CSV.
    """

    text: str = ""
    data: Any = None
    provenance: tuple[Provenance, ...] = ()
    unused: tuple[Unused, ...] = ()
    """Parts of the instruction that select something and were not used."""


@dataclass(frozen=True, slots=True)
class PartialResult:
    """Tell what the answer would be if the task were stopped from now on. `Performed()` comes back.

    `finish` is called at most once, when that happens; None where what there is would mislead.
    """

    finish: Callable[[], Finish | None]


Step = Observe | ReadPage | Perform | Log | Ask | PartialResult | Finish


# --- replies ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Observed:
    """Reply to `Observe`."""

    observation: Observation


@dataclass(frozen=True, slots=True)
class PageContent:
    """Reply to `ReadPage`."""

    page: PageData


@dataclass(frozen=True, slots=True)
class Performed:
    """The action was performed (or the note taken)."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The action could not be performed: the element was gone or not actable. Navigation failures end the task."""

    code: TaskFailureCode
    message: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A policy forbids it; look for another way."""

    reason: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A person's answer to `Ask`."""

    text: str


Reply = Observed | PageContent | Performed | Failed | Refused | Answered

Run = AsyncGenerator[Step, Reply | None]


@dataclass(slots=True)
class TokenUse:
    """Tokens read and written by the model so far, or, for the local agent, the estimate of what an LLM would have."""

    prompt: int = 0
    completion: int = 0
    estimated: bool = field(default=True)


class Agent(Protocol):
    """Something that can work on a task."""

    def run(self, brief: TaskSpec, tokens: TokenUse) -> Run:
        """Start on a task.

        Parameters
        ----------
        brief : Brief
            The task.
        tokens : TokenUse
            Counted up by the agent as it goes; the worker meters it after each step.

        Raises
        ------
        AgentError
            From the generator, when the agent gives up.
        """
