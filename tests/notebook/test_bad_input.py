"""Tests of invalid input in a kernel: each mistake is one clear line, without traceback and stuck session."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from helpers.kernels import Kernel, running_kernel


@pytest.fixture(scope="module")
def kernel(tmp_path_factory) -> Iterator[Kernel]:
    secret = {"SHOP_EMAIL": "ada@example.org", "SHOP_PASSWORD": "planted-for-bank"}
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data")), **secret) as kernel:
        assert kernel.run("%load_ext webrun_nb").status == "ok"
        assert kernel.run("%webrun policy create careful --template 'Research Only'\n%webrun start").status == "ok"
        yield kernel


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%webrun sttus", "status"),
        ("%webrun start --ulr x", "--url"),
        ("%webrun status nobody", "nobody"),
        ("%%webrun task -s nobody\nList it", "nobody"),
        ("%%webrun task\n  \n", "cell"),
        ("%%webrun task", "write what to do on the lines below"),
        ("%webrun advance 6m", "did you mean %webrun emulator advance 6m?"),
        ("%webrun config max_cost=-1", "%config WebrunMagics.max_cost = 0.50 sets one"),
        ("%webrun start --new --policy carefull", "did you mean careful?"),
        ("%webrun policy create b --template 'Reserch only'", "did you mean 'Research Only'?"),
        (
            "%%webrun task --url practice:shop --secret bank.example=SHOP\nLog in.",
            "The session has secrets for bank.example alone.) · name a login with --secret HOST=NAME",
        ),
        ("%%webrun task --url ftp://x.example/\nList it", "http"),
        ("%%webrun task --url shop\nList it", "did you mean practice:shop?"),
        ("%%webrun task --url practice:nosuch\nList it", "there are: admin, bank"),
        ("%%webrun task --url practice:shopp\nList it", "did you mean practice:shop? · nothing was done"),
        ("webrun.result(5)", "webrun: result() takes text as task_id, not int"),
        ("%%webrun task --schema 'name:strin'\nList it", "str"),
        ('%%webrun task --schema \'{"type": "lst"}\'\nList it', "schema"),
        ("%%webrun task --schema no_such_name\nList it", "no_such_name"),
        ("%%webrun task --timeout 10m\nList it", "300"),
        ("%%webrun task -o 2x\nList it", "2x"),
        ("%%webrun task\nList {{ no_such_name }}", "no_such_name"),
        ("%%webrun task\nList {{ 1 / 0 }}", "zero"),
        ("%%webrun task --schema 'name:str\nList it", "quote"),
        ("%%webrun task --url practice:shop\nClick the Frobnicate button", "ELEMENT_NOT_FOUND"),
        ("%%webrun task --url practice:shop\nFluctuate the quantum harmonics", "Fluctuate the quantum harmonics"),
        ("%%webrun task --url http://no-such-host.invalid/\nList it", "NAVIGATION_FAILED"),
        ("%webrun stop", "INVALID_STATE"),
    ],
)
def test_it_is_one_clear_line(kernel, cell, said):
    ran = kernel.run(cell)
    assert ran.status == "error"
    assert said in ran.one_line
    assert "Traceback" not in ran.text


def test_a_failure_is_not_bound_to_the_name_asked_for(kernel):
    kernel.run("%%webrun task --url practice:shop -o rows\nClick the Frobnicate button")
    assert kernel.run("'rows' in globals()").outputs[0]["data"]["text/plain"] == "False"


def test_the_session_still_works_afterwards(kernel):
    assert kernel.run("%%webrun task --url practice:shop\nList the laptops.").status == "ok"


@pytest.mark.parametrize(
    ("name", "value", "refusal"),
    [
        ("max_cost", "-1", "is not a valid budget"),
        ("max_cost", "'much'", "is not a valid budget"),
        ("short_errors", "3", "can't be used"),
    ],
)
def test_an_option_that_can_not_be_so_is_one_clear_line_and_stays_as_it_was(kernel, name, value, refusal):
    option = f"WebrunMagics.{name}"
    said = kernel.run(f"%config {option} = {value}").text
    assert f"{name}: {value} {refusal}" in said
    assert f"%config {option} = " in said
    assert value not in kernel.run(f"%config {option}").text


def test_a_session_that_has_ended_says_why_when_and_how_to_go_on(kernel):
    assert kernel.run("%webrun start gone\n%webrun terminate gone").status == "ok"
    for cell in ("%%webrun task -s gone\nList it", "%webrun pause gone", "%webrun stop gone"):
        said = kernel.run(cell).one_line
        ended = r"gone ended at \d\d:\d\d:\d\d \S+: by you \(%webrun terminate\) · `%webrun start gone` opens another"
        assert re.search(ended, said)
    assert kernel.run("%webrun start").status == "ok"


def test_tracebacks_can_be_had(kernel):
    kernel.run("%config WebrunMagics.short_errors = False")
    ran = kernel.run("%webrun status nobody")
    kernel.run("%config WebrunMagics.short_errors = True")
    assert "Traceback" in "\n".join(ran.errors[0]["traceback"])


def test_the_object_api_says_it_in_one_line_too(kernel):
    assert "NAVIGATION_FAILED" in kernel.run("webrun.run_task('list it', url='http://no-such-host.invalid/')").one_line


@pytest.mark.parametrize(("key", "code"), [("wr_wrong", "INVALID_API_KEY"), ("", "UNAUTHORIZED")])
def test_a_wrong_key_and_none(kernel, start_emulator, key, code):
    emulator = start_emulator()
    ran = kernel.run(f"webrun.Client({emulator.url!r}, key={key!r}).start()")
    emulator.end()
    assert code in ran.one_line
    assert not key or key not in ran.one_line


def test_a_server_that_is_not_there(kernel):
    assert "CONNECTION_LOST" in kernel.run("webrun.Client('http://127.0.0.1:1', key='wr_x').start()").one_line


def test_a_missing_browser_names_the_command_that_installs_it(tmp_path):
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path), WEBRUN_BROWSER=str(tmp_path / "none")) as kernel:
        kernel.run("%load_ext webrun_nb")
        assert "webrun-nb install-browser" in kernel.run("%webrun start").one_line


KILL = """
import psutil
(emulator,) = [process for process in psutil.Process().children() if "emulator" in process.cmdline()]
gone = threading.Event()
session.subscribe(lambda snapshot: gone.set() if snapshot.ended or not snapshot.connected else None)
emulator.kill()
emulator.wait()
assert gone.wait(60)
"""


def test_an_emulator_killed_mid_task_is_one_line(tmp_path):
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path)) as kernel:
        kernel.run("%load_ext webrun_nb\nimport threading\nsession = webrun.start()")
        kernel.run(
            "def kill_when_it_runs(snapshot):\n"
            "    if snapshot.phase == 'running' and not threads:\n"
            "        threads.append(threading.Thread(target=exec, args=(KILL, globals())))\n"
            "        threads[0].start()\n"
            f"KILL, threads = {KILL!r}, []\n"
            "session.subscribe(kill_when_it_runs)"
        )
        assert "EMULATOR_GONE" in kernel.run("session.task('wait for 60 seconds')").one_line


def test_after_a_killed_emulator_the_next_cell_says_so_and_works(tmp_path):
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path)) as kernel:
        kernel.run("%load_ext webrun_nb\nimport threading\n%webrun start")
        kernel.run("session = webrun.start()")
        assert kernel.run(KILL).status == "ok"
        ran = kernel.run("%%webrun task --url practice:shop\nList the laptops.")
        assert "sessions of their own" in ran.text
        assert ran.status == "ok"
