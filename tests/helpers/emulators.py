"""Emulators in processes of their own, and raw JSON to and from them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from helpers.forked_process import ForkedProcess
from webrun_nb.client.transport import KEEPALIVE_S

KEY = "wr_key-of-the-tests"


@dataclass
class RunningEmulator:
    """An emulator in a process of its own, spoken to in raw JSON."""

    process: subprocess.Popen[str] | ForkedProcess
    url: str
    key: str
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=110,
            limits=httpx.Limits(keepalive_expiry=KEEPALIVE_S),
            trust_env=False,
        )

    @property
    def shop(self) -> str:
        """The address of the practice shop."""
        return f"http://shop.localhost:{httpx.URL(self.url).port}/"

    def post(self, path: str, body: object) -> tuple[int, Any]:
        answer = self.http.post(path, json=body)
        return answer.status_code, answer.json()

    def get(self, path: str) -> tuple[int, Any]:
        answer = self.http.get(path)
        return answer.status_code, answer.json()

    def start(self, **body: Any) -> str:
        """Open a session and return its id."""
        status, answer = self.post("/start/start-session", body)
        assert status == 200, answer
        return str(answer["sessionId"])

    def message(self, session_id: str, **message: Any) -> tuple[int, Any]:
        return self.post("/start/send-message", {"sessionId": session_id, "message": message})

    @contextmanager
    def queue_in_background(self, session_id: str, **task: Any) -> Iterator[Callable[[], tuple[int, Any]]]:
        """Send a task on a thread; calling what is given waits for the answer."""
        with ThreadPoolExecutor(1) as pool:
            sent = pool.submit(self.message, session_id, actionType="newTask", **task)
            yield sent.result

    def status(self, session_id: str) -> dict[str, Any]:
        status, answer = self.get(f"/start/session-status/{session_id}")
        assert status == 200, answer
        return dict(answer)

    def advance(self, ms: float) -> None:
        status, answer = self.post("/_emulator/clock", {"advance": ms})
        assert status == 200, answer

    def tell_to_end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def end(self) -> None:
        self.http.close()
        self.tell_to_end()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


StartEmulator = Callable[..., RunningEmulator]


@contextmanager
def emulators(tmp_path_factory: pytest.TempPathFactory, *, as_program: bool = False) -> Iterator[StartEmulator]:
    """Give what starts emulators; those that still run are ended at the end of the block.

    They are forks of a process that has imported the emulator. With `as_program` each is
    `python -m webrun_nb emulator`, for tests of the process itself: command line, environment, signals and children.
    """
    running: list[RunningEmulator] = []

    def start(*options: str, key: str | None = KEY, env: dict[str, str] | None = None) -> RunningEmulator:
        folder = tmp_path_factory.mktemp("emulator")
        errors = folder.with_name(f"{folder.name}-errors.txt")
        arguments = ["emulator", "--data-dir", str(folder), *options]
        environment = {**os.environ, **({"WEBRUN_EMULATOR_KEY": key} if key else {}), **(env or {})}
        launch = _program if as_program else ForkedProcess
        process = launch(arguments, environment, errors)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, errors.read_text(encoding="utf-8")
        ready = json.loads(line)
        emulator = RunningEmulator(process, ready["url"], ready["apiKey"])
        running.append(emulator)
        return emulator

    yield start
    for emulator in running:
        emulator.tell_to_end()
    for emulator in running:
        emulator.end()


def _program(arguments: list[str], environment: dict[str, str], errors: Path) -> subprocess.Popen[str]:
    with errors.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "webrun_nb", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
            env=environment,
        )
