"""Tests of `webrun-nb emulator` as a process: its output, and that it leaves nothing behind however it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from helpers.processes import family, living

COMMAND = [sys.executable, "-m", "webrun_nb", "emulator"]


def open_both_kinds(emulator) -> None:
    """Start a browser of its own, a spare and a shared one."""
    emulator.start()
    emulator.post("/start/run-task", {"taskDetails": f"go to {emulator.shop}"})


def test_it_prints_one_line_when_it_answers(start_emulator_program):
    emulator = start_emulator_program()
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
        [*COMMAND, "--port", str(taken), "--data-dir", str(tmp_path)], capture_output=True, text=True, timeout=120
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
def test_nothing_is_left_after_a_signal(start_emulator_program, number):
    emulator = start_emulator_program()
    open_both_kinds(emulator)
    everyone = family(emulator.process.pid)
    assert len(everyone) > 5
    emulator.process.send_signal(number)
    emulator.process.wait(60)
    assert living(everyone) == []


def test_nothing_is_left_when_its_lifeline_closes(start_emulator_program):
    emulator = start_emulator_program("--lifeline")
    open_both_kinds(emulator)
    everyone = family(emulator.process.pid)
    emulator.process.stdin.close()
    assert living(everyone[1:]) == []
    assert emulator.process.wait(60) == 0


def test_nothing_is_left_when_a_browser_hangs_at_the_end(start_emulator_program):
    emulator = start_emulator_program("--lifeline")
    open_both_kinds(emulator)
    everyone = family(emulator.process.pid)
    for process in everyone:
        with contextlib.suppress(psutil.NoSuchProcess):  # renderers come and go
            if "chrom" in process.name() and "--type" not in " ".join(process.cmdline()):
                process.suspend()
    emulator.process.stdin.close()
    emulator.process.wait(60)
    assert living(everyone) == []


PARENT = """
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
print(child.stdout.readline().decode(), end="", flush=True)
if __import__("os").fork() == 0:  # holds the lifeline open after its parent is gone
    time.sleep(300)
time.sleep(300)
"""


def test_it_ends_with_its_parent_even_if_a_fork_holds_the_lifeline(tmp_path):
    command = [*COMMAND, "--lifeline", "--data-dir", str(tmp_path)]
    parent = subprocess.Popen([sys.executable, "-c", PARENT, *command], stdout=subprocess.PIPE, text=True)
    pid = json.loads(parent.stdout.readline())["pid"]
    everyone = family(pid)
    forks = [process for process in family(parent.pid)[1:] if process.pid not in {each.pid for each in everyone}]
    parent.kill()
    parent.wait()
    left = living(everyone)
    for fork in forks:
        fork.kill()
    parent.stdout.close()
    assert left == []


def said_at_start(tmp_path: Path, *options: str, key: str | None = None) -> tuple[str, str]:
    """Start an emulator and end it at once; return its first line and its stderr."""
    process = subprocess.Popen(
        [*COMMAND, "--data-dir", str(tmp_path / "data"), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **({"WEBRUN_EMULATOR_KEY": key} if key else {})},
    )
    line = process.stdout.readline()
    process.terminate()
    return line, process.communicate()[1]


def test_another_host_than_loopback_is_refused_without_a_key(tmp_path):
    line, said = said_at_start(tmp_path, "--host", "0.0.0.0")
    assert line == ""
    (only,) = said.splitlines()
    assert "give it a key of your own, in WEBRUN_EMULATOR_KEY or with --keys FILE" in only


def test_another_host_with_a_key_says_what_it_means(tmp_path):
    line, said = said_at_start(tmp_path, "--host", "0.0.0.0", key="wr_0123456789abcdef")
    assert json.loads(line)["apiKey"] == "wr_0123456789abcdef"
    assert "anyone who reaches this port and has a key can use this machine's browsers" in said
    assert "wr_0123456789abcdef" not in said


def test_a_file_of_keys_that_others_can_read_is_warned_of(tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("ann wr_ann-0123456789\n")
    keys.chmod(0o644)
    line, said = said_at_start(tmp_path, "--keys", str(keys))
    assert json.loads(line)["apiKey"] is None
    (only,) = said.splitlines()
    assert "chmod 600" in only


def test_a_file_of_keys_that_is_not_understood_is_one_line(tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("ann hush-hush\n")
    keys.chmod(0o600)
    line, said = said_at_start(tmp_path, "--keys", str(keys))
    assert line == ""
    (only,) = said.splitlines()
    assert "line 1: a key is wr_ or enig_" in only
    assert "hush" not in only


def test_practice_sites_are_for_this_machine(start_emulator):
    """They need no key, so requests from other machines are refused."""
    address = next(
        (
            each.address
            for nic in psutil.net_if_addrs().values()
            for each in nic
            if each.family == socket.AF_INET and not each.address.startswith("127.")
        ),
        None,
    )
    if address is None:
        pytest.skip("this machine has no address but loopback")
    emulator = start_emulator("--host", "0.0.0.0", key="wr_0123456789abcdef")
    port = httpx.URL(emulator.url).port
    shop = {"Host": f"shop.localhost:{port}"}
    from_here = httpx.get(f"http://127.0.0.1:{port}/", headers=shop, trust_env=False)
    from_elsewhere = httpx.get(f"http://{address}:{port}/", headers=shop, trust_env=False)
    by_address = httpx.get(f"http://{address}:{port}/start/health", trust_env=False)
    emulator.end()
    assert (from_here.status_code, from_elsewhere.status_code, by_address.status_code) == (200, 421, 200)
