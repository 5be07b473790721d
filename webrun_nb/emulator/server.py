"""The emulator's process: it reads its options, serves until told to end, and closes in order."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import uvicorn

from webrun_nb import config
from webrun_nb.browsers.chromium.pool import ChromiumPool
from webrun_nb.browsers.egress.upstream import UpstreamProxy
from webrun_nb.common.language_models import KEY_VARIABLES
from webrun_nb.emulator.composition import Emulator
from webrun_nb.emulator.domain.clock import Clock, system_time
from webrun_nb.emulator.execution.agent_choice import Agents, create_local_agent, create_model_agent
from webrun_nb.emulator.execution.egress import Egress, emulator_address, proxy_table
from webrun_nb.emulator.http.app import make_app
from webrun_nb.emulator.http.listening import allowed_hosts, check_guarded, is_everywhere, listen, url
from webrun_nb.emulator.http.middleware.gateway import RequestGateway
from webrun_nb.emulator.http.middleware.header_timeout import with_header_timeout
from webrun_nb.emulator.http.routes.practice import practice_sites
from webrun_nb.emulator.http.socketio import LiveEvents
from webrun_nb.emulator.http.view_socket import LiveView
from webrun_nb.emulator.logs import set_up_logging
from webrun_nb.emulator.options import Options
from webrun_nb.emulator.services.accounts import Key, Keys, read_keys, readable_by_others
from webrun_nb.emulator.services.lifecycle import Lifecycle
from webrun_nb.emulator.services.session_registry import SecretRegistry
from webrun_nb.emulator.shutdown import ShutdownSignal, end_process_after
from webrun_nb.emulator.storage.database import Database, make_folder, start_errors
from webrun_nb.emulator.storage.write_behind import WriteBehindStore

log = logging.getLogger(__name__)

LOCAL_USER = "local"
"""The user of the key that the emulator is started with."""
_CLOSING_S = 4.0
"""Environments are saved and browsers closed within this; then the process ends, and its guardian kills the rest."""
_CONNECTIONS = 500
"""At once; half of what a process may commonly have open."""


class ProxiesError(Exception):
    """The file of managed proxies can't be used; the message is one line for people."""


def run(options: Options) -> None:
    """Serve until told to end.

    Raises
    ------
    AddressError
        The port is taken, or the host is not one of this machine's.
    StoreError
        The data folder or its database can't be used.
    KeyFileError
        The file of keys can't be used.
    ProxiesError
        The file of managed proxies can't be used.
    """
    try:
        proxies = proxy_table(config.read_proxies(options.proxies)) if options.proxies else {}
    except ValueError as error:
        raise ProxiesError(f"--proxies: {error}") from None
    os.umask(0o077)  # files are readable by their owner alone
    folder = options.data_dir or config.data_dir()
    make_folder(folder)
    session_secrets = SecretRegistry()
    with start_errors(folder):
        set_up_logging(folder, session_secrets)
    config.remove_variables(KEY_VARIABLES)  # models are given theirs by requests
    given, listed = config.take_emulator_key(), _listed_keys(options.keys or config.emulator_keys())
    check_guarded(options.host, [*([given] if given else []), *(key.text for key in listed)])
    local_key = given or (None if listed else f"wr_{secrets.token_urlsafe(24)}")
    keys = [*([Key(local_key, LOCAL_USER)] if local_key else []), *listed]
    listeners = listen(options.host, options.port)
    asyncio.run(_Server(options, listeners, folder, session_secrets, proxies, keys, local_key).serve())


def _listed_keys(path: Path | None) -> list[Key]:
    if path is None:
        return []
    keys = read_keys(path)
    if readable_by_others(path):
        log.warning("the file of keys %s can be read by other users of this machine: chmod 600 it", path)
    return keys


class _Uvicorn(uvicorn.Server):
    """Uvicorn without signal handlers of its own: ours also close the browsers."""

    def __init__(self, settings: uvicorn.Config) -> None:
        super().__init__(settings)
        self.started_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.started_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Server:
    """The emulator's process, from its first request to its last."""

    def __init__(
        self,
        options: Options,
        listeners: list[socket.socket],
        folder: Path,
        session_secrets: SecretRegistry,
        proxies: Mapping[str, UpstreamProxy],
        keys: Sequence[Key],
        local_key: str | None,
    ) -> None:
        self._options = options
        self._session_secrets = session_secrets
        self._proxies = proxies
        self._folder = folder
        self._listeners = listeners
        self._local_key = local_key
        """The key that is printed for the process that started us; those of a file are not."""
        self._keys = keys
        self._port = listeners[0].getsockname()[1]
        self._url = url(options.host, self._port, options.host_names)

    async def serve(self) -> None:
        database = await Database.open(self._folder, self._options.database or config.database_url())
        try:
            await self._serve(database)
        finally:
            await database.close()

    async def _serve(self, database: Database) -> None:
        options, clock = self._options, Clock(system_time())
        with start_errors(self._folder):
            emulator = await Emulator.build(
                options,
                url=self._url,
                port=self._port,
                clock=clock,
                database=database,
                browsers=ChromiumPool(),
                agents=Agents(create_local_agent, create_model_agent),
                egress=Egress(emulator_address(options.host, self._port), options.allowed_hosts, self._proxies),
                secrets=self._session_secrets,
            )
        live = LiveEvents(
            hub=emulator.hub,
            registry=emulator.registry,
            history=emulator.history,
            sessions=emulator.sessions,
            sockets=emulator.sockets,
            clock=clock,
        )
        server = _Uvicorn(self._uvicorn_config(self._gateway(emulator, live)))
        background = [
            asyncio.create_task(_pump(clock), name="clock"),
            asyncio.create_task(live.run(), name="live events"),
            asyncio.create_task(emulator.store.run(), name="store"),
        ]
        http = asyncio.create_task(server.serve(sockets=self._listeners), name="http")
        emulator.history.start()
        shutdown = ShutdownSignal(lifeline=options.lifeline)
        await server.started_up.wait()
        print(json.dumps({"url": self._url, "apiKey": self._local_key, "pid": os.getpid()}), flush=True)
        await shutdown.wait()
        end_process_after(_CLOSING_S)
        await _end_all_sessions(emulator.lifecycle, emulator.store)
        for task in background:
            task.cancel()
        await asyncio.wait(background)
        await emulator.store.flush()
        await emulator.registration.leave(clock.now())
        server.should_exit = True
        await asyncio.wait([http])

    def _gateway(self, emulator: Emulator, live: LiveEvents) -> RequestGateway:
        options = self._options
        keys = Keys(self._keys, emulator.clock.now)
        base_url = None if is_everywhere(options.host) else self._url
        return RequestGateway(
            api=make_app(emulator.services, base_url, with_control=options.control),
            live=live.app,
            view=LiveView(
                sessions=emulator.sessions,
                history=emulator.history,
                views=emulator.live_views,
                links=emulator.view_links,
                keys=keys,
                with_control=options.control,
            ),
            practice=practice_sites(emulator.clock.now),
            rates=emulator.rates,
            clock=emulator.clock,
            faults=emulator.faults,
            keys=keys,
            hosts=allowed_hosts(options.host, options.host_names),
            timeouts=options.timeouts,
            tasks_need_key=options.tasks_need_key,
        )

    def _uvicorn_config(self, gateway: RequestGateway) -> uvicorn.Config:
        return uvicorn.Config(
            gateway,
            log_config=None,
            access_log=False,
            http=with_header_timeout(self._options.timeouts),
            limit_concurrency=_CONNECTIONS,
            lifespan="off",
            ws="wsproto",
            server_header=False,
            timeout_graceful_shutdown=1,
        )


async def _end_all_sessions(lifecycle: Lifecycle, store: WriteBehindStore) -> None:
    """End all sessions; results are written first, as browsers can take all the time that is left."""
    lifecycle.end_sessions()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_CLOSING_S / 2):
            await store.written()
    await lifecycle.close()


async def _pump(clock: Clock) -> None:
    """Fire the clock's timers in real time."""
    changed = asyncio.Event()
    clock.on_schedule = changed.set
    while True:
        changed.clear()
        due_in_ms = clock.next_due_in_ms()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if due_in_ms is None else due_in_ms / 1000):
                await changed.wait()
        clock.fire_due()
