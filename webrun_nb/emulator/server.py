"""The composition root: the only place that knows the concrete parts, and the life of the emulator's process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import logging.handlers
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from webrun_nb import config
from webrun_nb.agents.local import LocalAgent
from webrun_nb.browsers.chromium.pool import ChromiumPool
from webrun_nb.browsers.egress.upstream import UpstreamProxy
from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.emulator.domain import account
from webrun_nb.emulator.domain.clock import Clock, system_time
from webrun_nb.emulator.domain.ids import IdSource
from webrun_nb.emulator.execution.egress import Egress, home, proxy_table
from webrun_nb.emulator.http.app import make_app
from webrun_nb.emulator.http.listening import check_guarded, is_everywhere, listen, names, url
from webrun_nb.emulator.http.middleware.body_limits import ClientTimeouts
from webrun_nb.emulator.http.middleware.gateway import RequestGateway
from webrun_nb.emulator.http.middleware.header_timeout import with_header_timeout
from webrun_nb.emulator.http.routes.practice import practice_sites
from webrun_nb.emulator.http.socketio import LiveEvents
from webrun_nb.emulator.http.view_socket import LiveView
from webrun_nb.emulator.services.accounts import Key, Keys, read_keys, readable_by_others
from webrun_nb.emulator.services.dependencies import Dependencies, Isolation, PracticeSites
from webrun_nb.emulator.services.event_hub import EventHub
from webrun_nb.emulator.services.session_registry import SecretRegistry, SessionRegistry
from webrun_nb.emulator.services.sessions import Service
from webrun_nb.emulator.services.user_storage import UserStorage
from webrun_nb.emulator.storage.database import Database, make_folder, start_errors
from webrun_nb.emulator.storage.policies import DatabasePolicies, DatabaseTrail
from webrun_nb.emulator.storage.registration import EmulatorRegistration
from webrun_nb.emulator.storage.write_behind import WriteBehindStore
from webrun_nb.wire.prices import PRICES_2026, Prices

log = logging.getLogger(__name__)

LOCAL_USER = "local"
"""The user of the key that the emulator is started with."""
_CLOSING_S = 4.0
"""Environments are saved and browsers closed within this; then the process ends, its guardian kills what is left."""
_PARENT_CHECK_S = 0.2
_CONNECTIONS = 500
"""At once; half of what a process may commonly have open."""
_LOG_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """What `webrun-nb emulator` can be told."""

    host: str = "127.0.0.1"
    port: int = 0
    data_dir: Path | None = None
    database: str | None = None
    """URL of another database than the data folder's own."""
    limits: str = "none"
    isolation: Isolation = "auto"
    slots: int | None = None
    control: bool = False
    lifeline: bool = False
    seed: int | None = None
    keys: Path | None = None
    """A file of keys and users, beside the key of the environment."""
    tasks_need_key: bool = False
    host_names: tuple[str, ...] = ()
    """Further names by which this server may be called."""
    prices: Prices = PRICES_2026
    patience: ClientTimeouts = field(default_factory=ClientTimeouts)
    """With clients that send slowly."""
    allowed_hosts: tuple[str, ...] = ()
    """Hosts that sessions may reach on private addresses without a task that names them."""
    proxies: Path | None = None
    """A file with the managed proxies."""


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
    os.umask(0o077)  # whatever is written from here on is nobody else's to read
    folder = options.data_dir or config.data_dir()
    make_folder(folder)
    secrets_ = SecretRegistry()
    with start_errors(folder):
        _log_to_file(folder, secrets_)
    given, listed = config.take_emulator_key(), _listed_keys(options.keys or config.emulator_keys())
    check_guarded(options.host, [*([given] if given else []), *(key.text for key in listed)])
    local_key = given or (None if listed else f"wr_{secrets.token_urlsafe(24)}")
    keys = [*([Key(local_key, LOCAL_USER)] if local_key else []), *listed]
    listeners = listen(options.host, options.port)
    asyncio.run(_Server(options, listeners, folder, secrets_, proxies, keys, local_key).serve())


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
        self.answers = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Server:
    def __init__(
        self,
        options: Options,
        listeners: list[socket.socket],
        folder: Path,
        live_secrets: SecretRegistry,
        proxies: Mapping[str, UpstreamProxy],
        keys: Sequence[Key],
        local_key: str | None,
    ) -> None:
        self._options = options
        self._live_secrets = live_secrets
        self._proxies = proxies
        self._folder = folder
        self._listeners = listeners
        self._local_key = local_key
        """Of whoever started us, and told to them; keys of a file are not."""
        self._keys = keys
        self._ending = asyncio.Event()
        self._port = listeners[0].getsockname()[1]
        self._url = url(options.host, self._port, options.host_names)

    async def serve(self) -> None:
        database = await Database.open(self._folder, self._options.database or config.database_url())
        try:
            await self._serve(database)
        finally:
            await database.close()

    async def _serve(self, database: Database) -> None:
        clock = Clock(system_time())
        ids = IdSource(self._options.seed)
        events = EventHub(clock)
        with start_errors(self._folder):
            presence = await EmulatorRegistration.announce(database, clock.now())
            library = await UserStorage.open(database, clock, ids, events, self._url, presence)
        parts = self._parts(database, presence, library, clock, ids, events)
        service = Service(parts)
        live = LiveEvents(service)
        server = self._http(self._door(service, live, clock))
        background = [
            asyncio.create_task(_pump(clock), name="clock"),
            asyncio.create_task(live.run(), name="live events"),
            asyncio.create_task(parts.archive.run(), name="archive"),
        ]
        http = asyncio.create_task(server.serve(sockets=self._listeners), name="http")
        service.history.start()
        self._end_when_told()
        await server.answers.wait()
        print(json.dumps({"url": self._url, "apiKey": self._local_key, "pid": os.getpid()}), flush=True)
        await self._ending.wait()
        _end_process_after(_CLOSING_S)
        await _end_all_sessions(service, parts.archive)
        for task in background:
            task.cancel()
        await asyncio.wait(background)
        await parts.archive.flush()
        await presence.leave(clock.now())
        server.should_exit = True
        await asyncio.wait([http])

    def _parts(
        self,
        database: Database,
        presence: EmulatorRegistration,
        library: UserStorage,
        clock: Clock,
        ids: IdSource,
        events: EventHub,
    ) -> Dependencies:
        options = self._options
        archive = WriteBehindStore(database, presence.id)
        return Dependencies(
            url=self._url,
            clock=clock,
            database=database,
            archive=archive,
            emulator_id=presence.id,
            store=SessionRegistry(),
            events=events,
            policies=DatabasePolicies(database, presence.id),
            trail=DatabaseTrail(database, archive, presence.id),
            browsers=ChromiumPool(),
            agent=LocalAgent(),
            ids=ids,
            limits=account.HOSTED if options.limits == "hosted" else account.NONE,
            prices=options.prices,
            practice=PracticeSites(PRACTICE_SITES, self._port),
            egress=Egress(home(options.host, self._port), options.allowed_hosts, self._proxies),
            library=library,
            isolation=options.isolation,
            slots=options.slots,
            secrets=self._live_secrets,
        )

    def _door(self, service: Service, live: LiveEvents, clock: Clock) -> RequestGateway:
        options = self._options
        keys = Keys(self._keys, clock.now)
        return RequestGateway(
            api=make_app(service, None if is_everywhere(options.host) else self._url, with_control=options.control),
            live=live.app,
            view=LiveView(service, keys, with_control=options.control),
            practice=practice_sites(clock.now),
            service=service,
            keys=keys,
            names=names(options.host, options.host_names),
            patience=options.patience,
            tasks_need_key=options.tasks_need_key,
        )

    def _http(self, door: RequestGateway) -> _Uvicorn:
        settings = uvicorn.Config(
            door,
            log_config=None,
            access_log=False,
            http=with_header_timeout(self._options.patience),
            limit_concurrency=_CONNECTIONS,
            lifespan="off",
            ws="wsproto",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        return _Uvicorn(settings)

    def _end_when_told(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ending.set)
        if self._options.lifeline:
            self._parent_watch = loop.create_task(_parent_gone(self._ending), name="parent")
            watcher = threading.Thread(target=_read_to_the_end, args=(loop, self._ending), daemon=True, name="lifeline")
            watcher.start()


def _read_to_the_end(loop: asyncio.AbstractEventLoop, ending: asyncio.Event) -> None:
    """Wait for the end of stdin: the lifeline of whoever started us."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    loop.call_soon_threadsafe(ending.set)


async def _parent_gone(ending: asyncio.Event) -> None:
    """Watch the parent's pid too: a forked worker of it can hold the lifeline open (lab-notes, Jupyter 18)."""
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 (the system tells nobody)
        await asyncio.sleep(_PARENT_CHECK_S)
    ending.set()


async def _end_all_sessions(service: Service, archive: WriteBehindStore) -> None:
    """Write first what people would miss most: browsers can take all the time that is left."""
    service.end_sessions()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_CLOSING_S / 2):
            await archive.written()
    await service.close()


def _end_process_after(seconds: float) -> None:
    """End the process even if a browser that hangs keeps it from closing; its guardian does the rest."""
    timer = threading.Timer(seconds, os._exit, args=(1,))
    timer.daemon = True
    timer.start()


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


class _Readable(logging.Formatter):
    """Takes secrets and control characters out: a page's words must not steer the terminal that shows a log."""

    def __init__(self, pattern: str | None, live_secrets: SecretRegistry) -> None:
        super().__init__(pattern)
        self._live_secrets = live_secrets

    def format(self, record: logging.LogRecord) -> str:
        text = self._live_secrets.mask(super().format(record))
        return "".join(c if c == "\n" or c.isprintable() else "�" for c in text)


def _log_to_file(data_dir: Path, live_secrets: SecretRegistry) -> None:
    """Log into the data folder (rotated), warnings to stderr as well."""
    folder = data_dir / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    to_file = logging.handlers.RotatingFileHandler(
        folder / "emulator.log", maxBytes=_LOG_BYTES, backupCount=3, encoding="utf-8"
    )
    to_file.setFormatter(_Readable(f"%(asctime)s {os.getpid()} %(levelname)s %(name)s: %(message)s", live_secrets))
    to_stderr = logging.StreamHandler()
    to_stderr.setLevel(logging.WARNING)
    to_stderr.setFormatter(_Readable(None, live_secrets))
    logging.basicConfig(level=logging.INFO, handlers=[to_file, to_stderr])
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes whole URLs; those of webhooks hold tokens
