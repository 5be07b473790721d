"""Defines the errors that the toolkit raises, in one tree.

    WebRunError                  all of it; `code` is stable, the text is for people
    ├── ArgumentError            a function was given arguments that it can't be called with; a TypeError, too
    ├── RequestError             the service refused a request (4xx), or cannot take it now (5xx)
    ├── AuthenticationError      401, 403: no key, a wrong or an expired one, a deactivated account
    ├── PaymentError             402: the balance or the spending limit
    ├── LimitError               429: too many requests or sessions; `retry_after_s`
    ├── SessionGoneError         the session has ended, or there is none of that id
    ├── TaskFailedError          the task ended without an answer; `code` is one of the contract's task failures
    ├── ExpectationError         the task's answer is not what was expected (`expect=`); `result` has it
    ├── GuardrailError           a task asked a question that no one answered: it was stopped
    ├── BudgetError              what it may cost (`max_cost_usd`) is spent: work was stopped or refused; `partial`
    ├── ConnectionLostError      the server can't be reached, or closed the connection
    ├── ProtocolError            an answer that the wire contract doesn't allow
    └── EmulatorStartError       the emulator's process did not come up

    TaskInterruptedError         the notebook's stop button. A KeyboardInterrupt, and no WebRunError, so that a loop
                                 over tasks with `except WebRunError: continue` is stopped too.

Each is one line: what happened, a hint, the id. In IPython it is shown as that line, without a traceback, unless the
notebook that runs the cell wants tracebacks (`show_as`).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from webrun_nb.client.answers.tasks import FailedTask, Usage
from webrun_nb.client.snapshot import Question
from webrun_nb.common.codes import ErrorCode, ModelFault, TaskFailureCode, ToolkitErrorCode
from webrun_nb.common.labels import label_actions, rename_fields
from webrun_nb.common.language_models import OWN_KEY_VARIABLE
from webrun_nb.common.money import exact_dollars, rounded_dollars
from webrun_nb.common.text import one_line

_LONGEST_MESSAGE = 600

_HINTS: Mapping[str, str] = {
    # requests
    ErrorCode.MISSING_REQUIRED_FIELD: "nothing was done: add it and try again",
    ErrorCode.INVALID_TASK_DETAILS: "say in plain English what to do, e.g. List the rows of the first table",
    ErrorCode.UNAUTHORIZED: "give the client its key: webrun.Client(url, key=…)",
    ErrorCode.API_KEY_EXPIRED: "make a new key in the dashboard",
    ErrorCode.INSUFFICIENT_BALANCE: "top up in the dashboard, or use the emulator, which is free",
    ErrorCode.SPENDING_LIMIT_REACHED: "raise the limit in the dashboard, or use the emulator, which is free",
    ErrorCode.ACCOUNT_DEACTIVATED: "ask WebRun's support",
    ErrorCode.NOT_FOUND: "is the base URL that of a WebRun service?",
    ErrorCode.SESSION_NOT_FOUND: "start one with `webrun.start()`",
    ErrorCode.SESSION_EXPIRED: "start another with `webrun.start()`",
    ErrorCode.FILE_NOT_FOUND: "files without an environment live one hour: upload it again",
    ErrorCode.SESSION_LIMIT_REACHED: "end one with `session.terminate()`",
    ErrorCode.INSTANCE_UNAVAILABLE: "try again; `webrun-nb doctor` checks the browser of this machine",
    # task failures
    TaskFailureCode.NAVIGATION_TIMEOUT: "the page did not load in time: check the address, or try again",
    TaskFailureCode.NAVIGATION_FAILED: "check the address",
    TaskFailureCode.ELEMENT_NOT_FOUND: "use the page's exact wording",
    TaskFailureCode.PAGE_CRASH: "try again; the session is still there",
    TaskFailureCode.TASK_TIMEOUT: "give it more time with timeout_ms= (at most 300000), or ask for less",
    TaskFailureCode.INPUT_TOKEN_LIMIT: "ask for less, or in several tasks",
    TaskFailureCode.OUTPUT_SCHEMA_MISMATCH: "name columns that the page has, or ask for many records: `list[Model]`",
    TaskFailureCode.BLOCKED_BY_POLICY: "the session's rules forbid it",
    TaskFailureCode.TASK_STOPPED: "the session is still there",
    TaskFailureCode.SESSION_TERMINATED: "start another with `webrun.start()`",
    TaskFailureCode.INSTANCE_LOST: "its browser went away: start another with `webrun.start()`",
    TaskFailureCode.GUARDRAIL_TIMEOUT: "answer it within five minutes, or with `webrun.on_guardrail(fn)`",
    TaskFailureCode.AGENT_ERROR: "say it in other words, or one step at a time",
    TaskFailureCode.MODEL_SUPPORT_MISSING: "then run it again; if it is missing still, start the emulator again",
    TaskFailureCode.MODEL_KEY_INVALID: "set the provider's key in the environment that Jupyter is started in",
    TaskFailureCode.MODEL_NOT_FOUND: "check model=, `provider:name`; `webrun-nb doctor --model NAME` tries it",
    TaskFailureCode.MODEL_UNAVAILABLE: "try again; `webrun-nb doctor --model NAME` tries the model alone",
    TaskFailureCode.MODEL_UNSUITABLE: "choose a model that can call tools: `webrun-nb doctor --model NAME` says",
    TaskFailureCode.MODEL_REFUSED: "say it in other words, or choose another model",
    TaskFailureCode.MODEL_LIMIT_REACHED: "allow more with max_steps=, max_cost_usd= or max_input_tokens=",
    TaskFailureCode.MODEL_PRICE_UNKNOWN: "limit its tokens instead: max_input_tokens= and max_output_tokens=",
    # ours
    ToolkitErrorCode.GUARDRAIL: "answer in the task's text, or with `webrun.on_guardrail(fn)`",
    ToolkitErrorCode.CONNECTION_LOST: "check the network and try again",
    ToolkitErrorCode.BUDGET_REACHED: "allow more with max_cost_usd=",
    ToolkitErrorCode.EMULATOR_GONE: "start again with `webrun.start()`",
    ToolkitErrorCode.EMULATOR_START: "`webrun-nb doctor` looks for the cause",
    ToolkitErrorCode.EMULATOR_ONLY: (
        "only the emulator has it: the notebook's own, or one started with `webrun-nb emulator --control`"
    ),
    ToolkitErrorCode.EXPECTATION: "the answer is there all the same: the error's .result, and webrun.last",
    ToolkitErrorCode.POLICY_AMBIGUOUS: "a policy's id names one alone",
    ToolkitErrorCode.PROTOCOL: "is the base URL that of a WebRun service?",
    ToolkitErrorCode.REFUSED: "nothing was done; the server names no code",
    ToolkitErrorCode.TASK_FAILED: "try again, or say it in other words",
    ToolkitErrorCode.SECRET_NOT_FOUND: "set it in the environment that Jupyter is started in",
    ToolkitErrorCode.OTHER_PROCESS: "start one in this process with `webrun.start()`",
    ToolkitErrorCode.JOB_NOT_DONE: "wait until it has ended",
    ToolkitErrorCode.NOTHING_FITS: "change the text or the schema",
    ToolkitErrorCode.ROBOTS_DISALLOWED: "leave the row out, or ask the site",
    ToolkitErrorCode.ROW_FAILED: "what is done is kept",
    ToolkitErrorCode.RUN_IN_USE: "wait until it has ended, or stop it there",
    ToolkitErrorCode.RUN_NOT_FOUND: "check its id",
    ToolkitErrorCode.RUN_NOT_STORED: "free some space, and go on with the run",
    ToolkitErrorCode.RUN_OTHER: "go on with the rows and the options that it began with",
    ToolkitErrorCode.RUN_UNREADABLE: "begin a new run",
    ToolkitErrorCode.CLUSTER: "check the address of the Dask scheduler",
    ToolkitErrorCode.WORKER_LOST: "try again",
    ToolkitErrorCode.NAME_IN_USE: "end it first, choose another name, or start another session with new=True",
}
"""Advice for error codes of `common.codes`, for people who write Python; for other refused requests, see below."""
_MODEL_FAILURES = frozenset(code for code in TaskFailureCode if code.name.startswith("MODEL_"))
_MODEL_HINTS: Mapping[str, str] = {
    ModelFault.CONTEXT: "choose a model that reads more, or start from a smaller page",
    ModelFault.OWN_KEY: f"set {OWN_KEY_VARIABLE} in the environment that Jupyter is started in",
    ModelFault.QUOTA: "pay at the model's provider, or choose another model",
    ModelFault.RATE_LIMIT: "wait a while and try again, or choose another model",
    ModelFault.WRONG_ADDRESS: "check the model's address: it mostly ends in /v1",
}
"""Advice for failures by a language model whose details name the fault."""
_HINT_BY_STATUS: Mapping[int, str] = {
    400: "nothing was done: change it and try again",
    401: "check the key",
    404: "check its id",
    405: "is the base URL that of a WebRun service?",
    409: "`session.status()` shows what it is doing",
    429: "wait a minute, or use the emulator, which has no rate limit",
}
_REPLAY_HINTS: Mapping[str, str] = {
    "possible": "heal=True lets an agent go on there; without replay= the task is done and recorded anew",
    "impossible": "without replay= the task is done and recorded anew",
    "local": "model= lets a language model go on there; without replay= the task is done and recorded anew",
}
"""Advice for a replay that fails as the page has changed, by `details.healing`."""
_OF_THE_PAGE = frozenset(
    {TaskFailureCode.ELEMENT_NOT_FOUND, TaskFailureCode.AGENT_ERROR, TaskFailureCode.OUTPUT_SCHEMA_MISMATCH}
)
_STATUS_OF_CODE: Mapping[str, int] = {code.value: code.http_status for code in ErrorCode}
"""The HTTP status of each code that is known here: a newer server may send others."""


_NO_DETAILS: Mapping[str, Any] = {}


def default_hint(code: str, details: Mapping[str, Any] = _NO_DETAILS) -> str:
    """Return the advice for an error code: its own, or else that for its HTTP status; empty for an unknown code.

    Where a model's failure has a fault in its details, it is the advice for that.

    >>> default_hint("TASK_NOT_FOUND")
    'check its id'
    """
    if code in _MODEL_FAILURES and (fault := details.get("fault")) in _MODEL_HINTS:
        return _MODEL_HINTS[str(fault)]
    if code in _HINTS:
        return _HINTS[code]
    status = _STATUS_OF_CODE.get(code)
    if status is None:
        return ""
    return _HINT_BY_STATUS.get(status, "nothing was done" if status < 500 else "the server's log says more")


ARGUMENTS: Mapping[str, str] = {
    "prompt": "the task's text",
    "taskDetails": "the task's text",
    "startingPoint": "url",
    "startingUrl": "url",
    "maxDuration": "timeout_ms",
    "maxInputTokens": "max_input_tokens",
    "maxOutputTokens": "max_output_tokens",
    "avoidDomains": "avoid_domains",
    "emulator.agent": "agent",
    "emulator.model": "model",
    "emulator.modelUrl": "model_url",
    "emulator.maxSteps": "max_steps",
    "emulator.vision": "vision",
    "emulator.userAgent": "user_agent",
    "emulator.replay": "replay",
    "emulator.heal": "heal",
    "terminateOnCompletion": "end",
    "outputType": "the answer's type",
    "outputSchema": "schema",
    "environmentId": "environment_id",
    "profileId": "environment_id",
    "policyId": "policy_id",
    "sessionId": "the session's id",
    "taskId": "the task's id",
    "fileId": "the file's id",
    "newState": "the command",
    "actionType": "the command's kind",
}
"""The arguments of this package's functions, by the fields of requests that they become."""


def _always() -> bool:
    return True


_is_short: Callable[[], bool] = _always


def show_as(is_short: Callable[[], bool]) -> Callable[[], bool]:
    """Set how errors are shown, as one line or as a traceback; return the previous setting.

    Parameters
    ----------
    is_short : callable
        Tells whether an error is shown as one line; False for its traceback.
    """
    global _is_short
    before, _is_short = _is_short, is_short
    return before


class ShortTracebackMixin(BaseException):
    """The base of all errors: a code, one line of text, and the ids it is about. It never holds a secret.

    Parameters
    ----------
    message : str
        The event, in a few words.
    code : str
        A stable code: one of the contract (section 2), or the toolkit's own.
    hint : str, optional
        Advice; by default `default_hint(code)`.
    details : mapping, optional
        The service's details.
    session_id, task_id : str, optional
        The session and the task it is about.
    from_server : bool
        The service wrote the message: fields of requests in it are shown as the arguments that they come from.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        hint: str | None = None,
        details: Mapping[str, Any] | None = None,
        session_id: str | None = None,
        task_id: str | None = None,
        from_server: bool = False,
    ) -> None:
        shown = rename_fields(label_actions(message), ARGUMENTS) if from_server else message
        super().__init__(shown)
        self.message = one_line(shown)[:_LONGEST_MESSAGE]
        self.server_message = message[:_LONGEST_MESSAGE] if from_server else ""
        """The message under the names of the wire, where the service wrote it."""
        self.code = str(code)  # a member of `common.codes`, or the text that a server sent
        self.details = dict(details or {})
        self.hint = default_hint(code, self.details) if hint is None else one_line(hint)
        self.session_id = session_id
        self.task_id = task_id
        self.cost = ""
        """The cost of what failed, for people; empty where nothing is said of it."""

    @property
    def partial(self) -> str:
        """The answer so far of a task that was cut short, in the form of its answer; empty where nothing is known."""
        return str(self.details.get("partial", ""))

    def __str__(self) -> str:
        about = f"task {self.task_id}" if self.task_id else f"session {self.session_id}" if self.session_id else ""
        return " · ".join(part for part in (self.message, self.cost, self.hint, about) if part)

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows."""
        if not _is_short():
            return traceback.format_exception(self)
        kind = (
            "webrun"
            if self.code in (ToolkitErrorCode.COMMAND, ToolkitErrorCode.ARGUMENT)
            else f"{type(self).__name__} {self.code}"
        )  # the message of a mistyped command or argument is enough
        return [f"{kind}: {self}"]


class WebRunError(ShortTracebackMixin, Exception):
    """A request to the toolkit failed."""


class ArgumentError(WebRunError, TypeError):
    """A function was given arguments that it can't be called with."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, code=ToolkitErrorCode.ARGUMENT, hint=hint)


class RequestError(WebRunError):
    """The service refused the request, or can't take it now."""


class AuthenticationError(WebRunError):
    """The key is missing, wrong or expired, or the account is deactivated."""


class PaymentError(WebRunError):
    """There is no money left, or the limit on it is reached."""


class LimitError(WebRunError):
    """Too many requests or sessions."""

    def __init__(self, message: str, *, retry_after_s: float | None = None, **rest: Any) -> None:
        super().__init__(message, **rest)
        self.retry_after_s = retry_after_s
        """Seconds after which the service accepts requests again, if it says so."""


class SessionGoneError(WebRunError):
    """The session has ended, or no session has that id."""


class TaskFailedError(WebRunError):
    """The task ended without an answer; `partial` is what it had by then.

    Parameters
    ----------
    usage : Usage, optional
        The task's consumption; None where the server does not say it.
    """

    def __init__(self, message: str, *, usage: Usage | None = None, **rest: Any) -> None:
        super().__init__(message, **rest)
        self.usage = usage
        if usage is not None and usage.model is not None:
            self.cost = usage.model.shown
        elif usage is not None and self.code in _MODEL_FAILURES:
            self.cost = "the model costs nothing: it has answered nothing"

    @classmethod
    def of(cls, ended: FailedTask, **about: Any) -> TaskFailedError:
        """Return the error of a task that a server tells has failed."""
        if about.get("hint") is None and ended.code in _OF_THE_PAGE:
            about["hint"] = _REPLAY_HINTS.get(str(ended.details.get("healing")))
        return cls(ended.message, usage=ended.usage, from_server=True, code=ended.code, details=ended.details, **about)


class ExpectationError(WebRunError):
    """The task has succeeded, and its answer is not what was expected (`expect=`); `result` has the answer."""

    def __init__(self, unmet: Sequence[str], result: Any) -> None:
        super().__init__(
            f"expected {'; '.join(unmet)}",
            code=ToolkitErrorCode.EXPECTATION,
            session_id=result.session_id,
            task_id=result.task_id,
        )
        self.unmet = tuple(unmet)
        """The conditions that are not met, each with what is so instead."""
        self.result = result
        """The `TaskResult`."""


_SECRET_HINT = "name a login with secrets={host: name}, or answer with `webrun.on_guardrail(fn)`"


class GuardrailError(WebRunError):
    """A task asked a question that no one answered, and was stopped."""

    def __init__(self, question: Question, *, session_id: str) -> None:
        choices = f" ({' | '.join(question.candidates)})" if question.candidates else ""
        super().__init__(
            f"the task asks: {question.text}{choices}",
            code=ToolkitErrorCode.GUARDRAIL,
            hint=_SECRET_HINT if question.kind in ("credentials", "two_factor") else None,
            details={"kind": question.kind, "candidates": list(question.candidates)},
            session_id=session_id,
            task_id=question.task_id,
        )
        self.question = question

    @property
    def candidates(self) -> tuple[str, ...]:
        """The choices, where there are any."""
        return self.question.candidates

    @property
    def kind(self) -> str:
        """The reason for the question: `ambiguous`, `credentials`, `purchase`, … or empty."""
        return self.question.kind


_STOPPED_HINTS = {
    "task": "the session is kept; allow more with max_cost_usd=",
    "task with a session of its own": "its session has ended with it; allow more with max_cost_usd=",
    "session": "the session was ended; start one with more: max_cost_usd=",
    "notebook": "its sessions were ended; allow more with `client.limit(…)`",
    "run": "what is done is kept; go on with resume= and a larger max_cost_usd=",
}
_REFUSED_HINTS = {
    "session": "`start({name!r}, max_cost_usd={more})` begins a larger budget, max_cost_usd={more} allows one task,"
    " a session started with new=True has no budget",
    "notebook": "allow more with `client.limit(…)`",
}


class BudgetError(WebRunError):
    """The budget of a task, a session or a notebook is spent: its work was stopped, or new work was refused.

    Parameters
    ----------
    scope : str
        The owner of the budget: `task`, `session`, `notebook`, or `run` (of a map).
    limit_usd, cost_usd : Decimal
        The budget, and the cost when it was found to be spent.
    model_usd : Decimal, optional
        The cost of the user's own model, where that has spent the budget.
    emulated : bool
        True for emulated money.
    estimated : bool
        The cost is estimated, as the server does not say it.
    name : str
        The session's name, where it is a session's budget.
    partial : str
        The answer so far; may be empty.
    refused : bool
        Nothing was stopped: new work was refused.
    ends_session : bool
        The session of the task ends with it.
    """

    def __init__(
        self,
        scope: str,
        *,
        limit_usd: Decimal,
        cost_usd: Decimal,
        model_usd: Decimal | None = None,
        emulated: bool,
        estimated: bool = False,
        name: str = "",
        partial: str = "",
        refused: bool = False,
        ends_session: bool = False,
        **about: Any,
    ) -> None:
        note = "; you pay $0.00" if emulated else ", estimated" if estimated else ""
        spent = f"{'≈ ' if note else ''}{rounded_dollars(cost_usd)}{note}"
        if model_usd is not None:
            emulated, spent = False, f"model {rounded_dollars(model_usd)}, your key"
        limit = exact_dollars(limit_usd)
        doubled_limit = f"{(2 * limit_usd).normalize():f}"
        if refused:
            whose = f"session {name}" if scope == "session" else f"the {scope}"
            amount = f"{limit} emulated" if emulated else limit
            message = f"the budget of {whose} ({amount}) is spent ({spent}): nothing was started"
            hint = _REFUSED_HINTS[scope].format(name=name, more=doubled_limit)
        else:
            budget = f"{'emulated ' if emulated else ''}budget of {limit}"
            message = f"the {scope}'s {budget} is spent ({spent}): it was stopped"
            hint = _STOPPED_HINTS["task with a session of its own" if ends_session else scope]
        super().__init__(
            message,
            code=ToolkitErrorCode.BUDGET_REACHED,
            hint=hint,
            details={"limit": str(limit_usd), "cost": str(cost_usd), "emulated": emulated, "partial": partial},
            **about,
        )
        self.scope = scope
        self.name = name
        self.limit_usd = limit_usd
        self.cost_usd = cost_usd
        self.model_usd = model_usd
        self.emulated = emulated
        self.estimated = estimated
        self.refused = refused
        self.doubled_limit = doubled_limit
        """Twice the limit in US dollars: the amount that hints propose."""

    def about(self, task_id: str | None, partial: str) -> BudgetError:
        """Return the same for one of the tasks that ended with it."""
        return BudgetError(
            self.scope,
            limit_usd=self.limit_usd,
            cost_usd=self.cost_usd,
            model_usd=self.model_usd,
            emulated=self.emulated,
            estimated=self.estimated,
            name=self.name,
            partial=partial,
            session_id=self.session_id,
            task_id=task_id,
        )


class ConnectionLostError(WebRunError):
    """The server can't be reached, or closed the connection."""

    def __init__(self, message: str, *, code: str = ToolkitErrorCode.CONNECTION_LOST, **rest: Any) -> None:
        super().__init__(message, code=code, **rest)


class ProtocolError(WebRunError):
    """The server's answer violates the wire contract."""

    def __init__(self, message: str, **rest: Any) -> None:
        super().__init__(message, code=ToolkitErrorCode.PROTOCOL, **rest)


class EmulatorStartError(WebRunError):
    """The emulator's process did not come up."""

    def __init__(self, message: str, **rest: Any) -> None:
        super().__init__(message, code=ToolkitErrorCode.EMULATOR_START, **rest)


class UnsureOptionWarning(UserWarning):
    """An option that a task was given may have no effect on this server."""


class NoReportWarning(UserWarning):
    """The server keeps no report of its tasks: it is not known what their answers rest on."""


class TaskInterruptedError(ShortTracebackMixin, KeyboardInterrupt):
    """The blocking call was interrupted, and its task stopped on the server."""

    def __init__(self, message: str, **rest: Any) -> None:
        super().__init__(message, code=ToolkitErrorCode.INTERRUPTED, **rest)


_GONE = frozenset({ErrorCode.SESSION_NOT_FOUND, ErrorCode.SESSION_EXPIRED})
_BY_STATUS: Mapping[int, type[WebRunError]] = {401: AuthenticationError, 402: PaymentError, 403: AuthenticationError}


def refusal(
    status: int,
    code: str,
    message: str,
    *,
    details: Mapping[str, Any] | None = None,
    retry_after_s: float | None = None,
    session_id: str | None = None,
) -> WebRunError:
    """Return the error for an HTTP error's body (contract, section 2). The code decides, then the status."""
    about: dict[str, Any] = {"code": code, "details": details, "session_id": session_id, "from_server": True}
    if code in _GONE:
        return SessionGoneError(message, **about)
    if 429 in (status, _STATUS_OF_CODE.get(code)):
        return LimitError(message, retry_after_s=retry_after_s, **about)
    return _BY_STATUS.get(_STATUS_OF_CODE.get(code, status), RequestError)(message, **about)
