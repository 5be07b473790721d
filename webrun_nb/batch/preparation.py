"""Reads the options of a map that need the server, the disk or the user's secrets: once for all rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.politeness import HostLimits
from webrun_nb.batch.robots import USER_AGENT
from webrun_nb.batch.rows import RowTask
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ArgumentError
from webrun_nb.client.proxies import read_proxy
from webrun_nb.client.secrets import read_secrets
from webrun_nb.client.sessions.options import SessionOptions
from webrun_nb.client.tasks.request import (
    TaskRequest,
    build_task_request,
    check_server_options,
    read_model_key,
    read_schema,
)
from webrun_nb.client.tasks.result import Schema as AnySchema
from webrun_nb.tables import schema as schemas

MakeRequest = Callable[[RowTask], TaskRequest]
"""Makes the checked request of a row's task."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The options of a run, read and looked up, with the function that makes the requests of its rows."""

    options: MapOptions
    schema: schemas.Schema | None
    session: SessionOptions
    make_request: MakeRequest
    depends_on: Mapping[str, Any]
    """The options that the answers depend on, as plain JSON."""
    emulated: bool


async def prepare(client: Client, options: MapOptions, *, elsewhere: bool = False) -> Prepared:
    """Read the options that need the server or the user's secrets, once for all rows.

    Parameters
    ----------
    client : Client
        The client of the server.
    options : MapOptions
        The options.
    elsewhere : bool
        The rows run in other processes, which read the secrets, the proxy and the files themselves.
    """
    schema: AnySchema | None = read_schema(options.task.schema, client.frames, flat=options.task.flat)
    assert schema is None or isinstance(schema, schemas.Schema), "the notebook's client reads schemas"
    base_url = client.base_url
    await check_server_options(options.task, client.http)
    choice = options.task.agent_choice.check()
    model_key = None if elsewhere else await read_model_key(choice, client.http)
    own = replace(options, secrets=None, proxy=None, task=replace(options.task, files=())) if elsewhere else options
    if options.secrets and options.task.cache_use() is not None:
        raise ArgumentError("no answer of this map can be kept: its sessions are given logins", "leave out cache=")
    uploaded = await client.environments.aupload_files(own.task.files) if own.task.files else []
    file_ids = [file.file_id for file in uploaded]
    session = SessionOptions(
        None,
        options.environment_id,
        options.policy_id,
        await read_proxy(own.proxy),
        None,
        await read_secrets(own.secrets, base_url),
    )

    emulated, hosts = await client.http.is_emulator(), HostLimits(polite=options.polite)

    def make_request(row: RowTask) -> TaskRequest:
        agent = options.task.user_agent
        if agent is None and emulated and hosts.applies_to(row.host):  # other servers can't be told it
            agent = USER_AGENT
        task = replace(options.task, url=row.url, user_agent=agent)
        return build_task_request(
            row.text,
            task,
            base_url=base_url,
            schema=schema,
            file_ids=file_ids,
            model_key=model_key,
            max_model_usd=row.max_model_usd,
        )

    depends_on = {
        "schema": None if schema is None else schema.json_schema,
        "flat": options.task.flat,
        "task": options.task.to_wire(),
        "environment": options.environment_id,
        "policy": options.policy_id,
        "proxy": options.proxy is not None,
        "secrets": sorted(map(str, options.secrets or ())),
    }
    return Prepared(options, schema, session, make_request, depends_on, emulated)
