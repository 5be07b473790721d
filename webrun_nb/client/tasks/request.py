"""Builds the request of a task from its options: checked by the contract's own model, under its wire names."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

from pydantic import ValidationError

from webrun_nb.client._sync import run_in_caller_thread
from webrun_nb.client.environments import Environments
from webrun_nb.client.errors import RequestError, UnsureOptionWarning, refusal
from webrun_nb.client.monitoring.budget import Budget, limit_usd
from webrun_nb.client.secrets import read_secrets
from webrun_nb.client.tasks.agent_choice import AgentChoice
from webrun_nb.client.tasks.expectations import Expectations
from webrun_nb.client.tasks.options import CacheUse, TaskOptions
from webrun_nb.client.tasks.result import ResultAdapter, Schema
from webrun_nb.client.transport import ApiTransport
from webrun_nb.client.urls import resolve_url
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.credentials.finding import masked
from webrun_nb.common.nullable_schema import with_nulls
from webrun_nb.common.redacted import HostSecret, RedactedStr, Secret, secrets_to_wire
from webrun_nb.wire.errors import contract_error
from webrun_nb.wire.requests import TaskFields


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """A JSON Schema that was given as it is, to a client without a `ResultAdapter`."""

    json_schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """A task that is ready to be sent."""

    instruction: str
    """As it is shown and kept here: without the secrets that the text holds."""
    url: str | None
    schema: Schema | None
    fields: Mapping[str, Any]
    """The request's fields under their wire names."""
    max_cost_usd: Decimal | None = None
    """Its budget, which this client keeps: the wire has no such field."""
    expectations: Expectations = field(default_factory=Expectations)
    """The conditions on its answer, which this client checks."""
    cache: CacheUse | None = None
    """The use that it makes of kept answers; None for none."""

    def with_cassette(self, name: str) -> TaskRequest:
        """Return the request of a task whose traffic is recorded in a cassette, or played from it."""
        emulator = {**self.fields.get("emulator", {}), "record": name}
        return replace(self, fields={**self.fields, "emulator": emulator})


async def prepare_task(
    text: str,
    options: TaskOptions,
    *,
    http: ApiTransport,
    environments: Environments,
    frames: ResultAdapter | None,
    budgets: Sequence[Budget] = (),
) -> TaskRequest:
    """Check a task and make it ready to be sent: looks its secrets up, and uploads its files.

    Parameters
    ----------
    text : str
        The instruction.
    options : TaskOptions
        The task's options.
    http : ApiTransport
        The server that it is for.
    environments : Environments
        Uploads the files.
    frames : ResultAdapter or None
        Reads the schema.
    budgets : sequence of Budget
        The budgets that it counts against beside its own: its model may cost what is left of the smallest.

    Raises
    ------
    RequestError
        The service would answer with 400; `FILE_NOT_FOUND`: there is no such file; `SECRET_NOT_FOUND`: its model needs
        a key, and there is none; `EMULATOR_ONLY`: as `check_server_options`; otherwise as `check_cacheable`.

    Warns
    -----
    UnsureOptionWarning
        The server may ignore `avoid_domains`: it is not an emulator.
    """
    check_cacheable(text, options)
    await check_server_options(options, http)
    model_key = await read_model_key(options.agent_choice.check(), http)
    secrets = await read_secrets(options.secrets, http.base_url)
    uploaded = await environments.aupload_files(options.files) if options.files else []
    return build_task_request(
        text,
        options,
        base_url=http.base_url,
        schema=read_schema(options.schema, frames, flat=options.flat),
        secrets=secrets,
        file_ids=[file.file_id for file in uploaded],
        model_key=model_key,
        max_model_usd=min((left for budget in budgets if (left := budget.model_left_usd) is not None), default=None),
    )


async def read_model_key(choice: AgentChoice, http: ApiTransport) -> Secret | None:
    """Return the key for the model of a task, from the environment of this process; None where it needs none.

    Raises
    ------
    RequestError
        `SECRET_NOT_FOUND`: there is none; `EMULATOR_ONLY`: the emulator runs on another machine, which gets no key.
    """
    key = choice.read_key()
    if key is not None and not http.is_local:
        raise RequestError(
            f"the key for {choice.model} is sent to an emulator on this machine alone, not to {http.base_url}",
            code=ToolkitErrorCode.EMULATOR_ONLY,
        )
    return key


async def check_server_options(options: TaskOptions, http: ApiTransport) -> None:
    """Check that a server has the options of a task.

    Raises
    ------
    RequestError
        `EMULATOR_ONLY`: it would ignore `expect`, `user_agent`, or an option of the agent and its model.

    Warns
    -----
    UnsureOptionWarning
        It may ignore `avoid_domains`: it is not an emulator.
    """
    ignored = {
        "a status in expect=": Expectations.read(options.expect).statuses,
        "user_agent=": options.user_agent,
        "agent=": options.agent,
        "model=": options.model,
        "model_url=": options.model_url,
        "max_steps=": options.max_steps,
        "vision=": options.vision,
        "replay=": options.replay,
    }
    given = [name for name, value in ignored.items() if value]
    if (given or options.avoid_domains) and not await http.is_emulator():
        if given:
            raise RequestError(f"{http.base_url} would ignore {given[0]}", code=ToolkitErrorCode.EMULATOR_ONLY)
        await warn(f"{http.base_url} may ignore avoid_domains: its documentation no longer names it")


def build_task_request(
    text: str,
    options: TaskOptions,
    *,
    base_url: str,
    schema: Schema | None,
    secrets: Sequence[HostSecret] = (),
    file_ids: Sequence[str] = (),
    model_key: Secret | None = None,
    max_model_usd: Decimal | None = None,
) -> TaskRequest:
    """Check a task by the contract's own model, before anything is started.

    Parameters
    ----------
    text : str
        The instruction.
    options : TaskOptions
        The task's options. The three that have to be read first come as the parameters below.
    base_url : str
        The server that it is for.
    schema : Schema or None
        The schema of the answer.
    secrets : sequence of HostSecret
        The values of the secrets.
    file_ids : sequence of str
        The ids of the files that were uploaded.
    model_key : Secret, optional
        The key for its model.
    max_model_usd : Decimal, optional
        What its model may cost at most, beside its own budget.

    Raises
    ------
    RequestError
        The service would answer with 400.
    """
    url = None if options.url is None else resolve_url(options.url, base_url)
    given: dict[str, Any] = {"prompt": text, **options.to_wire()}
    if url is not None:
        given["startingUrl"] = url
    if file_ids:
        given["files"] = list(file_ids)
    if not text.strip() and options.replay is None:
        raise refusal(400, ErrorCode.INVALID_TASK_DETAILS, "the task is empty")
    try:
        fields = TaskFields.model_validate(given)
    except ValidationError as error:
        code, message, details = contract_error(error.errors(), given)
        raise refusal(400, code, message, details=details) from None
    # the schema itself is checked by its reader and by the server: importing the checker takes a second
    # one missing value must not cost all rows: the schema itself is applied to the answer's table, row by row
    sent = None if schema is None else with_nulls(schema.json_schema)
    output = {} if sent is None else {"outputType": "structured_json", "outputSchema": sent}
    confidential: dict[str, Any] = {"secrets": secrets_to_wire(secrets)} if secrets else {}
    own_usd = limit_usd(options.max_cost_usd)
    if options.agent_choice.asks_model:
        most_usd = min((each for each in (own_usd, max_model_usd) if each is not None), default=None)
        limits = {} if most_usd is None else {"maxModelCost": float(most_usd)}
        key = {} if model_key is None else {"modelKey": RedactedStr(model_key.reveal())}
        confidential["emulator"] = {**fields.emulator.to_wire(), **limits, **key}
    expectations = Expectations.read(options.expect)
    expectations.check_columns([column.name for column in getattr(schema, "columns", ())])
    return TaskRequest(
        instruction=masked(text),
        url=url,
        schema=schema,
        fields={**fields.to_wire(), **output, **confidential},
        max_cost_usd=own_usd,
        expectations=expectations,
        cache=options.cache_use(),
    )


def check_cacheable(text: str, options: TaskOptions) -> None:
    """Check that the answer of a task may be kept, where that is asked for, as far as its options tell.

    Raises
    ------
    RequestError
        `ARGUMENT`: it may not; `INVALID_PARAMETER`: the greatest age of a kept answer can't be read.
    """
    if options.cache_use() is None:
        return
    url = options.url or ""
    if options.url is None:
        problem = "it has no URL"
    elif options.secrets or masked(text) != text or masked(url) != url or "@" in urlsplit(url).netloc:
        problem = "it is given a login"
    elif options.files:
        problem = "it is given files"
    else:
        return
    raise RequestError(
        f"no answer of this task can be kept: {problem}",
        code=ToolkitErrorCode.ARGUMENT,
        hint="leave out cache= and refresh=" + ("; or name the page to start from" if options.url is None else ""),
    )


def read_schema(given: object, frames: ResultAdapter | None, *, flat: bool = False) -> Schema | None:
    """Read the schema of an answer; without `frames` it has to be a JSON Schema.

    Raises
    ------
    TypeError
        It is not a schema. `frames` raises errors of its own.
    RequestError
        `flat` is given without a schema.
    """
    if given is None:
        if flat:
            raise RequestError("flat= is for a schema with records within its records", code=ToolkitErrorCode.ARGUMENT)
        return None
    if frames is not None:
        return frames.read_schema(given, flat=flat)
    if isinstance(given, Mapping):
        return JsonSchema(given)
    if hasattr(given, "json_schema"):
        return cast(Schema, given)
    raise TypeError("without `frames` a schema is a JSON Schema (a dict)")


async def warn(message: str) -> None:
    """Warn of an option that may have no effect, in one line, in the thread that waits for the task."""
    await run_in_caller_thread(partial(warnings.warn_explicit, message, UnsureOptionWarning, "webrun_nb", 0))
