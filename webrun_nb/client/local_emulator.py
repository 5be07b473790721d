"""The emulator's process: started as a child of the kernel, one per process, gone when the kernel is."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import IO, Any

from webrun_nb import config
from webrun_nb.client.errors import ConnectionLostError, EmulatorStartError, WebRunError
from webrun_nb.client.tasks.result import UnusedPart
from webrun_nb.common.codes import ToolkitErrorCode
from webrun_nb.common.language_models import KEY_VARIABLES

START_DEADLINE_S = 30.0
STOP_DEADLINE_S = 8.0
_KEPT_LINES = 20
_DEATH_CHECKS, _DEATH_CHECK_S = 10, 0.03


class LocalEmulator:
    """An emulator that runs as a child of this process.

    Its stdin is the lifeline: it ends when that closes, however this process ends. It is a session of its own, so
    that the notebook's stop button, which signals the kernel's whole process group, does not reach it.
    """

    def __init__(self, process: subprocess.Popen[str], url: str, key: str, last_words: deque[str]) -> None:
        self._process = process
        self._last_words = last_words
        self._stopped = False
        self.url = url
        self.key = key

    def __repr__(self) -> str:
        return f"LocalEmulator({self.url!r}, pid={self.pid})"

    @classmethod
    async def start(cls, *options: str) -> LocalEmulator:
        """Start one, with further command line options; returns when it answers.

        Raises
        ------
        EmulatorStartError
            It ended, or said nothing for `START_DEADLINE_S`.
        """
        starting = _Starting(options)
        work = asyncio.ensure_future(asyncio.to_thread(starting.run))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            starting.give_up()
            await asyncio.wait({work})
            work.exception()  # that it was killed is no news
            raise

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """True while the process runs."""
        return self._process.poll() is None

    async def explain_loss(self) -> WebRunError | None:
        """Return the error that says how it ended, or None while it runs."""
        for _ in range(_DEATH_CHECKS):  # a killed process loses its sockets a moment before it counts as ended
            if not self.running:
                break
            await asyncio.sleep(_DEATH_CHECK_S)
        else:
            return None
        status = self._process.returncode
        how = (
            "was stopped" if self._stopped else f"was killed (signal {-status})" if status < 0 else f"ended ({status})"
        )
        return ConnectionLostError(f"the emulator {how}; its sessions are gone", code=ToolkitErrorCode.EMULATOR_GONE)

    def stop(self) -> None:
        """Stop the emulator, which saves and closes its browsers; return when it has ended. Safe twice."""
        self._stopped = self._stopped or self.running
        _close_lifeline(self._process)
        try:
            self._process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Starting:
    """An emulator that has not answered yet. `run` blocks until it has, or was given up."""

    def __init__(self, options: tuple[str, ...]) -> None:
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self._given_up = False

    def give_up(self) -> None:
        """Kill the process, which has no sessions yet. It may be called at any moment, from any thread."""
        self._given_up = True
        if self._process is not None:
            self._process.kill()

    def run(self) -> LocalEmulator:
        """Start it and wait for its greeting; see `LocalEmulator.start`."""
        key = "wr_" + secrets.token_hex(24)
        process = self._process = subprocess.Popen(
            [sys.executable, "-m", "webrun_nb", "emulator", "--lifeline", "--control", *self._options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=config.child_environment(without=KEY_VARIABLES, WEBRUN_EMULATOR_KEY=key),
            start_new_session=True,
        )
        if self._given_up:  # before there was one to kill
            process.kill()
        first_line: SimpleQueue[str | None] = SimpleQueue()
        last_words: deque[str] = deque(maxlen=_KEPT_LINES)
        listeners = [
            _drain(process.stdout, "webrun-emulator-out", first_line),
            _drain(process.stderr, "webrun-emulator-err", last_words),
        ]
        try:
            line = first_line.get(timeout=START_DEADLINE_S)
        except Empty:
            line = None
        try:
            greeting = json.loads(line or "")
            return LocalEmulator(process, str(greeting["url"]), key, last_words)
        except (ValueError, KeyError, TypeError) as error:
            ended = process.poll() is not None or (line is None and _ends(process))
            process.kill()
            process.wait()
            _close_lifeline(process)
            for listener in listeners:
                listener.join(1.0)
            raise _start_error(ended, line, last_words, key) from error


def _drain(stream: IO[str] | None, name: str, into: SimpleQueue[str | None] | deque[str]) -> threading.Thread:
    """Read a pipe to its end in a thread, so that it never fills up."""
    assert stream is not None

    def read() -> None:
        with stream:
            for line in stream:
                if isinstance(into, deque):
                    into.append(line.rstrip())
                else:
                    into.put(line)
        if not isinstance(into, deque):
            into.put(None)

    thread = threading.Thread(target=read, name=name, daemon=True)
    thread.start()
    return thread


def _close_lifeline(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _ends(process: subprocess.Popen[str]) -> bool:
    """Return whether a process whose output has closed is at its end."""
    try:
        process.wait(0.5)
    except subprocess.TimeoutExpired:
        return False
    return True


def _start_error(ended: bool, line: str | None, last_words: deque[str], key: str) -> EmulatorStartError:
    said = next((words for words in reversed(last_words) if words.strip()), "").strip().replace(key, "***")
    if line is not None:
        what = f"the emulator greeted with something unexpected: {line.strip()[:100].replace(key, '***')}"
    elif ended:
        what = f"the emulator ended while starting: {said or 'it said nothing'}"
    else:
        what = f"the emulator did not answer within {START_DEADLINE_S:g} s{': ' + said if said else ''}"
    return EmulatorStartError(what)


class _Shared:
    """The process's one emulator, and who is starting it."""

    def __init__(self) -> None:
        self.emulator: LocalEmulator | None = None
        self.pid = os.getpid()
        self.starting = asyncio.Lock()
        self.start_s: float | None = None


_shared = _Shared()


def running_emulator() -> LocalEmulator | None:
    """Return this process's emulator, where one was started, dead ones too."""
    return _shared.emulator if _shared.pid == os.getpid() else None


async def local_emulator() -> LocalEmulator:
    """Return this process's emulator; starts it if none is running. Call it on the client's loop thread."""
    global _shared
    if _shared.pid != os.getpid():  # forked: the parent's emulator watches the parent
        _shared = _Shared()
    async with _shared.starting:
        if _shared.emulator is None or not _shared.emulator.running:
            if _shared.emulator is not None:
                _shared.emulator.stop()  # it is dead: this only lets go of what is left of it
            began = time.monotonic()
            _shared.emulator = await LocalEmulator.start("--limits", "none")
            _shared.start_s = time.monotonic() - began
        return _shared.emulator


_PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class LocalPlan:
    """The plan of a task: its steps, the parts of the text not understood, and those that no step uses."""

    steps: tuple[str, ...]
    problems: tuple[str, ...]
    unused: tuple[UnusedPart, ...]


def local_plan(fields: Mapping[str, Any]) -> LocalPlan | None:
    """Ask the local agent for the plan of a task, without running it.

    Parameters
    ----------
    fields : mapping
        The task as it would go over the wire.

    Returns
    -------
    LocalPlan or None
        None where the local agent is not installed here, or gives no answer.
    """
    command = [sys.executable, "-m", "webrun_nb.agents"]
    try:
        ran = subprocess.run(command, input=json.dumps(fields), capture_output=True, text=True, timeout=_PATIENCE_S)
        said = json.loads(ran.stdout)
        unused = tuple(UnusedPart(p["text"], p["start"], p["end"], p["why"]) for p in said["unused"])
        return LocalPlan(tuple(map(str, said["steps"])), tuple(map(str, said["problems"])), unused)
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
        return None
