"""The object API of the notebook: one current client per process, and functions that use it.

The magics and `import webrun_nb as webrun` share it: the same current client, the same sessions, one `webrun.last`.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, Unpack

from webrun_nb.batch.options import MapKeywords, MapOptions
from webrun_nb.client._sync import interrupts_reported_by, on_loop_thread, runtime
from webrun_nb.client.arguments import keywords_of
from webrun_nb.client.client import Client
from webrun_nb.client.environments import Environments
from webrun_nb.client.errors import TaskInterruptedError, WebRunError
from webrun_nb.client.local_emulator import LocalEmulator, local_emulator, running_emulator
from webrun_nb.client.monitoring.budget import Amount, Budgets
from webrun_nb.client.monitoring.guardrails import GuardrailHandler, checked_handler
from webrun_nb.client.policies import Policies
from webrun_nb.client.tasks.agent_choice import NO_CHOICE, AgentChoice
from webrun_nb.client.tasks.options import TaskOptions
from webrun_nb.client.tasks.result import TaskResult
from webrun_nb.notebook.display import map_progress
from webrun_nb.notebook.display.result_frames import NotebookFrames
from webrun_nb.notebook.display.startup_notice import notice
from webrun_nb.notebook.display.task_lines import task_lines
from webrun_nb.notebook.display.terminal_prompt import prompt_here
from webrun_nb.notebook.widgets.front_end import has_front_end

if TYPE_CHECKING:
    from webrun_nb.batch.run import MapRun

P = ParamSpec("P")
T = TypeVar("T")

FORM_WITHIN_S = 5.0
"""The time that a front end has to show the form of a question; after it, no answer is expected there."""


class Toolkit:
    """Holds the current client of this process, with the handlers and budgets that every client is given.

    By default it is a client of the emulator, which is started when first needed, and again after it has ended.
    """

    def __init__(self) -> None:
        self._chosen: Client | None = None
        self._left: list[Client] = []
        self._local: Client | None = None
        self._handler: GuardrailHandler | None = None
        self._max_cost_usd: Amount | None = None
        self.agent_choice = NO_CHOICE
        """The agent and the model of the tasks for which neither they nor their sessions name one."""
        self._ended_run: tuple[MapRun, TaskResult | None] | None = None
        """The map that ended last, and the latest result of its client then."""
        self._emulators_budgets = Budgets()
        """Shared by all emulators of this process, one after the other: what was spent counts after a restart."""
        self._budgets: dict[str, Budgets] = {}
        """By the URL of other servers: what was spent counts after a new login."""

    def use(self, client: Client | None) -> None:
        """Make `client` the current one; None for the emulator again. The one before keeps following its sessions."""
        if client is not None:
            if not client.sessions:
                client.budgets = self._budgets.setdefault(client.base_url, client.budgets)
            self._configure(client)
        if self._chosen is not None and self._chosen is not client:
            self._left.append(self._chosen)
        self._chosen = client

    @property
    def clients(self) -> list[Client]:
        """All clients that may have sessions: the current one, the emulator's, and those that were logged out of."""
        known = (self._chosen, self._local, *self._left)
        return [client for client in known if client is not None]

    @property
    def current(self) -> Client | None:
        """The current client; None where nothing has been started yet."""
        return self._chosen or self._local

    @property
    def elsewhere(self) -> bool:
        """True if the current client uses another server than this process's emulator."""
        return self._chosen is not None

    @property
    def emulator(self) -> LocalEmulator | None:
        """The emulator of this process, where one was started."""
        return running_emulator()

    @property
    def last(self) -> TaskResult | MapRun | None:
        """The latest result of the current client: that of a task, or a map that has ended."""
        client = self.current
        result = None if client is None else client.last
        if self._ended_run is not None:
            run, before = self._ended_run
            if run.client is client and result is before:
                return run
        return result

    def on_guardrail(self, handler: GuardrailHandler | None) -> None:
        """Set the function that answers the questions of tasks; None removes it.

        Parameters
        ----------
        handler : callable
            Takes a `Question`; returns text to go on with, or None to have the task stopped.
        """
        self._handler = checked_handler(handler)
        if (client := self.current) is not None:
            client.on_guardrail(handler)

    @on_loop_thread
    async def aclient(self) -> Client:
        """Return the current client; starts the emulator where that is its server.

        Raises
        ------
        EmulatorStartError
            The emulator did not start.
        """
        if self._chosen is not None:
            return self._chosen
        emulator = await local_emulator()
        if self._local is None or self._local.base_url != emulator.url:
            if self._local is not None:
                await _close(self._local)
            self._local = Client(
                emulator.url,
                key=emulator.key,
                frames=NotebookFrames(),
                explain_loss=emulator.explain_loss,
                emulator_pid=emulator.pid,
            )
            self._local.budgets = self._emulators_budgets
            self._configure(self._local)
        return self._local

    def limit(self, max_cost_usd: Amount | None) -> None:
        """Set what all sessions together may cost; then they are ended. None for no limit.

        Emulated money and money that is paid are never added: each client's sessions are counted apart.
        """
        self._max_cost_usd = max_cost_usd
        for client in self.clients:
            client.limit(max_cost_usd)

    def choose_agent(self, choice: AgentChoice) -> None:
        """Set the agent and the model of the tasks for which neither they nor their sessions name one."""
        self.agent_choice = choice
        for client in self.clients:
            client.agent_choice = choice

    def _configure(self, client: Client) -> None:
        """Give a client the handlers, budgets and displays of the notebook."""
        client.on_guardrail(self._handler)
        client.form_shown = _is_form_shown
        client.limit(self._max_cost_usd)
        client.agent_choice = self.agent_choice
        client.task_viewer = task_lines.viewer
        client.find_prompt = prompt_here

    @on_loop_thread
    async def arestart_emulator(self) -> LocalEmulator:
        """End this process's emulator with all its sessions, if it runs, and start another."""
        old = running_emulator()
        if old is not None:
            await asyncio.to_thread(old.stop)
        emulator = await local_emulator()
        if self._local is not None:
            await _close(self._local)
            self._local = None
        return emulator

    def client(self) -> Client:
        """Return the current client; shows a notice while the emulator is started for it.

        Raises
        ------
        EmulatorStartError
            The emulator did not start.
        """
        if self._chosen is not None or ((emulator := running_emulator()) is not None and emulator.running):
            return self._wait_for_client()
        with notice.shown():
            return self._wait_for_client()

    def _wait_for_client(self) -> Client:
        with interrupts_reported_by(no_client_error):
            return runtime.run(self.aclient())

    @on_loop_thread
    async def abegin_map(
        self,
        data: object,
        text: str | None,
        options: MapOptions,
        *,
        names: Mapping[str, object] | None = None,
        raw: bool = False,
        name: str = "",
        first: int | None = None,
    ) -> MapRun:
        """Begin a map with the current client, or go on with one, in the background; see `batch.map.abegin_map`."""
        from webrun_nb.batch.map import abegin_map

        client = await self.aclient()
        run = await abegin_map(client, data, text, options, names=names, raw=raw, name=name, first=first)

        def see() -> None:
            if run.done:
                leave()
                self._ended_run = (run, client.last)

        leave = run.subscribe(see)
        return run

    def begin_map(
        self,
        data: object,
        text: str | None,
        options: MapOptions,
        *,
        names: Mapping[str, object] | None = None,
        raw: bool = False,
        name: str = "",
        first: int | None = None,
    ) -> MapRun:
        """Begin a map with the current client, or go on with one, in the background; returns at once.

        Raises
        ------
        TaskInterruptedError
            It was interrupted before a row was started.
        WebRunError
            As `amap` does.
        """
        self.client()  # shows a notice while the emulator is started
        begun: list[MapRun] = []

        async def begin() -> None:
            begun.append(await self.abegin_map(data, text, options, names=names, raw=raw, name=name, first=first))

        try:
            runtime.run(begin())
        except KeyboardInterrupt:
            for run in begun:  # it had begun when the interrupt came
                with run.stopped_by_interrupt():
                    raise
            raise no_run_error() from None
        return begun[0]

    def restart_emulator(self) -> LocalEmulator:
        """End this process's emulator with all its sessions, if it runs, and start another."""
        with notice.shown():
            return runtime.run(self.arestart_emulator())


def _is_form_shown(session_id: str, task_id: str) -> bool:
    """Wait until a front end shows the form of a task's question; False where none does. Blocks."""
    if not has_front_end():
        return False
    from webrun_nb.notebook.display.cards import cards

    return cards.form_shown(session_id, task_id, FORM_WITHIN_S)


def no_client_error() -> TaskInterruptedError:
    """Return the error of an interrupt before there was a session."""
    return TaskInterruptedError("interrupted: no session was started, nothing is billed", hint="")


async def _close(client: Client) -> None:
    """Close a client whose emulator has ended, after its sessions have noticed."""
    for session in client.sessions.values():
        if not session.ended:
            with contextlib.suppress(WebRunError):
                await session.astatus()
    await client.aclose()


toolkit = Toolkit()
"""The toolkit of this process."""


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
    """Remove `self` from the signature, which `help()` shows."""
    whole = inspect.signature(call)
    call.__signature__ = whole.replace(parameters=list(whole.parameters.values())[1:])  # type: ignore[attr-defined]
    call.__qualname__ = call.__name__
    return call


def _forwarding(members: type[T], find: Callable[[Client], T], doc: str) -> T:
    """Return an object with the public methods of `members`, each called on what `find` returns of the current client.

    Looking at it starts nothing: the client is needed when a method is called.
    """

    def forwarded(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(self: object, *args: Any, **kwargs: Any) -> Any:
            return getattr(find(toolkit.client()), name)(*args, **kwargs)

        @wraps(method)
        async def acall(self: object, *args: Any, **kwargs: Any) -> Any:
            return await getattr(find(await toolkit.aclient()), name)(*args, **kwargs)

        return acall if inspect.iscoroutinefunction(method) else call

    methods = inspect.getmembers(members, inspect.isfunction)
    names = {name: forwarded(name, method) for name, method in methods if not name.startswith("_")}
    shown = f"<{members.__name__.lower()} of the current client>"
    own = {"__doc__": doc, "__module__": __name__, "__repr__": lambda self: shown}
    forwarding: T = type(f"Current{members.__name__}", (), {**own, **names})()
    return forwarding


start, astart = _on_current(Client.start), _on_current_async(Client.astart)
run_task, arun_task = _on_current(Client.run_task), _on_current_async(Client.arun_task)
submit_task, asubmit_task = _on_current(Client.submit_task), _on_current_async(Client.asubmit_task)
result, aresult = _on_current(Client.result), _on_current_async(Client.aresult)
extract, aextract = _on_current(Client.extract), _on_current_async(Client.aextract)
on_guardrail = toolkit.on_guardrail


@keywords_of(MapOptions, TaskOptions, without={"task", "end"})
async def amap(
    data: object = None,
    text: str | None = None,
    *,
    names: Mapping[str, object] | None = None,
    raw: bool = False,
    **options: Unpack[MapKeywords],
) -> MapRun:
    """Run one task for each row of a table, and return the run once it has ended.

    Each answer is on disk before it counts. The same call goes on with an unfinished run that is younger than a day.

    >>> talks = webrun.map(urls, "Get the title.", url="{{ row.url }}", schema="title:str").df  # doctest: +SKIP

    Parameters
    ----------
    data : DataFrame, Series, list or iterator
        The rows. A list of URLs has the column `url`. None, and no text, to go on with `resume` alone.
    text : str
        The text of each row's task, with `{{ row.column }}`.
    names : mapping, optional
        Names that the templates may mention beside `row`.
    raw : bool
        Leave `{{ }}` in the text as it is.
    **options
        See `MapOptions` and `TaskOptions`.

    Raises
    ------
    ArgumentError
        The input, a template or an option can't be used; nothing was started.
    TaskInterruptedError
        It was stopped; what is done is kept.
    WebRunError
        The run ended early: its budget is spent, the disk is full, the server is gone. What is done is kept.
    """
    run = await toolkit.abegin_map(data, text, MapOptions.of(options), names=names, raw=raw)
    with map_progress.shown(run):
        return await run


def map(
    data: object = None,
    text: str | None = None,
    *,
    names: Mapping[str, object] | None = None,
    raw: bool = False,
    **options: Unpack[MapKeywords],
) -> MapRun:
    """Run one task for each row of a table; the blocking twin of `amap`."""
    run = toolkit.begin_map(data, text, MapOptions.of(options), names=names, raw=raw)
    with run.stopped_by_interrupt(), map_progress.shown(run):
        return run.result()


def no_run_error() -> TaskInterruptedError:
    """Return the error of an interrupt before a run has begun."""
    return TaskInterruptedError("interrupted: no row was started", hint="")


map.__doc__ = amap.__doc__
map.__signature__ = inspect.signature(amap)  # type: ignore[attr-defined]
environments = _forwarding(
    Environments,
    lambda client: client.environments,
    """The environments of the current client: logins and files that outlive their sessions.

    >>> webrun.environments.create("work")  # doctest: +SKIP
    """,
)
policies = _forwarding(
    Policies,
    lambda client: client.policies,
    """The policies of the current client: what sessions may reach and do.

    >>> webrun.policies.create("shop", template="Research Only")  # doctest: +SKIP
    """,
)
