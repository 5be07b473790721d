"""The resources that measurements share: pages, emulators, raw Playwright, kernels. Each starts on first use."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import httpx

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.site import Site
from webrun_nb.bench.results import BenchError
from webrun_nb.client.client import Client
from webrun_nb.client.errors import EmulatorStartError
from webrun_nb.client.local_emulator import LocalEmulator
from webrun_nb.client.transport import KEEPALIVE_S
from webrun_nb.notebook.display.result_frames import NotebookFrames

Isolation = Literal["context", "process"]
T = TypeVar("T")

_ANSWER_WITHIN_S = 70.0
_TASK_WITHIN_S = 310.0
_POLL_S = 0.002
_TASK_POLL_S = 0.2
_LONGEST_LINE = 10_000_000


class Emulator:
    """A real emulator, started as a notebook starts it, spoken to in raw HTTP over one kept connection.

    Parameters
    ----------
    local : LocalEmulator
    """

    def __init__(self, local: LocalEmulator) -> None:
        self._local = local
        self._http = httpx.AsyncClient(
            base_url=local.url,
            headers=self.headers,
            timeout=_ANSWER_WITHIN_S,
            limits=httpx.Limits(keepalive_expiry=KEEPALIVE_S),
            trust_env=False,
        )

    @property
    def pid(self) -> int:
        """Pid of its process, the root of all that it starts."""
        return self._local.pid

    @property
    def url(self) -> str:
        """Base URL of HTTP and Socket.IO."""
        return self._local.url

    @property
    def headers(self) -> dict[str, str]:
        """Headers of an authenticated request."""
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def key(self) -> str:
        """API key of the account."""
        return self._local.key

    def client(self) -> Client:
        """Return a client of it, as a notebook's, without a ledger; to be closed."""
        return Client(
            self.url, key=self.key, frames=NotebookFrames(), explain_loss=self._local.explain_loss, ledger=None
        )

    async def get(self, path: str) -> dict[str, Any]:
        """Send a GET request and return the answer.

        Raises
        ------
        BenchError
            It refuses, or does not answer.
        """
        return await self._call("GET", path)

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send a POST request and return the answer.

        Raises
        ------
        BenchError
            It refuses, or does not answer.
        """
        return await self._call("POST", path, body)

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            answer = await self._http.request(method, path, json=body)
        except httpx.TransportError as error:
            raise BenchError(f"the emulator does not answer {path}: {type(error).__name__}") from error
        return _body(path, answer)

    async def start_session(self, **initial_task: Any) -> str:
        """Open a session; returns its id at once, as the service does."""
        answer = await self.post("/start/start-session", {"task": initial_task})
        return str(answer["sessionId"])

    async def until_active(self, session_id: str) -> None:
        """Poll a session's status until its browser is ready.

        Raises
        ------
        BenchError
            It never will be.
        """
        while (status := (await self.status(session_id))["status"]) != "active":
            if status != "pending":
                raise BenchError(f"a session did not start: it is {status}")
            await asyncio.sleep(_POLL_S)

    async def status(self, session_id: str) -> dict[str, Any]:
        """Return the status of a session."""
        return await self.get(f"/start/session-status/{session_id}")

    async def strike(self, session_id: str, action: Literal["kill", "hang"]) -> None:
        """Kill or hang the browser of a session."""
        await self.post(f"/_emulator/sessions/{session_id}/instance", {"action": action})

    async def terminate(self, session_id: str) -> None:
        """End a session."""
        message = {"actionType": "state", "newState": "terminate"}
        await self.post("/start/send-message", {"sessionId": session_id, "message": message})

    async def until_kept(self, session_id: str) -> None:
        """Wait until an idle session's state is kept for a restore. That comes before the first task, so run one."""
        task = {"actionType": "newTask", "prompt": "wait for 0.01 seconds"}
        await self.post("/start/send-message", {"sessionId": session_id, "message": task})

    async def finished(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Wait for the end of a task that took longer than the request waits.

        Raises
        ------
        BenchError
            It has not ended when no task can still run.
        """
        deadline = time.monotonic() + _TASK_WITHIN_S
        path = f"/task/{answer['sessionId']}/{answer['taskId']}"
        while answer.get("pending"):
            if time.monotonic() > deadline:
                raise BenchError(f"a task has not ended after {_TASK_WITHIN_S:.0f} s")
            await asyncio.sleep(_TASK_POLL_S)
            answer = await self._call("GET", path)
        return answer

    async def close(self) -> None:
        """End it and its browsers."""
        await self._http.aclose()
        await asyncio.to_thread(self._local.stop)


class PlaywrightBaseline:
    """Our end of the pipe to `webrun_nb.bench.harness.raw_playwright`.

    Parameters
    ----------
    process : asyncio.subprocess.Process
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.browser = ""
        """Name of the browser, known once it has started."""

    @classmethod
    async def start(cls) -> Self:
        """Start the process and its browser.

        Raises
        ------
        BenchError
            No browser starts.
        """
        raw = cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "webrun_nb.bench.harness.raw_playwright"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_LONGEST_LINE,
            )
        )
        try:
            raw.browser = (await raw.do("start"))["browser"]
        except BenchError:
            await raw.close()
            raise
        return raw

    @property
    def pid(self) -> int:
        """Pid of its process, the root of all that it starts."""
        return self._process.pid

    async def do(self, what: str, **arguments: Any) -> dict[str, Any]:
        """Run one command and return its result.

        Raises
        ------
        BenchError
            It failed, or is gone.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **arguments}).encode() + b"\n")
        line = await self._process.stdout.readline()
        if not line:
            raise BenchError("the raw Playwright process ended unexpectedly")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise BenchError(f"raw Playwright: {answer['error']}")
        return answer

    async def close(self) -> None:
        """End it and its browser."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


class BenchContext:
    """Starts the resources of the measurements on first use, and ends all of them.

    Parameters
    ----------
    pages : Path, optional
        The folder of real pages with their expected records.
    quick : bool
        Small crowds and short watches: enough to see that it works, too little to judge by.
    shared : Path, optional
        The folder of judged pages: `cases`, `pages` and `products`.
    through : {"task", "reader"}
        How the judged pages are read.
    miniwob : Path, optional
        The folder of MiniWoB++, where it is not installed.
    miniwob_tasks : sequence of str
        The names of the tasks to work on; those of the measurement where it is empty.
    seeds : int, optional
        Number of episodes per task; the measurement's own number where it is None.
    """

    def __init__(
        self,
        *,
        pages: Path | None = None,
        quick: bool = False,
        shared: Path | None = None,
        through: Literal["task", "reader"] = "task",
        miniwob: Path | None = None,
        miniwob_tasks: Sequence[str] = (),
        seeds: int | None = None,
    ) -> None:
        if pages is None and shared is not None:
            pages = shared / "pages"
        self.pages = pages
        self.quick = quick
        self.shared = shared
        self.through: Literal["task", "reader"] = through
        self.miniwob = miniwob
        self.miniwob_tasks = miniwob_tasks
        self.seeds = seeds
        self.folder = Path(tempfile.mkdtemp(prefix="webrun-bench-"))
        """Folder for the files of the processes."""
        self.site = Site(pages, None if shared is None else shared / "products")
        self._emulators: dict[tuple[str, ...], Emulator] = {}
        self._raw: PlaywrightBaseline | None = None
        self._shared: dict[str, Any] = {}
        self._endings: list[Callable[[], Awaitable[object]]] = []

    async def once(self, what: str, start: Callable[[], Awaitable[T]]) -> T:
        """Return the resource of this name, started by `start` on the first call."""
        if what not in self._shared:
            self._shared[what] = await start()
        shared: T = self._shared[what]
        return shared

    def at_end(self, end: Callable[[], Awaitable[object]]) -> None:
        """Register a cleanup for the end of the benchmarks; the last one registered runs first."""
        self._endings.append(end)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in reversed(self._endings):
            await end()
        for emulator in self._emulators.values():
            await emulator.close()
        if self._raw is not None:
            await self._raw.close()
        self.site.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def emulator(self, isolation: Isolation, *options: str) -> Emulator:
        """Return a running emulator whose sessions are of this kind.

        Raises
        ------
        BenchError
            It does not start.
        """
        kind = ("--isolation", isolation, *options)
        if kind not in self._emulators:
            try:
                local = await LocalEmulator.start(
                    "--limits", "none", "--data-dir", str(self.folder / "emulator"), *kind
                )
            except EmulatorStartError as error:
                raise BenchError(error.message) from error
            self._emulators[kind] = Emulator(local)
        return self._emulators[kind]

    async def raw(self) -> PlaywrightBaseline:
        """Return raw Playwright with its running browser.

        Raises
        ------
        BenchError
            It does not start.
        """
        if self._raw is None:
            self._raw = await PlaywrightBaseline.start()
        return self._raw

    async def until_at_rest(self) -> None:
        """Wait until no emulator and no raw Playwright uses CPU for an earlier measurement; not in a quick run.

        The numbers of a quick run are not compared.
        """
        if self.quick:
            return
        pids = [emulator.pid for emulator in self._emulators.values()]
        if self._raw is not None:
            pids.append(self._raw.pid)
        await processes.until_at_rest(*pids)


def _body(path: str, answer: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    if answer.status_code != httpx.codes.OK:
        raise BenchError(f"{path} answered {answer.status_code}: {body.get('message')}")
    return body
