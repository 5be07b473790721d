"""The protocol between an agent and the worker that performs the steps it proposes.

An agent is an async generator: it yields a `Step`, the worker checks, performs, records and meters it, and sends back
a `Reply`. The last step is `Finish`; giving up is `AgentError`. Because a run is only a generator, a task can be
paused (nobody sends), stopped (it is closed) and run again (a new one is made).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from webrun_nb.agents.recording.choices import Choice
from webrun_nb.browsers.actions import Action
from webrun_nb.browsers.observation import DialogAnswer, NativeDialog, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.language_models import DEFAULT_MAX_STEPS
from webrun_nb.extraction.snapshot import Snapshot

OutputType = Literal["text", "structured_json", "structured_csv"]

AskKind = Literal["ambiguous", "credentials", "purchase", "captcha", "security", "two_factor", "policy"]
"""The reason for a question to a person (contract, section 4)."""


class AgentError(Exception):
    """Raised by an agent that gives up: the task fails with `code`, a task failure of the contract's section 2."""

    def __init__(self, code: TaskFailureCode, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = dict(details or {})


class SettledByHandError(Exception):
    """Raised within an agent by a step that a person settled in the browser; the task continues after it.

    Parameters
    ----------
    question : str
        The question.
    """

    def __init__(self, question: str) -> None:
        super().__init__(question)
        self.question = question


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """The task of an agent. `starting_url`, where given, is already open.

    `output_schema` is a JSON Schema for `structured_json` and a list of column names for `structured_csv`.
    """

    instruction: str
    output_type: OutputType = "text"
    output_schema: Mapping[str, Any] | Sequence[str] | None = None
    starting_url: str | None = None
    files: tuple[str, ...] = ()
    """Names of the files that the task was given, which it may give to pages."""
    named_secrets: tuple[str, ...] = ()
    """Names of the secrets that the instruction itself held. In their place it has marks, in quotes: `"⟦password⟧"`
    (`common.credentials.marks`). To type the mark as a text (`Type`) types the secret (`TypeSecret`)."""
    names_user: bool = False
    """True if the user that the instruction names is the one whose credentials are known."""
    secrets: tuple[str, ...] = ()
    """Patterns of the hosts that the session has secrets for. A page's `Observation.secrets` names those it may get."""
    expect_status: frozenset[int] = frozenset()
    """HTTP statuses that the task expects: a page that answered with one of them is no error."""
    role: str = ""
    """The role that the session's policy gives the agent (`llmRole`)."""


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """The language model of a task, and its limits, which hold before anything is spent beyond them."""

    model: str
    """`provider:name`, a provider of `common.language_models`."""
    url: str | None = None
    """The address of an endpoint that speaks OpenAI's chat completions; by default the provider's own."""
    key: str = field(default="", repr=False)
    """The provider's key; empty where it takes none. Never shown, logged or stored."""
    max_steps: int = DEFAULT_MAX_STEPS
    """The largest number of requests to the model."""
    vision: bool = False
    """True if the model is shown pictures of the page."""
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    """The most tokens that the task may send and receive, all requests together; None for no limit."""
    max_cost_usd: Decimal | None = None
    """The most that its requests may cost, in the user's own money; refused where the model's price is unknown."""


# --- steps ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Observe:
    """Ask for the page's `Observation`; `because` is the part of the instruction it serves."""

    because: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TakeSnapshot:
    """Ask for the page's `Snapshot`, which the extraction engine reads; `because` as in `Observe`."""

    because: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TakePicture:
    """Ask for a picture of the view, for a language model that is shown pictures."""


@dataclass(frozen=True, slots=True)
class Perform:
    """Propose an action; `because` is the part of the instruction it serves."""

    action: Action
    because: str = ""
    dialog_answer: DialogAnswer | None = None
    """The answer to a native dialog that it leads to. Those without one are dismissed."""


@dataclass(frozen=True, slots=True)
class Confine:
    """Let only documents of some hosts take the place of a page, until the task ends or a person takes over.

    The reply is `Performed()`. An action that leads to another host is then refused with its URL (`Refused.url`).
    """

    hosts: frozenset[str]
    """The hosts, with their subdomains."""


@dataclass(frozen=True, slots=True)
class Log:
    """Send a message to the listeners (an `agent` event). The reply is `Performed()`."""

    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a person; the reply is `Answered` or `SettledByHand`. `candidates` are the choices, where there are any.

    The agent never sees the answer to `credentials` and `two_factor`: the worker stores it for the host of
    the page, under the names in `fields`, in the order of the question; the next observation has these names.
    """

    kind: AskKind
    question: str
    candidates: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    ref: int | None = None
    """The element of the last observation that it is about."""
    is_not_understood: bool = False
    """True if the agent did not understand a sentence of the task, which another agent may."""


@dataclass(frozen=True, slots=True)
class PossibleReading:
    """One of several meanings of a text, none of which the page proves."""

    value: Any
    """The value in the form of the wire."""
    how: str
    """The way it is read, for people: `decimal mark ,`."""
    assumes: tuple[tuple[str, str], ...] = ()
    """The conditions under which it holds, as pairs: (`decimal`, `,`), (`order`, `dmy`)."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The origin of one value: its row and column in the answer, and its page, element (a CSS path) and text there."""

    row: int
    column: str
    url: str
    element: str
    text: str
    reading: str = ""
    """The way the value was read from the text, and its proof, for people: `decimal mark , by column`."""
    reason: str = ""
    """The code of `extraction.reasons.Reason` for which the value is null; beside a value, what is odd about it."""
    readings: tuple[PossibleReading, ...] = ()
    """The possible meanings of the text, where none is proved: a table of many pages can decide it."""
    shows: tuple[tuple[str, str], ...] = ()
    """The conditions of readings that it proves for the same column of other pages of its site (`assumes`)."""
    captured_ms: float | None = None
    """The time at which the page was read (unix ms); None if it is not known."""
    box: tuple[float, float, float, float] | None = None
    """The box of its element: x, y, width and height in CSS px from the top left of the page; None if not displayed."""


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """The reading of one column of the answer."""

    name: str
    label: str = ""
    """The name of the field on the page; empty where it has none."""
    reading: str = ""
    nulls: Mapping[str, int] = field(default_factory=dict)
    """The number of nulls by the code of their reason."""


@dataclass(frozen=True, slots=True)
class ListRead:
    """The completeness of a list that was read on one page, or on all pages that scripts show at one URL."""

    url: str
    title: str
    shown: int
    """Rows that the page shows in it."""
    collected: int
    """Rows of it that were read for the answer, before conditions of the task left any out."""
    stated: int | None = None
    """The number of rows that the page says the whole list has."""
    ended: str = ""
    """The end of its collection, for people: `no next page`, `the page says 120, 96 collected`."""
    repeated: int = 0
    """Rows left out as an earlier screen or page showed the same element or row index."""
    is_assumed: bool = False
    """True if repeated rows were told by the overlap of screens alone."""
    is_whole: bool = True
    """False if its collection ended before the list did, or if that is not known."""
    is_enough: bool = False
    """True if it ended as the task asks for no more rows."""


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
    columns: tuple[ColumnRead, ...] = ()
    lists: tuple[ListRead, ...] = ()
    readings: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """The parts of the instruction that values were read for, as `because` of the steps that serve them has them."""
    choices: tuple[Choice, ...] = field(default=(), compare=False, repr=False)
    """The choices of a language model that it rests on, so that a replay can read the same."""


@dataclass(frozen=True, slots=True)
class PartialResult:
    """Give the worker the answer for the case that the task is stopped from now on. The reply is `Performed()`.

    `finish` is called at most once, when that happens. It returns None where a partial answer would be misleading.
    """

    finish: Callable[[], Finish | None]


Step = Observe | TakeSnapshot | TakePicture | Perform | Confine | Log | Ask | PartialResult | Finish


# --- replies ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Observed:
    """Reply to `Observe`."""

    observation: Observation
    step: int | None = None
    """The number of the step that it is recorded as; None where it is not recorded."""


@dataclass(frozen=True, slots=True)
class SnapshotTaken:
    """Reply to `TakeSnapshot`."""

    snapshot: Snapshot
    step: int | None = None
    """The number of the step that it is recorded as; None where it is not recorded."""


@dataclass(frozen=True, slots=True)
class PictureTaken:
    """Reply to `TakePicture`: a PNG of the view; None where the policy forbids it, or the page shows a secret."""

    png: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Performed:
    """Reply: the action was performed, or the message sent."""

    dialogs: tuple[NativeDialog, ...] = ()
    """The native dialogs that the page has opened since the last action."""
    only_looked: bool = False
    """True for an action that changed nothing: it looked at pages, or followed a link to another page."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Reply: the action failed, as its element was gone or not usable. Failures of navigation end the task."""

    code: TaskFailureCode
    message: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Reply: a policy forbids the action; the agent may try another way."""

    reason: str
    url: str = ""
    """The URL of another host than `Confine` allows, which was not opened; empty for other reasons."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Reply to `Ask`: a person's answer."""

    text: str


@dataclass(frozen=True, slots=True)
class SettledByHand:
    """Reply to `Ask` and `Perform`: a person who was asked took over instead, and has given control back.

    What they did is not known, and the page may be another one: the agent continues from the page as it is.
    """


Reply = Observed | SnapshotTaken | PictureTaken | Performed | Failed | Refused | Answered | SettledByHand

Run = AsyncGenerator[Step, Reply | None]


@dataclass(slots=True)
class TokenUse:
    """Tokens read and written by the model so far; for the local agent, an estimate of an LLM's tokens."""

    prompt: int = 0
    completion: int = 0
    estimated: bool = True
    """False if all of them were counted by the model's provider."""
    model_requests: int = 0
    """Requests to the user's own model that its provider may charge for: those that it answered, and lost ones."""
    model_cost_usd: Decimal | None = None
    """The cost of these requests, which the user pays; None if it is unknown, or if there were none."""
    prompt_under_way: int = 0
    """Tokens of the request that is under way, estimated; 0 for none. It may be charged also if nobody waits for it."""


class Agent(Protocol):
    """The interface of an agent."""

    def run(self, brief: TaskSpec, tokens: TokenUse) -> Run:
        """Return a run of a task: a generator of steps.

        Parameters
        ----------
        brief : TaskSpec
            The task.
        tokens : TokenUse
            Increased by the agent as it works; the worker meters it after each step.

        Raises
        ------
        AgentError
            From the generator, when the agent gives up.
        """
