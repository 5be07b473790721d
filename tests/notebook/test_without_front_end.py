"""Tests without a notebook: IPython in a terminal, and a plain script."""

from __future__ import annotations

import os
import subprocess
import sys

import pexpect
import psutil
import pytest

from helpers.processes import living

TASK = "get_ipython().run_cell_magic('webrun', 'task --url practice:shop', 'wait for 5 seconds')"


@pytest.fixture
def ipython(tmp_path):
    folders = {"WEBRUN_DATA_DIR": str(tmp_path / "data"), "IPYTHONDIR": str(tmp_path / "ipython"), "TERM": "xterm"}
    options = ["-m", "IPython", "--no-banner", "--no-confirm-exit", "--simple-prompt", "--colors=NoColor"]
    terminal = pexpect.spawn(
        sys.executable, options, env={**os.environ, **folders}, encoding="utf-8", timeout=120, dimensions=(40, 120)
    )
    terminal.expect_exact("In [1]: ")
    yield terminal
    terminal.close(force=True)


def test_in_a_terminal_the_card_is_text_that_is_written_over_in_place(ipython):
    ipython.sendline("%load_ext webrun_nb")
    ipython.expect_exact("In [2]: ")
    ipython.sendline(TASK)
    ipython.expect_exact("starting the emulator on your machine…\r\x1b[2K")
    ipython.expect(r"state\s+active · running")
    ipython.expect(r"\x1b\[\d+A\x1b\[J")  # the cursor moves up over the card, which is written again
    ipython.expect(r"state\s+completed")
    ipython.expect(r"\d s · ≈ \$")
    ipython.expect_exact("In [3]: ")
    ipython.sendline("%webrun strat")
    ipython.expect_exact("webrun: there is no verb 'strat' · did you mean start?")
    ipython.expect_exact("In [4]: ")


def test_ctrl_c_in_a_terminal_stops_the_task_and_keeps_the_session(ipython):
    ipython.sendline("%load_ext webrun_nb")
    ipython.expect_exact("In [2]: ")
    ipython.sendline("%webrun start kept")
    ipython.expect_exact("In [3]: ")
    ipython.sendline("get_ipython().run_cell_magic('webrun', 'task', 'wait for 60 seconds')")
    ipython.expect(r"state\s+active · running")
    ipython.sendintr()
    ipython.expect(r"TaskInterruptedError.*kept")
    ipython.expect_exact("In [4]: ")
    ipython.sendline("%webrun status")
    ipython.expect(r"state\s+active · stopped")
    ipython.expect_exact("In [5]: ")


def test_in_a_terminal_a_task_without_magics_has_one_line_and_asks_there(ipython):
    ipython.sendline("import webrun_nb as webrun; s = webrun.start()")
    ipython.expect_exact("In [2]: ")
    ipython.sendline("s.task('click the Norvane link, then get the name', url='practice:shop/category/laptops').text")
    # the steps before the socket was connected are not shown
    ipython.expect(r"\r\x1b\[2K(step \d+ · \S[^\r]*|Starting, browsing now) · \d+ s|The instruction is not clear")
    ipython.expect(r"\n  1\. link")
    ipython.expect_exact("answer (empty: stop the task): ")
    ipython.sendline("1")
    ipython.expect(r"Out\[2\]: .*Norvane")
    ipython.expect_exact("In [3]: ")


SCRIPT = """
import psutil
import webrun_nb as webrun
with webrun.start() as session:
    later = session.submit("get the title", url="practice:shop")
    print(later.result().text)
    frame = session.task("List the laptops under $400.", url="practice:shop", schema="name:str, price:float").df
    print(frame["price"].tolist(), webrun.last.completeness["rows"])
print(webrun.run_task("get the title", url="practice:shop").text)
print(session.snapshot.status)
webrun.start("left open").task("get the title", url="practice:shop")
print("family", *(child.pid for child in psutil.Process().children(recursive=True)))
"""


def test_a_plain_script_needs_no_magics(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "WEBRUN_DATA_DIR": str(tmp_path / "data")}
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment, timeout=280)
    assert ran.returncode == 0, ran.stderr
    assert "[329.0, 399.99] 2" in ran.stdout
    assert "terminated" in ran.stdout
    assert ran.stderr == ""
    family = [int(pid) for pid in ran.stdout.rpartition("family")[2].split()]
    assert len(family) > 2, "an emulator, its driver and a browser"
    left = [psutil.Process(pid) for pid in family if psutil.pid_exists(pid)]
    assert living(left) == []
