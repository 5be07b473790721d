"""The object API put together: the client with the notebook's schemas and frames, on this process's own emulator.

The magics and `import webrun_nb as webrun` share what is here: one current client, one `last`.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import wraps
from typing import IO, TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from webrun_nb.client._sync import blocking_and_async
from webrun_nb.client.budget import Amount, Budgets
from webrun_nb.client.client import Client
from webrun_nb.client.environments import Environments
from webrun_nb.client.errors import TaskInterruptedError, WebRunError
from webrun_nb.client.guardrails import FormShown, GuardrailHandler, checked_handler
from webrun_nb.client.local_emulator import LocalEmulator, local_emulator, running_emulator
from webrun_nb.client.policies import Policies
from webrun_nb.client.result import Schema, TaskResult
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.notebook.display.startup_notice import notice
from webrun_nb.notebook.display.task_lines import task_lines
from webrun_nb.notebook.display.terminal_prompt import prompt_here
from webrun_nb.notebook.text.labels import Cost
from webrun_nb.tables import schema as schemas

if TYPE_CHECKING:
    import pandas as pd

P = ParamSpec("P")
T = TypeVar("T")


class NotebookFrames:
    """How the notebook layer reads schemas and makes tables, for the client."""

    def read_schema(self, given: object) -> Schema:
        """Return the schema that was given, in any of the ways that `schema.from_object` knows."""
        return schemas.from_object(given)

    def make_frame(self, result: TaskResult) -> pd.DataFrame:
        """Return the answer as a table, with its provenance in `attrs["webrun"]`."""
        from webrun_nb.tables.frames import to_frame

        schema = result.schema
        assert schema is None or isinstance(schema, schemas.Schema), "read_schema made it"
        text = result.text if result.records is None else list(result.records)
        frame, _ = to_frame(text if schema is None else result.json, schema, meta=meta_of(result))
        return frame

    def read_file(self, name: str, content: IO[bytes]) -> pd.DataFrame:
        """Return a file as a table, by the kind that its name says."""
        from webrun_nb.notebook.display.downloads import read_file

        return read_file(name, content)

    def table(self, what: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Return a task's `steps` or `provenance` as a table."""
        from webrun_nb.notebook.display.tables import table

        return table(what, rows)

    def session_html(self, snapshot: SessionSnapshot) -> str:
        """Return a session's card as static HTML."""
        from webrun_nb.notebook.widgets.static_card import card_html

        return card_html(snapshot)


def meta_of(result: TaskResult) -> dict[str, Any]:
    """Return what a frame's `attrs["webrun"]` is to say of where it came from."""
    return {
        "task": result.task_id,
        "session": result.session_id,
        "url": result.url,
        "captured_at": result.captured_at,
        "cost": Cost.from_usage(result.usage.model_dump()).to_json(),
        "truncated": None if result.truncated is None else result.truncated.to_wire(),
    }


class Toolkit:
    """The current client, and what people call without one.

    By default that is a client of the emulator, which is started when first needed, and anew where it has ended.
    """

    def __init__(self) -> None:
        self._chosen: Client | None = None
        self._left: list[Client] = []
        self._local: Client | None = None
        self._handler: GuardrailHandler | None = None
        self._form_shown: FormShown | None = None
        self._max_cost_usd: Amount | None = None
        self._emulators_budgets = Budgets()
        """Of all emulators of this process, one after the other: what was spent counts after a restart."""
        self._budgets: dict[str, Budgets] = {}
        """Of other servers, by URL: what was spent counts after a new login."""

    def use(self, client: Client | None) -> None:
        """Make `client` the current one; None for the emulator again. One before it keeps watch over its sessions."""
        if client is not None:
            if not client.sessions:
                client.budgets = self._budgets.setdefault(client.base_url, client.budgets)
            self._introduce(client)
        if self._chosen is not None and self._chosen is not client:
            self._left.append(self._chosen)
        self._chosen = client

    @property
    def clients(self) -> list[Client]:
        """All that may have sessions: the current one first, the emulator's, and those that were logged out of."""
        known = (self._chosen, self._local, *self._left)
        return [client for client in known if client is not None]

    @property
    def current(self) -> Client | None:
        """The current client; None where nothing has been started yet."""
        return self._chosen or self._local

    @property
    def elsewhere(self) -> bool:
        """Whether the current client is one of another server than this process's emulator."""
        return self._chosen is not None

    @property
    def emulator(self) -> LocalEmulator | None:
        """The emulator of this process, where one was started."""
        return running_emulator()

    @property
    def last(self) -> TaskResult | None:
        """The latest result of the current client."""
        client = self.current
        return None if client is None else client.last

    def on_guardrail(self, handler: GuardrailHandler | None) -> None:
        """Have `handler` answer when a task asks a person; None for nobody.

        Parameters
        ----------
        handler : callable
            Takes a `Question`; returns text to go on with, or None to have the task stopped.
        """
        self._handler = checked_handler(handler)
        if (client := self.current) is not None:
            client.on_guardrail(handler)

    async def _client(self) -> Client:
        """Return the current client; starts the emulator where that is its server.

        Raises
        ------
        EmulatorStartError
            It did not come up.
        """
        if self._chosen is not None:
            return self._chosen
        emulator = await local_emulator()
        if self._local is None or self._local.base_url != emulator.url:
            if self._local is not None:
                await _let_go(self._local)
            self._local = Client(
                emulator.url,
                key=emulator.key,
                frames=NotebookFrames(),
                explain_loss=emulator.explain_loss,
                emulator_pid=emulator.pid,
            )
            self._local.budgets = self._emulators_budgets
            self._introduce(self._local)
        return self._local

    def limit(self, max_cost_usd: Amount | None) -> None:
        """Have all sessions ended once they have cost so much together; None for no limit.

        Emulated money and money that is paid are never added: each client's sessions are counted apart.
        """
        self._max_cost_usd = max_cost_usd
        for client in self.clients:
            client.limit(max_cost_usd)

    def on_form(self, form_shown: FormShown) -> None:
        """Have `form_shown` tell whether a front end shows the form for a question; then its task waits."""
        self._form_shown = form_shown
        if (client := self.current) is not None:
            client.form_shown = form_shown

    def _introduce(self, client: Client) -> None:
        client.on_guardrail(self._handler)
        client.form_shown = self._form_shown
        client.limit(self._max_cost_usd)
        client.task_viewer = task_lines.viewer
        client.find_prompt = prompt_here

    async def _restart_emulator(self) -> LocalEmulator:
        """End this process's emulator with all its sessions, where it runs, and start another."""
        old = running_emulator()
        if old is not None:
            await asyncio.to_thread(old.stop)
        emulator = await local_emulator()
        if self._local is not None:
            await _let_go(self._local)
            self._local = None
        return emulator

    _client_now, aclient = blocking_and_async(_client, lambda toolkit: no_client_error())
    _restart_now, arestart_emulator = blocking_and_async(_restart_emulator)

    def client(self) -> Client:
        """Return the current client; where the emulator has to be started for it, whoever looks is told so.

        Raises
        ------
        EmulatorStartError
            It did not come up.
        """
        if self._chosen is not None or ((emulator := running_emulator()) is not None and emulator.running):
            return self._client_now()
        with notice.told():
            return self._client_now()

    def restart_emulator(self) -> LocalEmulator:
        """End this process's emulator with all its sessions, where it runs, and start another."""
        with notice.told():
            return self._restart_now()


def no_client_error() -> TaskInterruptedError:
    """Return the line that says what an interrupt did before there was a session."""
    return TaskInterruptedError("interrupted: no session was started, nothing is billed", hint="")


async def _let_go(client: Client) -> None:
    """Close a client whose emulator has ended, once all its sessions say so."""
    for session in client.sessions.values():
        if not session.ended:
            with contextlib.suppress(WebRunError):
                await session.astatus()
    await client.aclose()


toolkit = Toolkit()
"""The process's one."""


def _on_current(method: Callable[Concatenate[Client, P], T]) -> Callable[P, T]:
    """Return a client's method as a function on the current client."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return method(toolkit.client(), *args, **kwargs)

    return _without_self(call)


def _on_current_async(
    method: Callable[Concatenate[Client, P], Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Return a client's awaitable method as a function on the current client."""

    @wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return await method(await toolkit.aclient(), *args, **kwargs)

    return _without_self(call)


def _without_self(call: Callable[P, T]) -> Callable[P, T]:
    """Have help() show the function as it is called."""
    whole = inspect.signature(call)
    call.__signature__ = whole.replace(parameters=list(whole.parameters.values())[1:])  # type: ignore[attr-defined]
    call.__qualname__ = call.__name__
    return call


class _CurrentEnvironments:
    """The current client's environments; it is looked for when one of its methods is."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # whoever looks at the object, such as a notebook's completion, is to start nothing
            raise AttributeError(name)
        return getattr(toolkit.client().environments, name)

    def __dir__(self) -> list[str]:
        return [name for name in dir(Environments) if not name.startswith("_")]

    def __repr__(self) -> str:
        return "<environments of the current client>"


environments = cast(Environments, _CurrentEnvironments())
"""`webrun.environments.list()`, `.create(name)`, `.find(name)`, …"""
start, astart = _on_current(Client.start), _on_current_async(Client.astart)
run_task, arun_task = _on_current(Client.run_task), _on_current_async(Client.arun_task)
submit_task, asubmit_task = _on_current(Client.submit_task), _on_current_async(Client.asubmit_task)
result, aresult = _on_current(Client.result), _on_current_async(Client.aresult)
on_guardrail = toolkit.on_guardrail


class CurrentPolicies:
    """What sessions may reach and do: the policies of the current client; see `webrun_nb.client.policies.Policies`.

    >>> webrun.policies.create("shop", template="Research Only")  # doctest: +SKIP
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(Policies, name):
            raise AttributeError(f"policies have no {name!r}")
        return getattr(toolkit.client().policies, name)

    def __dir__(self) -> list[str]:
        return [name for name in dir(Policies) if not name.startswith("_")]


policies = CurrentPolicies()
