"""Response bodies (sections 2 to 5, 12).

Building one validates it, so that the emulator can't send what the contract doesn't allow.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from webrun_nb.common.codes import EndReason, SessionPhase, SessionStatus, TaskStatus
from webrun_nb.wire.base import Response, WireTime


class Breakdown(Response):
    """The parts of a cost in US dollars (the emulator's addition)."""

    compute: float
    idle: float
    tokens: float
    proxy: float


class ModelUsage(Response):
    """The requests to a language model of the user's own, whose provider the user pays: `cost` is in no other cost."""

    requests: int
    cost: float | None
    """US dollars; null if the model's price is unknown."""


class Usage(Response):
    """Section 5. Snake case on the wire, as the service has it."""

    left_out: ClassVar[frozenset[str]] = frozenset({"breakdown", "tokens_estimated", "model"})

    prompt_tokens: int = Field(alias="prompt_tokens")
    completion_tokens: int = Field(alias="completion_tokens")
    total_tokens: int = Field(alias="total_tokens")
    completion_time: float = Field(alias="completion_time")
    """Seconds."""
    cost: float
    """US dollars."""
    emulated: bool = False
    breakdown: Breakdown | None = None
    tokens_estimated: bool | None = Field(default=None, alias="tokens_estimated")
    """False if a language model's provider counted them (the emulator's addition)."""
    model: ModelUsage | None = None
    """The use of the user's own language model; missing where none was asked (the emulator's addition)."""


class Dimensions(Response):
    """The size of the live view in px."""

    width: int
    height: int


class Streaming(Response):
    """The addresses of the live view. Whoever has them can watch and drive the session: no repr shows them."""

    web_rtc_url: str | None = Field(alias="webRTCURL", repr=False)
    web_view_url: str | None = Field(alias="webViewURL", repr=False)
    dimensions: Dimensions


class SessionStarted(Response):
    """Answer to start-session."""

    left_out: ClassVar[frozenset[str]] = frozenset({"taskId"})

    success: Literal[True] = True
    session_id: str
    socket_url: str = Field(alias="socketURL")
    streaming: Streaming
    initial_prompt: str
    expires_in: int
    balance: float
    message: str = "Connect to instance using sessionId in auth"
    task_id: str | None = None


class SessionState(Response):
    """Answer to session-status."""

    left_out: ClassVar[frozenset[str]] = frozenset({"note"})

    success: Literal[True] = True
    session_id: str
    status: SessionStatus
    phase: SessionPhase | None = None
    current_task_id: str | None = None
    queued_task_ids: list[str] = Field(default_factory=list)
    created_at: int
    last_activity_at: int
    expires_at: int | None = None
    inactivity_timeout: int
    reason: EndReason | None = None
    environment_id: str | None = None
    policy_id: str | None = None
    proxy: dict[str, Any] | None = None
    reach_out_mode: str | None = None
    note: str | None = None
    """A remark, such as that another session uses its environment, too (the emulator's addition)."""
    usage: Usage
    streaming: Streaming | None = None
    now: int | None = None
    clock_running: bool | None = None


class SessionList(Response):
    """Answer to `GET /start/sessions`."""

    success: Literal[True] = True
    sessions: list[SessionState]


class ProxyTested(Response):
    """Answer to `/_emulator/proxies/test`: ours."""

    success: Literal[True] = True
    proxy: dict[str, Any]
    works: bool
    exit_address: str | None = None
    latency_ms: float | None = None
    seen_by: str
    error: str | None = None


class File(Response):
    """A file that a task made."""

    source: str
    download_url: str
    filename: str
    timestamp: int


class NetworkUrl(Response):
    """One request of the browser."""

    url: str
    timestamp: int


class NetworkLog(Response):
    """The requests of one task."""

    id: str
    task_id: str
    urls: list[NetworkUrl]


class Truncated(Response):
    """The part of an answer within `maxOutputTokens`: rows of a structured one, characters of a text (emulator)."""

    returned: int
    of: int


class TaskData(Response):
    """The answer of a task."""

    left_out: ClassVar[frozenset[str]] = frozenset({"truncated", "records"})

    message: str
    truncated: Truncated | None = None
    records: list[dict[str, Any]] | None = None
    """The records that a text answer was written from, as in a structured answer (the emulator's addition)."""
    files: list[File] = Field(default_factory=list)
    network: list[NetworkLog] = Field(default_factory=list)


class GuardrailData(Response):
    """The question of a guardrail."""

    left_out: ClassVar[frozenset[str]] = frozenset({"kind"})

    type: Literal["human_input_needed"] = "human_input_needed"
    value: str
    kind: str | None = None
    candidates: list[str] = Field(default_factory=list)


class TaskPending(Response):
    """A task that is queued or running."""

    success: Literal[True] = True
    session_id: str
    task_id: str
    status: Literal[TaskStatus.QUEUED, TaskStatus.RUNNING, TaskStatus.PAUSED]
    pending: Literal[True] = True
    usage: Usage


class TaskStillPending(Response):
    """A task that has not ended within the window for which run-task and newTask wait."""

    success: Literal[True] = True
    session_id: str
    task_id: str
    status: Literal["pending"] = "pending"
    pending: Literal[True] = True
    poll_url: str
    message: str = "Task still running. Poll GET /task/:sessionId/:taskId for result."


class TaskGuardrail(Response):
    """A task that waits for a person."""

    success: Literal[True] = True
    session_id: str
    task_id: str
    type: Literal["guardrail_trigger"] = "guardrail_trigger"
    status: Literal["guardrail_trigger"] = "guardrail_trigger"
    pending: Literal[True] = True
    data: GuardrailData
    usage: Usage


class GuardrailAnswer(TaskGuardrail):
    """The same as an answer of run-task and newTask: with the question as `message`."""

    poll_url: str
    message: str


class InlineResult(Response):
    """The result once more, for older clients."""

    type: Literal["task_completed"] = "task_completed"
    data: TaskData
    usage: Usage


class TaskCompleted(Response):
    """A task that succeeded."""

    left_out: ClassVar[frozenset[str]] = frozenset({"result"})

    success: Literal[True] = True
    session_id: str
    task_id: str
    type: Literal["task_completed"] = "task_completed"
    status: Literal[TaskStatus.COMPLETE] = TaskStatus.COMPLETE
    pending: Literal[False] = False
    data: TaskData
    usage: Usage
    completed_at: WireTime
    result: InlineResult | None = None


class CompletedAnswer(TaskCompleted):
    """The same as an answer of run-task and newTask."""

    poll_url: str


class TaskFailed(Response):
    """A task that failed."""

    left_out: ClassVar[frozenset[str]] = frozenset({"details"})

    success: Literal[False] = False
    session_id: str
    task_id: str
    type: Literal["failed"] = "failed"
    status: Literal[TaskStatus.FAILED] = TaskStatus.FAILED
    pending: Literal[False] = False
    error: str
    message: str
    code: str
    details: dict[str, Any] | None = None
    usage: Usage


class FailedAnswer(TaskFailed):
    """The same as an answer of run-task and newTask."""

    poll_url: str


TaskAnswer = CompletedAnswer | GuardrailAnswer | FailedAnswer | TaskStillPending
"""The answers of run-task and newTask, each with the URL to poll."""
TaskBody = TaskPending | TaskGuardrail | TaskCompleted | TaskFailed
"""The answers of polling."""


class Acknowledged(Response):
    """Answer to a state, interaction or guardrail message."""

    success: Literal[True] = True
    message: str = "Message sent successfully"


class Health(Response):
    """`GET /start/health`."""

    success: Literal[True] = True
    status: Literal["healthy"] = "healthy"
    instances_available: bool
    """Whether a session can be opened: a browser is installed."""
    instance_count: int
    """The number of open sessions."""
    timestamp: WireTime


class Model(Response):
    """A model of the service, as OpenAI's API describes models."""

    id: str
    object: Literal["model"] = "model"
    created: int
    """Unix seconds."""
    owned_by: str = Field(alias="owned_by")


class ModelList(Response):
    """`GET /v1/models` (section 11)."""

    object: Literal["list"] = "list"
    data: list[Model]


class SessionSockets(Response):
    """The number of sockets that listen to one session."""

    session_id: str
    sockets: int


class ActiveSockets(Response):
    """`GET /start/active-sockets`: the caller's sessions with listeners. The contract names no fields."""

    success: Literal[True] = True
    active_sockets: int
    sessions: list[SessionSockets]


class AccountUsage(Response):
    """`GET /account/usage`."""

    success: Literal[True] = True
    balance: float | None
    current_period_spend: float
    spending_limit: float | None
    remaining: float | None
