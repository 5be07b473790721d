"""Tests of the guardian: no process is left, however the emulator ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from helpers.processes import living
from webrun_nb.browsers.discovery import installed
from webrun_nb.browsers.processes import groups, guardian

needs_browser = pytest.mark.skipif(not installed(), reason="no browser is installed; run: webrun-nb install-browser")

EMULATOR = """
import asyncio, os, sys
from webrun_nb.browsers.chromium.pool import ChromiumPool

class Listener:
    def requested(self, url): pass
    def lost(self, reason): pass

async def main():
    pool = ChromiumPool()
    instances = [await pool.open(kind, Listener()) for kind in ("context", "process", "process")]
    await pool._spare.ready()
    if "fork" in sys.argv and os.fork() == 0:
        os.kill(os.getpid(), 19)  # stopped, it keeps every pipe of its parent open
    print(*(pool.group_of(each) for each in instances), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


class Emulator:
    def __init__(self, *args: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", EMULATOR, *args], stdout=subprocess.PIPE, start_new_session=True, text=True
        )
        assert self.process.stdout is not None
        self.groups = [int(word) for word in self.process.stdout.readline().split()]
        self.family = psutil.Process(self.process.pid).children(recursive=True)
        self.driver = next(each for each in self.family if "run-driver" in each.cmdline())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        for each in self.family:
            if each.is_running():
                each.kill()
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    emulator = Emulator(*getattr(request, "param", ()))
    yield emulator
    emulator.close()


@needs_browser
def test_nothing_outlives_a_killed_emulator(emulator):
    emulator.kill()
    assert living(emulator.family) == []


@needs_browser
def test_a_stopped_browser_does_not_outlive_it(emulator):
    for group in emulator.groups[:2]:
        os.killpg(group, signal.SIGSTOP)
    emulator.kill()
    assert living(emulator.family) == []


@needs_browser
def test_a_stopped_driver_does_not_outlive_it(emulator):
    emulator.driver.suspend()
    emulator.kill()
    assert living(emulator.family) == []


@needs_browser
def test_everything_stopped_does_not_outlive_it(emulator):
    emulator.driver.suspend()
    for group in emulator.groups:
        os.killpg(group, signal.SIGSTOP)
    emulator.kill()
    assert living(emulator.family) == []


@needs_browser
def test_a_signal_to_its_whole_process_group_leaves_nothing(emulator):
    os.killpg(emulator.groups[1], signal.SIGSTOP)
    os.killpg(emulator.process.pid, signal.SIGKILL)
    emulator.process.wait()
    assert living(emulator.family) == []


@needs_browser
@pytest.mark.parametrize("emulator", [["fork"]], indirect=True)
def test_a_fork_that_keeps_the_pipe_open_changes_nothing(emulator):
    forked = [each for each in emulator.family if each.cmdline()[-1:] == ["fork"]]
    os.killpg(emulator.groups[1], signal.SIGSTOP)
    emulator.kill()
    assert living([each for each in emulator.family if each not in forked]) == []


# --- the guardian alone -----------------------------------------------------------------------------------------------


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    yield process
    process.kill()
    process.communicate()


def test_what_was_watched_is_killed(sleeper):
    watch = groups.Guardian()
    watch.watch_group(sleeper.pid)
    watch.close()
    assert sleeper.wait(timeout=60) == -signal.SIGKILL


def test_what_was_forgotten_is_left_alone(sleeper):
    watch = groups.Guardian()
    watch.watch_process(sleeper.pid)
    watch.forget(sleeper.pid)
    watch.close()
    assert sleeper.poll() is None


@needs_browser
@pytest.mark.parametrize("stopped", [False, True])
def test_no_temporary_file_outlives_a_killed_emulator(tmp_path, monkeypatch, stopped):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    emulator = Emulator()
    assert [*tmp_path.glob("webrun-*/playwright*")]
    if stopped:
        emulator.driver.suspend()
    guardian_process = next(each for each in emulator.family if any("guardian.py" in word for word in each.cmdline()))
    emulator.kill()
    assert living([guardian_process]) == []
    emulator.close()
    assert [*tmp_path.iterdir()] == []


def test_a_watched_folder_goes_with_us(tmp_path):
    folder = tmp_path / "webrun-x"
    (folder / "deeper").mkdir(parents=True)
    watch = groups.Guardian()
    watch.watch_folder(folder)
    watch.close()
    assert not folder.exists()


@pytest.mark.parametrize("name", ["other-x", "webrun-x/../other-x"])
def test_another_folder_is_left_alone(tmp_path, name):
    (tmp_path / "webrun-x").mkdir()
    (tmp_path / "other-x").mkdir()
    watch = groups.Guardian()
    watch.watch_folder(tmp_path / name)
    watch.close()
    assert (tmp_path / "other-x").exists()


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="start times are read from /proc")  # noqa: PTH110
def test_a_process_that_got_the_number_of_one_that_ended_is_another(sleeper):
    assert not guardian._is_there(sleeper.pid, False, "1")


def test_it_is_in_a_session_of_its_own():
    watch = groups.Guardian()
    session = os.getsid(watch._process.pid)
    watch.close()
    assert session != os.getsid(0)
