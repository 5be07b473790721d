"""`webrun-nb emulator` as a process: what it prints, and that it leaves nothing behind however it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest
from process_family import family, living

COMMAND = [sys.executable, "-m", "webrun_nb", "emulator"]


def open_both_kinds(emulator) -> None:
    """Have a browser of its own, a spare and a shared one run."""
    emulator.start()
    emulator.post("/start/run-task", {"taskDetails": f"go to {emulator.shop}"})


def test_it_prints_one_line_when_it_answers(start_emulator):
    emulator = start_emulator()
    assert httpx.get(emulator.url + "/start/health", trust_env=False).status_code == 200
    emulator.end()
    assert emulator.url.startswith("http://127.0.0.1:")


def test_the_line_names_url_key_and_pid(tmp_path):
    process = subprocess.Popen(
        [*COMMAND, "--data-dir", str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "WEBRUN_EMULATOR_KEY": "wr_given"},
    )
    line = json.loads(process.stdout.readline())
    process.terminate()
    rest = process.communicate()[0]
    assert set(line) == {"url", "apiKey", "pid"}
    assert (line["apiKey"], line["pid"], rest) == ("wr_given", process.pid, "")


def test_a_taken_port_is_one_clear_line(start_emulator, tmp_path):
    taken = httpx.URL(start_emulator().url).port
    run = subprocess.run(
        [*COMMAND, "--port", str(taken), "--data-dir", str(tmp_path)], capture_output=True, text=True, timeout=30
    )
    assert run.returncode == 1
    assert run.stdout == ""
    (line,) = run.stderr.splitlines()
    assert str(taken) in line
    assert "--port" in line


def test_it_logs_to_a_file(start_emulator, tmp_path):
    emulator = start_emulator("--data-dir", str(tmp_path))  # the later one wins
    emulator.end()
    assert "logs" in [path.name for path in Path(tmp_path).iterdir()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGHUP])
def test_nothing_is_left_after_a_signal(start_emulator, number):
    emulator = start_emulator()
    open_both_kinds(emulator)
    everyone = family(emulator.process.pid)
    assert len(everyone) > 5
    emulator.process.send_signal(number)
    emulator.process.wait(5)
    assert living(everyone, 3) == []


def test_nothing_is_left_when_its_lifeline_closes(start_emulator):
    emulator = start_emulator("--lifeline")
    open_both_kinds(emulator)
    everyone = family(emulator.process.pid)
    emulator.process.stdin.close()
    assert living(everyone[1:], 3) == []
    assert emulator.process.wait(3) == 0


def test_nothing_is_left_when_a_browser_hangs_at_the_end(start_emulator):
    emulator = start_emulator("--lifeline")
    open_both_kinds(emulator)
    everyone = family(emulator.process.pid)
    for process in everyone:
        with contextlib.suppress(psutil.NoSuchProcess):  # renderers come and go
            if "chrom" in process.name() and "--type" not in " ".join(process.cmdline()):
                process.suspend()
    emulator.process.stdin.close()
    emulator.process.wait(4)
    assert living(everyone, 3) == []


PARENT = """
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
print(child.stdout.readline().decode(), end="", flush=True)
if __import__("os").fork() == 0:  # holds the lifeline open after its parent is gone
    time.sleep(60)
time.sleep(60)
"""


def test_it_ends_with_its_parent_even_if_a_fork_holds_the_lifeline(tmp_path):
    command = [*COMMAND, "--lifeline", "--data-dir", str(tmp_path)]
    parent = subprocess.Popen([sys.executable, "-c", PARENT, *command], stdout=subprocess.PIPE, text=True)
    pid = json.loads(parent.stdout.readline())["pid"]
    everyone = family(pid)
    forks = [process for process in family(parent.pid)[1:] if process.pid not in {each.pid for each in everyone}]
    parent.kill()
    parent.wait()
    left = living(everyone, 3)
    for fork in forks:
        fork.kill()
    parent.stdout.close()
    assert left == []
