"""Fixtures and hooks for all kinds of tests: an emulator in a process of its own, and the order of the tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings

from helpers.skips import fail_unless_accepted
from webrun_nb.client.transport import KEEPALIVE_S

KEY = "wr_key-of-the-tests"

# How long an example takes says how busy the machine is.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")
# pytest --hypothesis-profile=soak tests/unit/emulator/domain/test_session.py: what is too long for every run
settings.register_profile("soak", max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))


AT_WORK = ("bench", "e2e", "notebook")
"""Folders whose tests keep a core busy. Other tests spend much of their time waiting; unit tests are short."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files: those that keep a core busy alternate with those that mostly wait, so that no core is idle.

    The unit tests come last: their files are short, so that all workers end at about the same time.
    """
    folders = {item.path: item.path.relative_to(Path(__file__).parent).parts[0] for item in items}
    at_work = [path for path, folder in folders.items() if folder in AT_WORK]
    waiting = [path for path, folder in folders.items() if folder not in (*AT_WORK, "unit")]
    place = {path: (number + 0.5) / len(files) for files in (at_work, waiting) for number, path in enumerate(files)}
    items.sort(key=lambda item: place.get(item.path, 1))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many tests run at a time with `-n logical`: more than cores, since many wait for browsers."""
    return max(2, (3 * (os.cpu_count() or 1) + 1) // 2)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fail_unless_accepted(report)
    return report


@dataclass
class RunningEmulator:
    """An emulator in a process of its own, spoken to in raw JSON."""

    process: subprocess.Popen[str]
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
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


StartEmulator = Callable[..., RunningEmulator]


@pytest.fixture(scope="module")
def start_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartEmulator]:
    """Start emulators with the options given; each is ended at the end of its file at the latest."""
    running: list[RunningEmulator] = []

    def start(*options: str, key: str | None = KEY, env: dict[str, str] | None = None) -> RunningEmulator:
        folder = tmp_path_factory.mktemp("emulator")
        process = subprocess.Popen(
            [sys.executable, "-m", "webrun_nb", "emulator", "--data-dir", str(folder), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **({"WEBRUN_EMULATOR_KEY": key} if key else {}), **(env or {})},
        )
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        ready = json.loads(line)
        emulator = RunningEmulator(process, ready["url"], ready["apiKey"])
        running.append(emulator)
        return emulator

    yield start
    for emulator in running:
        emulator.tell_to_end()
    for emulator in running:
        emulator.end()


@pytest.fixture(scope="session")
def shared_pages() -> Path:
    """Return the folder of real pages beside the project, where it exists."""
    folder = Path(__file__).parents[2] / "shared" / "pages"
    if not folder.is_dir():
        pytest.skip("the folder of real pages (../shared/pages) is not here")
    return folder
