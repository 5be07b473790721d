"""Request bodies (sections 1 and 3), both vocabularies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, field_validator, model_validator
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from webrun_nb.common.hosts import HostNameError, domain_of, host_of
from webrun_nb.common.json_schema import schema_fault
from webrun_nb.common.language_models import DEFAULT_AGENT, MOST_STEPS, AgentName, ModelNameError, endpoint_of
from webrun_nb.wire.base import Request
from webrun_nb.wire.enums import OutputType, ReachOutMode
from webrun_nb.wire.errors import empty_instruction, invalid, missing
from webrun_nb.wire.limits import (
    BROWSER_BAR_PX,
    MAX_DURATION_MS,
    MAX_INSTRUCTION_CHARS,
    MAX_MODEL_CHARS,
    MAX_MODEL_COST_USD,
    MAX_SECRET_CHARS,
    MAX_SECRETS,
    MAX_STATUSES,
    MAX_TOKENS,
    MAX_URL_CHARS,
    MAX_USER_AGENT_CHARS,
    MIN_DURATION_MS,
    MIN_MODEL_KEY_CHARS,
    VIEW_HEIGHT_PX,
    VIEW_WIDTH_PX,
)
from webrun_nb.wire.proxies import ProxyFields
from webrun_nb.wire.vocabulary import OLDER_NAMES, TASK, renamed

T = TypeVar("T")

_OF_THE_SESSION = ("policyId", "environmentId", "profileId", "proxy")
"""Fields of a session, which a task refuses: ignored, the task would run without the rules that were asked for."""


def read_fields(fields: object) -> dict[str, Any]:
    """Return the fields of an object under their newer names, without nulls (`vocabulary.renamed`)."""
    if isinstance(fields, bytes):
        message = "the body is not read as JSON: send it with the header Content-Type: application/json"
        raise invalid(message, parameter="body")
    if not isinstance(fields, Mapping):
        raise invalid("body: expected a JSON object", fields, parameter="body")
    return renamed(fields)


def _nested_task(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    nested = body.get(name)
    if nested is None:
        return {}
    if not isinstance(nested, Mapping):
        raise invalid("{parameter} must be an object with the task's fields", nested, within=[name])
    for misplaced in _OF_THE_SESSION:
        if nested.get(misplaced) is not None:
            top_level = OLDER_NAMES.get(misplaced, misplaced)
            message = (
                f"{misplaced} does not belong inside {name}: move it to the top level of the request, as {top_level}"
            )
            raise invalid(message, within=[name, misplaced])
    return renamed(nested)


def _unified_task(body: Mapping[str, Any], *, flat_first: bool) -> dict[str, Any]:
    """Return the fields of the task in a request's body, where they are flat, in `task` or in `initialTask`."""
    flat = renamed({name: value for name, value in body.items() if name not in _HOLDERS})
    nested: dict[str, Any] = {}
    for name in reversed(_HOLDERS):
        nested |= _nested_task(body, name)
    return nested | flat if flat_first else flat | nested


_HOLDERS = (TASK, "initialTask")
"""The objects that a task's fields may be in; the first is used where both have a field."""


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        readable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        readable = False
    if not readable or any(ord(c) <= 32 for c in url):
        raise invalid("{parameter} must be an http(s) URL", url[:200])
    if host_of(url) is None:
        name = f"{parts.hostname!r:.80}"
        raise invalid(f"{{parameter}}: {name} is not a host name: write it as in a browser's address bar", url[:200])
    return url


WebUrl = Annotated[str, AfterValidator(_checked_url)]
"""An http(s) URL."""


class WebhookFields(Request):
    """The address that is called at a task's end (section 9)."""

    name: str = ""
    url: Annotated[WebUrl, Field(max_length=MAX_URL_CHARS)]
    auth: str | None = None
    submitted_data: Literal["ai_response", "full_response", "just_ping"] = "full_response"

    @model_validator(mode="before")
    @classmethod
    def _both_vocabularies(cls, fields: object) -> object:
        return renamed(fields) if isinstance(fields, Mapping) else fields

    @field_validator("auth")
    @classmethod
    def _fits_a_header(cls, auth: str | None) -> str | None:
        if auth is not None and not (auth.isascii() and auth.isprintable()):
            raise invalid("{parameter} is sent as a header: printable ASCII only")
        return auth


HttpStatus = Annotated[int, Field(ge=100, le=599)]

SecretName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
SecretValue = Annotated[str, Field(min_length=1, max_length=MAX_SECRET_CHARS)]


class SecretFields(Request):
    """Fields for hosts that match (section 6)."""

    match: Annotated[str, Field(min_length=1, max_length=255)]
    fields: Annotated[dict[SecretName, SecretValue], Field(min_length=1, max_length=MAX_SECRETS, repr=False)]


CASSETTE_NAME = r"^[A-Za-z0-9_.-]{1,64}$"
"""The form of a cassette's name."""


def _checked_user_agent(text: str) -> str:
    fits = text.isascii() and text.isprintable() and text.strip() == text and 0 < len(text) <= MAX_USER_AGENT_CHARS
    if not fits:
        raise invalid(
            f"{{parameter}} is one line of 1 to {MAX_USER_AGENT_CHARS} printable ASCII characters, without spaces at "
            "its ends"
        )
    return text


UserAgent = Annotated[str, AfterValidator(_checked_user_agent)]
"""The value of the header `User-Agent`."""


class ModelFields(Request):
    """A language model: its name, and its address where that is not its provider's."""

    model: Annotated[str, Field(max_length=MAX_MODEL_CHARS)]
    """`provider:name`."""
    model_url: Annotated[WebUrl, Field(max_length=MAX_URL_CHARS)] | None = None
    """An endpoint that speaks OpenAI's chat completions."""

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        return _checked_model(self, self.model, self.model_url)


def _checked_model(fields: T, model: str, url: str | None) -> T:
    try:
        endpoint_of(model, url)
    except ModelNameError as error:
        raise invalid(f"{{parameter}}: {error}", within=["model"]) from None
    return fields


ModelKey = Annotated[str, Field(min_length=MIN_MODEL_KEY_CHARS, max_length=MAX_SECRET_CHARS)]
"""The key of a model's provider."""


class PutModelKey(ModelFields):
    """`PUT /_emulator/sessions/:id/model-key`: the key for a model of a session's tasks."""

    key: ModelKey = Field(repr=False)


class EmulatorFields(Request):
    """The fields of a task for the emulator alone (section 12); any other key is refused."""

    expect_status: Annotated[list[HttpStatus], Field(min_length=1, max_length=MAX_STATUSES)] = Field(
        default_factory=list
    )
    """HTTP statuses that are no error; at least one page of the task has to answer with one of them."""
    user_agent: UserAgent | None = None
    """The User-Agent of the browser during the task; None: its own."""
    agent: AgentName | None = None
    """The agent that does the task; None: `llm` where a model is named, else `local`."""
    model: Annotated[str, Field(max_length=MAX_MODEL_CHARS)] | None = None
    """The language model, `provider:name`, for the agents `llm` and `auto`."""
    model_url: Annotated[WebUrl, Field(max_length=MAX_URL_CHARS)] | None = None
    """The model's address, where that is not its provider's: an endpoint that speaks OpenAI's chat completions."""
    model_key: ModelKey | None = Field(default=None, repr=False)
    """The key for the model, write-only: it is kept as `PUT /_emulator/sessions/:id/model-key` keeps it."""
    max_steps: Annotated[int, Field(ge=1, le=MOST_STEPS)] | None = None
    """The largest number of requests to the model."""
    max_model_cost: Annotated[float, Field(gt=0, le=MAX_MODEL_COST_USD)] | None = None
    """The most that the requests to the model may cost, in US dollars."""
    vision: bool = False
    """True if the model is shown pictures of the pages."""
    replay: Annotated[str, Field(min_length=1, max_length=64)] | dict[str, Any] | None = None
    """The recording whose steps are taken instead of an agent's: the id of an earlier task, or its JSON."""
    heal: bool = False
    """An agent goes on where a step of the recording can't be taken any more."""

    record: Annotated[str, Field(pattern=CASSETTE_NAME)] | None = None
    """The cassette that the traffic of its pages is kept in; or played from, where it was put there whole."""

    @property
    def chosen_agent(self) -> AgentName:
        """The agent that does the task."""
        return self.agent or (DEFAULT_AGENT if self.model is None else "llm")

    @model_validator(mode="after")
    def _has_a_model_where_it_is_used(self) -> Self:
        if self.model is not None and self.chosen_agent != "local":
            return _checked_model(self, self.model, self.model_url)
        if self.model is None and self.chosen_agent != "local":
            raise missing(f"the agent {self.agent} needs {{parameter}}: provider:name", within=["model"])
        for name in _OF_A_MODEL:
            if getattr(self, name):
                raise invalid("{parameter} is for the agents llm and auto", within=[to_camel(name)])
        return self

    @model_validator(mode="after")
    def _heals_a_replay(self) -> Self:
        if self.heal and self.replay is None:
            raise invalid("{parameter} needs emulator.replay, the recording that it mends", within=["heal"])
        if self.replay is not None and not self.heal:
            for name in ("agent", "model"):
                if getattr(self, name) is not None:
                    raise invalid("{parameter} needs emulator.heal: a replay alone has no agent", within=[name])
        return self

    @model_validator(mode="before")
    @classmethod
    def _known_alone(cls, fields: object) -> object:
        names = [to_camel(name) for name in cls.model_fields]
        unknown = sorted(set(fields) - set(names)) if isinstance(fields, Mapping) else []
        if unknown:
            message = f"emulator has no field {unknown[0][:40]}; it has {', '.join(names)}"
            raise invalid(message, within=[unknown[0][:40]])
        return fields


_OF_A_MODEL = ("model", "model_url", "model_key", "max_steps", "max_model_cost", "vision")
"""The fields that only a language model has a use for."""


class TaskFields(Request):
    """A task as start-session, run-task and newTask describe it."""

    prompt: Annotated[str, Field(max_length=MAX_INSTRUCTION_CHARS)] = ""
    starting_url: Annotated[WebUrl, Field(max_length=MAX_URL_CHARS)] | None = None
    max_duration: Annotated[float, Field(ge=MIN_DURATION_MS, le=MAX_DURATION_MS)] = MAX_DURATION_MS
    max_input_tokens: Annotated[float, Field(ge=0)] | None = None
    """Without one an estimate of tokens limits nothing (section 3)."""
    max_output_tokens: Annotated[float, Field(ge=0)] | None = None
    """As `max_input_tokens`."""
    avoid_domains: list[str] = Field(default_factory=list)
    terminate_on_completion: bool = False
    output_type: OutputType = "text"
    output_schema: dict[str, Any] | list[str] | None = None
    secrets: list[SecretFields] = Field(default_factory=list, max_length=MAX_SECRETS, repr=False)
    files: list[str] = Field(default_factory=list)
    webhook: WebhookFields | None = None
    emulator: EmulatorFields = Field(default_factory=EmulatorFields)

    @field_validator("avoid_domains")
    @classmethod
    def _hosts(cls, domains: list[str]) -> list[str]:
        for number, domain in enumerate(domains):
            try:
                domain_of(domain)
            except HostNameError as error:
                raise invalid(f"{{parameter}}: {error}", domain[:200], within=[number]) from None
        return domains

    @field_validator("max_input_tokens")
    @classmethod
    def _clamped(cls, tokens: float | None) -> float | None:
        return None if tokens is None else min(tokens, MAX_TOKENS)

    @model_validator(mode="after")
    def _schema_fits_type(self) -> Self:
        schema = self.output_schema
        if self.output_type == "text":
            return self
        if schema is None:
            raise missing(within=["outputSchema"])
        if isinstance(schema, list):
            if self.output_type != "structured_csv":
                message = "structured_json needs a JSON Schema; a list of columns is for structured_csv"
                raise invalid(message, within=["outputSchema"])
            if not schema or len(set(schema)) != len(schema) or not all(name.strip() for name in schema):
                message = "{parameter} must name at least one column, each once"
                raise invalid(message, schema, within=["outputSchema"])
            return self
        fault = schema_fault(schema)
        if fault is not None:
            raise invalid(f"{{parameter}} is not a JSON Schema: {fault}", within=["outputSchema"])
        if self.output_type == "structured_csv" and not _names_columns(schema):
            raise invalid("{parameter} must name at least one column (properties)", within=["outputSchema"])
        return self


def _names_columns(schema: Mapping[str, Any]) -> bool:
    """Return whether a JSON Schema has properties, its own or those of what it is made of."""
    parts: list[object] = [schema]
    while parts:
        part = parts.pop()
        if isinstance(part, Mapping):
            if isinstance(part.get("properties"), Mapping) and part["properties"]:
                return True
            parts.extend(part.values())
        elif isinstance(part, list):
            parts.extend(part)
    return False


class SessionFields(Request):
    """The fields of a session, on start-session and run-task alike."""

    environment_id: str | None = None
    policy_id: str | None = None
    proxy: ProxyFields | None = None
    mode: Literal["default"] = "default"
    reach_out_mode: ReachOutMode = "guardrail_only"

    @field_validator("reach_out_mode", mode="before")
    @classmethod
    def _is_a_mode(cls, mode: object) -> object:
        if mode not in get_args(ReachOutMode):
            raise invalid(f"{{parameter}} must be one of: {', '.join(get_args(ReachOutMode))}", mode)
        return mode


class StartSession(SessionFields):
    """`POST /start/start-session`."""

    task: TaskFields = Field(default_factory=TaskFields)

    @model_validator(mode="before")
    @classmethod
    def _both_vocabularies(cls, body: object) -> dict[str, Any]:
        fields = read_fields(body)
        assert isinstance(body, Mapping)
        return {**fields, TASK: _unified_task(body, flat_first=False)}


class RunTask(SessionFields):
    """`POST /start/run-task`."""

    task: TaskFields

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /) -> JsonSchemaValue:
        """Describe the task's fields where requests have them: flat."""
        return _with_flat_task(handler.resolve_ref_schema(handler(schema)), handler)

    @model_validator(mode="before")
    @classmethod
    def _both_vocabularies(cls, body: object) -> dict[str, Any]:
        fields = read_fields(body)
        assert isinstance(body, Mapping)
        _refuse_session_id(body)
        return {**fields, TASK: _instructed(body)}


def _refuse_session_id(body: Mapping[str, Any]) -> None:
    """Refuse the id of a session in run-task: ignored, the request would open another session, which is billed."""
    for path, holder in [([], body), *(([name], body[name]) for name in _HOLDERS if name in body)]:
        if isinstance(holder, Mapping) and holder.get("sessionId") is not None:
            message = (
                "{parameter}: run-task opens a session of its own; a task for an open session is a message: "
                'POST /start/send-message {sessionId, message: {actionType: "newTask", …}}'
            )
            raise invalid(message, within=[*path, "sessionId"])


def _instructed(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a task that must say what to do."""
    task = _unified_task(body, flat_first=True)
    instruction = task.get("prompt", "")
    emulator = task.get("emulator")
    replays = isinstance(emulator, Mapping) and emulator.get("replay") is not None  # the recording has its text
    if isinstance(instruction, str) and not instruction.strip() and not replays:
        raise empty_instruction()
    return task


def _with_flat_task(schema: JsonSchemaValue, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
    """Move the properties of the property `task`, which must say what to do, up into `schema`."""
    task = handler.resolve_ref_schema(schema["properties"].pop("task"))["properties"]
    prompt = {name: value for name, value in task["prompt"].items() if name != "default"}
    schema["properties"] |= {**task, "prompt": {**prompt, "minLength": 1}}
    schema["required"] = [*(name for name in schema["required"] if name != "task"), "prompt"]
    return schema


# --- send-message -----------------------------------------------------------------------------------------------------


class NewTask(Request):
    """`actionType: newTask`."""

    action_type: Literal["newTask"]
    new_state: Literal["start"] = "start"
    task: TaskFields

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /) -> JsonSchemaValue:
        """Describe the task's fields where requests have them: flat."""
        return _with_flat_task(handler.resolve_ref_schema(handler(schema)), handler)

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, message: object) -> dict[str, Any]:
        fields = read_fields(message)
        assert isinstance(message, Mapping)
        for misplaced in _OF_THE_SESSION:
            if message.get(misplaced) is not None:
                why = f"{misplaced} belongs to the session: give it to start-session, not to a task"
                raise invalid(why, within=[misplaced])
        return {**fields, TASK: _instructed(message)}


class ChangeState(Request):
    """`actionType: state`."""

    action_type: Literal["state"]
    new_state: Literal["pause", "resume", "stop", "terminate", "manual"]
    task_id: str | None = None


def is_termination(message: object) -> bool:
    """Return whether a message is to end its session."""
    return isinstance(message, ChangeState) and message.new_state == "terminate"


class AnswerGuardrail(Request):
    """`actionType: guardrail`: a person's answer."""

    action_type: Literal["guardrail"]
    new_state: Literal["resume", "stop"] = "resume"
    prompt: Annotated[str, Field(max_length=MAX_INSTRUCTION_CHARS, repr=False)] = ""
    """The answer, which may be a password."""

    @model_validator(mode="before")
    @classmethod
    def _both_vocabularies(cls, message: object) -> dict[str, Any]:
        return read_fields(message)


ViewX = Annotated[float, Field(ge=0, le=VIEW_WIDTH_PX)]
ViewY = Annotated[float, Field(ge=BROWSER_BAR_PX, le=BROWSER_BAR_PX + VIEW_HEIGHT_PX)]


class TakeOverControl(Request):
    """The task pauses, a person drives."""

    type: Literal["takeOverControl"]


class ReleaseControl(Request):
    """The task continues."""

    type: Literal["releaseControl"]


class ClickAt(Request):
    """Click, or double-click, at a point of the view."""

    type: Literal["CLICK", "DOUBLE_CLICK"]
    x: ViewX
    y: ViewY
    count: Literal[1, 2] = 1
    """With `CLICK`: 2 for the second of a double-click whose first was sent when it was made (the emulator's own)."""


class TypeText(Request):
    """Type text into the focused element."""

    type: Literal["TYPE"]
    text: Annotated[str, Field(max_length=10_000)]
    human_like: bool = False


class PressKey(Request):
    """Press a key, such as Enter or Control+A."""

    type: Literal["KEY_PRESS"]
    key: Annotated[str, Field(min_length=1, max_length=50)]


class ScrollAt(Request):
    """Turn the wheel at a point of the view; px."""

    type: Literal["SCROLL"]
    x: ViewX = VIEW_WIDTH_PX / 2
    y: ViewY = BROWSER_BAR_PX + VIEW_HEIGHT_PX / 2
    delta_x: float = 0
    delta_y: float = 0


ByHand = ClickAt | TypeText | PressKey | ScrollAt


class Interact(Request):
    """`actionType: interaction`: what a person does in the browser."""

    action_type: Literal["interaction"]
    action: Annotated[
        TakeOverControl | ReleaseControl | ClickAt | TypeText | PressKey | ScrollAt, Field(discriminator="type")
    ]


Message = Annotated[NewTask | ChangeState | AnswerGuardrail | Interact, Field(discriminator="action_type")]


class SendMessage(Request):
    """`POST /start/send-message`."""

    session_id: str
    message: Message

    @model_validator(mode="before")
    @classmethod
    def _is_complete(cls, body: object) -> dict[str, Any]:
        fields = read_fields(body)
        for name in ("sessionId", "message"):
            if name not in fields:
                raise missing("sessionId and message are required", within=[name])
        return fields
