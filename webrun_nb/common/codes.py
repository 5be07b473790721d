"""The closed vocabularies that both halves of the package share: error codes, and the states of sessions and tasks.

Every member is a string, the one used on the wire. Code that decides by a state matches all of its members and
ends in `assert_never`, so that a type checker finds each place that a new member concerns.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never


class _Word(StrEnum):
    """A member of a closed vocabulary. In a notebook it is displayed as the plain string that it is."""

    def __repr__(self) -> str:
        return repr(self.value)


class ErrorCode(_Word):
    """The code in the body of an HTTP error: a request was refused (wire contract, section 2).

    The one place where such codes are listed: the server's HTTP statuses, its OpenAPI description and the client's
    errors are derived from it.
    """

    http_status: int
    """The HTTP status that it is sent with.

    Two exceptions: `SESSION_NOT_FOUND` and `SESSION_EXPIRED` are a 401 on send-message.
    """

    def __new__(cls, code: str, http_status: int) -> ErrorCode:
        """Make a member from its text and its HTTP status."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.http_status = http_status
        return member

    INVALID_PARAMETER = ("INVALID_PARAMETER", 400)
    MISSING_REQUIRED_FIELD = ("MISSING_REQUIRED_FIELD", 400)
    INVALID_TASK_DETAILS = ("INVALID_TASK_DETAILS", 400)
    UNAUTHORIZED = ("UNAUTHORIZED", 401)
    INVALID_API_KEY = ("INVALID_API_KEY", 401)
    API_KEY_EXPIRED = ("API_KEY_EXPIRED", 401)
    INSUFFICIENT_BALANCE = ("INSUFFICIENT_BALANCE", 402)
    SPENDING_LIMIT_REACHED = ("SPENDING_LIMIT_REACHED", 402)
    ACCOUNT_DEACTIVATED = ("ACCOUNT_DEACTIVATED", 403)
    NOT_FOUND = ("NOT_FOUND", 404)
    SESSION_NOT_FOUND = ("SESSION_NOT_FOUND", 404)
    SESSION_EXPIRED = ("SESSION_EXPIRED", 404)
    TASK_NOT_FOUND = ("TASK_NOT_FOUND", 404)
    ENVIRONMENT_NOT_FOUND = ("ENVIRONMENT_NOT_FOUND", 404)
    FILE_NOT_FOUND = ("FILE_NOT_FOUND", 404)
    POLICY_NOT_FOUND = ("POLICY_NOT_FOUND", 404)
    METHOD_NOT_ALLOWED = ("METHOD_NOT_ALLOWED", 405)
    INVALID_STATE = ("INVALID_STATE", 409)
    RATE_LIMIT_EXCEEDED = ("RATE_LIMIT_EXCEEDED", 429)
    SESSION_LIMIT_REACHED = ("SESSION_LIMIT_REACHED", 429)
    INTERNAL_ERROR = ("INTERNAL_ERROR", 500)
    INSTANCE_UNAVAILABLE = ("INSTANCE_UNAVAILABLE", 503)


class TaskFailureCode(_Word):
    """The code in the result of a failed task; never that of an HTTP error.

    `INSTANCE_UNAVAILABLE` is an `ErrorCode`, too: a browser that can't be started while a request is answered refuses
    the request.
    """

    NAVIGATION_TIMEOUT = "NAVIGATION_TIMEOUT"
    NAVIGATION_FAILED = "NAVIGATION_FAILED"
    ELEMENT_NOT_FOUND = "ELEMENT_NOT_FOUND"
    PAGE_CRASH = "PAGE_CRASH"
    TASK_TIMEOUT = "TASK_TIMEOUT"
    INPUT_TOKEN_LIMIT = "INPUT_TOKEN_LIMIT"
    OUTPUT_SCHEMA_MISMATCH = "OUTPUT_SCHEMA_MISMATCH"
    BLOCKED_BY_POLICY = "BLOCKED_BY_POLICY"
    TASK_STOPPED = "TASK_STOPPED"
    SESSION_TERMINATED = "SESSION_TERMINATED"
    INSTANCE_LOST = "INSTANCE_LOST"
    INSTANCE_UNAVAILABLE = "INSTANCE_UNAVAILABLE"
    GUARDRAIL_TIMEOUT = "GUARDRAIL_TIMEOUT"
    AGENT_ERROR = "AGENT_ERROR"
    MODEL_SUPPORT_MISSING = "MODEL_SUPPORT_MISSING"
    """The emulator was installed without the packages that language models need."""
    MODEL_KEY_INVALID = "MODEL_KEY_INVALID"
    """The model's provider refuses the key, or needs one and was given none."""
    MODEL_NOT_FOUND = "MODEL_NOT_FOUND"
    """The provider has no such model, or not for this key."""
    MODEL_UNAVAILABLE = "MODEL_UNAVAILABLE"
    """The model's endpoint is down, busy or too slow, also when it was asked again."""
    MODEL_UNSUITABLE = "MODEL_UNSUITABLE"
    """The model answers, but not in a way that can be used: it calls no tools, or calls them wrongly throughout."""
    MODEL_REFUSED = "MODEL_REFUSED"
    """The model, or its provider's filter, refuses the task."""
    MODEL_LIMIT_REACHED = "MODEL_LIMIT_REACHED"
    """The next request would go beyond the task's steps, tokens or dollars, or beyond what the model can read."""
    MODEL_PRICE_UNKNOWN = "MODEL_PRICE_UNKNOWN"
    """A limit in dollars was set for a model whose price is unknown."""


class ModelFault(_Word):
    """The fault behind a failure by a language model, `details.fault`, where it needs a remedy of its own."""

    CONTEXT = "context"
    """The task is longer than the model can read."""
    OWN_KEY = "own_key"
    """The key for an address of the user's own is refused or missing."""
    QUOTA = "quota"
    """The quota at the provider is used up."""
    RATE_LIMIT = "rate_limit"
    """The provider takes no more requests for a while."""
    WRONG_ADDRESS = "wrong_address"
    """The address answers with a redirect or a web page."""


class ToolkitErrorCode(_Word):
    """The code of an error that the toolkit raises by itself; never on the wire."""

    ARGUMENT = "ARGUMENT"
    BUDGET_REACHED = "BUDGET_REACHED"
    CLUSTER = "CLUSTER"
    """There is no Dask cluster, or its workers can't do rows."""
    COMMAND = "COMMAND"
    CONNECTION_LOST = "CONNECTION_LOST"
    EMULATOR_GONE = "EMULATOR_GONE"
    EMULATOR_ONLY = "EMULATOR_ONLY"
    EMULATOR_START = "EMULATOR_START"
    EXPECTATION = "EXPECTATION"
    """The answer is not what the task was given as `expect`."""
    GUARDRAIL = "GUARDRAIL"
    INTERRUPTED = "INTERRUPTED"
    JOB_NOT_DONE = "JOB_NOT_DONE"
    NOTHING_FITS = "NOTHING_FITS"
    """The first rows of a map have no value of its schema."""
    NAME_IN_USE = "NAME_IN_USE"
    OTHER_PROCESS = "OTHER_PROCESS"
    POLICY_AMBIGUOUS = "POLICY_AMBIGUOUS"
    PROTOCOL = "PROTOCOL"
    REFUSED = "REFUSED"
    """A request was refused, and the server names no code."""
    ROBOTS_DISALLOWED = "ROBOTS_DISALLOWED"
    """A site's robots.txt forbids the page of a row."""
    ROW_FAILED = "ROW_FAILED"
    """A row of a map failed that was to end with its first failure."""
    RUN_IN_USE = "RUN_IN_USE"
    RUN_NOT_FOUND = "RUN_NOT_FOUND"
    RUN_NOT_STORED = "RUN_NOT_STORED"
    """The disk refuses a run's data."""
    RUN_OTHER = "RUN_OTHER"
    """A run was to be resumed with other rows, another text or another schema."""
    RUN_UNREADABLE = "RUN_UNREADABLE"
    SECRET_NOT_FOUND = "SECRET_NOT_FOUND"
    TASK_FAILED = "TASK_FAILED"
    """A task failed, and the server names no code."""
    WORKER_LOST = "WORKER_LOST"
    """A row's Dask worker was lost while the row ran."""


class SessionStatus(_Word):
    """The state of a session (section 3)."""

    PENDING = "pending"
    """Its browser is starting."""
    ACTIVE = "active"
    """Ready for tasks; its `SessionPhase` says more."""
    ORPHANED = "orphaned"
    """Its browser was lost and may come back within the grace period."""
    COMPLETED = "completed"
    """Ended by its last task, which succeeded."""
    TERMINATED = "terminated"
    """Ended by the user, by inactivity or for lack of balance."""
    FAILED = "failed"
    """Ended by an error."""

    @property
    def is_final(self) -> bool:
        """True for the states of an ended session: nothing leads out of them."""
        match self:
            case SessionStatus.PENDING | SessionStatus.ACTIVE | SessionStatus.ORPHANED:
                return False
            case SessionStatus.COMPLETED | SessionStatus.TERMINATED | SessionStatus.FAILED:
                return True
            case _:
                assert_never(self)


class SessionPhase(_Word):
    """The detail of the status `active`: what the session is doing (contract, section 3)."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    GUARDRAIL = "guardrail"
    """Its task waits for a person's answer."""
    MANUAL = "manual"
    """A person controls the browser."""
    STOPPED = "stopped"
    """Its last task was stopped, and no other is queued."""


class EndReason(_Word):
    """The reason why a session ended (section 10)."""

    COMPLETED = "completed"
    TERMINATED = "terminated"
    EXPIRED = "expired"
    """Nothing happened for as long as its inactivity timeout."""
    TERMINATE_ON_COMPLETION = "terminateOnCompletion"
    FAILED = "failed"
    BALANCE = "balance"
    INSTANCE_LOST = "instance_lost"


class TaskStatus(_Word):
    """The state of a task (section 4)."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    GUARDRAIL = "guardrail"
    """Waits for a person's answer; `guardrail_trigger` in the body of a poll."""
    COMPLETE = "complete"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """True for the states of an ended task: nothing leads out of them."""
        match self:
            case TaskStatus.QUEUED | TaskStatus.RUNNING | TaskStatus.PAUSED | TaskStatus.GUARDRAIL:
                return False
            case TaskStatus.COMPLETE | TaskStatus.FAILED:
                return True
            case _:
                assert_never(self)
