"""Tests in a kernel of the verbs that manage sessions, with a real emulator."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from helpers.kernels import IMPORT_WAITING, Kernel, running_kernel, value
from helpers.processes import family, living

DOORS = "<button>Open the left door</button><button>Open the right door</button>"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory) -> Iterator[Kernel]:
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data"))) as kernel:
        loaded = kernel.run("%load_ext webrun_nb\nimport threading")
        assert (loaded.status, loaded.text) == ("ok", "")
        yield kernel


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("history", "no task was run yet; a cell that begins with %%webrun task runs one"),
        ("jobs", "no job was started in this kernel yet; %%webrun task --bg NAME starts one"),
        ("usage", "no session was opened yet; %webrun start opens one"),
        ("status --all", "no session was opened in this kernel yet; %webrun start opens one"),
        ("env list", "there is no environment yet; %webrun env create NAME makes one"),
        ("policy list", 'there is no policy yet; %webrun policy create NAME --template "Research Only" makes one'),
        ("file list", "the last task downloaded no file; ask a task for one, for example:"),
    ],
)
def test_an_empty_list_says_how_to_begin(kernel, verb, line):
    (shown,) = [output for output in kernel.run(f"%webrun {verb}").outputs if "data" in output]
    assert shown["data"]["text/plain"].startswith(line)
    assert "<table" not in shown["data"]["text/html"]
    assert value(kernel.run(f"rows = %webrun {verb}\nlen(rows), len(rows.columns) > 2")) == (0, True)


@pytest.fixture
def session(kernel) -> Iterator[str]:
    """Open the current session; its name in the notebook is `session`."""
    assert kernel.run(IMPORT_WAITING + "%webrun start\nsession = webrun.start()").status == "ok"
    yield "main"
    assert kernel.run("%webrun terminate --all").status == "ok"


def test_a_task_can_be_paused_and_resumed(kernel, session):
    running = kernel.run(
        "handle = session.submit('wait for 60 seconds')\nwait_for_snapshot(session, lambda s: s.phase == 'running')"
    )
    assert running.status == "ok", running.errors
    assert "paused" in kernel.run("%webrun pause").text
    assert value(kernel.run("session.status().phase")) == "paused"
    assert "continues" in kernel.run("%webrun resume main").text
    assert value(kernel.run("session.status().phase")) == "running"


def test_nothing_to_pause_is_one_line(kernel, session):
    assert kernel.run("wait_for_snapshot(session, lambda s: s.phase == 'idle')").status == "ok"
    assert "INVALID_STATE" in kernel.run("%webrun pause").one_line


@pytest.fixture
def asking(kernel, session, tmp_path) -> None:
    page = tmp_path / "doors.html"
    page.write_text(DOORS)
    cell = (
        "import http.server, functools\n"
        f"pages = functools.partial(http.server.SimpleHTTPRequestHandler, directory={str(tmp_path)!r})\n"
        "pages.log_message = lambda *_: None\n"
        "server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), pages)\n"
        "threading.Thread(target=server.serve_forever, daemon=True).start()\n"
        "url = f'http://127.0.0.1:{server.server_port}/doors.html'\n"
        "handle = session.submit('Click the Open button', url=url)\n"
        "wait_for_snapshot(session, lambda s: s.question is not None)"
    )
    assert kernel.run(cell).status == "ok"


@pytest.mark.parametrize(
    "cell",
    ["%webrun answer Open the left door", "%webrun answer main Open the left door", "%%webrun answer main\nleft door"],
)
def test_a_question_is_answered(kernel, asking, cell):
    assert "answered" in kernel.run(cell).text
    assert kernel.run("handle.result(60)").status == "ok"


def test_an_answer_where_nothing_is_asked_is_one_line(kernel, session):
    assert "asks nothing" in kernel.run("%webrun answer yes").one_line


def test_a_look_at_the_page_of_a_session_gives_cells_for_that_session(kernel):
    assert kernel.run("%webrun start looking --url practice:shop").status == "ok"
    assert kernel.run("%webrun start other").status == "ok"
    seen = kernel.run("%webrun peek -s looking")
    cell = re.sub(r" -o \w+", " -o looked", seen.text[seen.text.index("%%webrun task") :])
    assert cell.startswith('%%webrun task -s looking --schema "'), seen.text
    assert kernel.run(cell).status == "ok"
    assert value(kernel.run("len(looked)")) == 16
    assert kernel.run("%webrun terminate --all").status == "ok"


def test_time_travel_ends_a_forgotten_session_and_usage_says_so(kernel, session):
    assert kernel.run("wait_for_snapshot(session, lambda s: s.phase == 'idle')").status == "ok"
    travelled = kernel.run("%webrun emulator advance 6m")
    assert "after 5:00 of inactivity" in travelled.text
    spent = kernel.run("spent = %webrun usage")
    assert "forgotten: 1 session ran into the timeout" in spent.text
    assert "you pay $0.00" in spent.text
    idle = kernel.run("float(spent[spent.session_id == session.session_id].idle_usd.sum())")
    assert value(idle) >= 0.1


def test_usage_says_what_waiting_would_cost(kernel, session):
    assert kernel.run("wait_for_snapshot(session, lambda s: s.phase == 'idle')").status == "ok"
    assert "main · idle until the timeout: ≈ $0." in kernel.run("%webrun usage;").text


def test_a_frozen_clock_stands_still(kernel, session):
    assert "the clock is stopped" in kernel.run("%webrun emulator freeze").text
    assert value(kernel.run("session.status().clock_running")) is False
    assert "runs again" in kernel.run("%webrun emulator unfreeze").text


def test_a_killed_browser_orphans_its_session_and_it_comes_back(kernel, session):
    listens = kernel.run("wait_for_snapshot(session, lambda s: s.phase == 'idle' and session.monitor.listening)")
    assert listens.status == "ok"
    kernel.run("seen = []\nleave = session.subscribe(lambda s: seen.append((s.status, s.grace_ends_at_ms is None)))")
    assert "was killed" in kernel.run("%webrun emulator kill main").text
    back = kernel.run(
        "wait_for_snapshot(session, lambda s: ('orphaned', False) in seen and seen[-1] == ('active', True))\nleave()"
    )
    assert back.status == "ok", back.text


def test_faults_are_one_line_and_can_be_taken_back(kernel):
    said = kernel.run("%webrun emulator faults start-session --times 9 --status 503 --code INSTANCE_UNAVAILABLE")
    assert "9 calls" in said.text
    assert "INSTANCE_UNAVAILABLE" in kernel.run("webrun.start('other')").one_line
    assert "all faults are removed" in kernel.run("%webrun emulator faults clear").text
    assert kernel.run("webrun.start('other').terminate()").status == "ok"


def test_the_accounts_limits_are_felt(kernel):
    kernel.run("%webrun emulator account --session-limit 0")
    refused = kernel.run("%webrun start nobody")
    assert "none" in kernel.run("%webrun emulator account --session-limit none --balance none").text
    assert "SESSION_LIMIT_REACHED" in refused.one_line


def test_a_reset_ends_all(kernel, session):
    assert "is reset" in kernel.run("%webrun emulator reset").text
    assert value(kernel.run("session.ended")) is True


def test_state_is_a_dict(kernel, session):
    assert value(kernel.run("state = %webrun emulator state\nlen(state['sessions']) > 0"))


def test_state_is_displayed_as_a_small_table(kernel, session):
    (shown,) = kernel.run("%webrun emulator state").outputs
    lines = shown["data"]["text/plain"].splitlines()
    assert [line.split()[0] for line in lines[:-1]] == [
        "clock", "sessions", "browsers", "account", "compute", "faults", "webhooks",
    ]  # fmt: skip
    assert re.fullmatch(r"sessions +\d+ \(\d+ \w+.*\)", lines[1])
    assert lines[-1] == "all of it, as a dict: state = %webrun emulator state"
    assert shown["data"]["text/html"].count("<tr>") == 7


def test_a_restart_ends_its_sessions_and_goes_on(kernel, session):
    before = kernel.run("%webrun emulator").text
    assert "1 session ended" in kernel.run("%webrun emulator restart").text
    assert value(kernel.run("session.ended")) is True
    assert kernel.run("%webrun start").status == "ok"
    assert kernel.run("%webrun emulator").text != before


# --- other kernels ----------------------------------------------------------------------------------------------------


def test_a_kernel_killed_with_its_emulator_leaves_nothing_to_report(tmp_path):
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path)) as kernel:
        pid = value(kernel.run("%load_ext webrun_nb\n%webrun start\nimport os; os.getpid()"))
        emulators = [child for child in psutil.Process(pid).children() if "emulator" in child.cmdline()]
        everyone = [process for emulator in emulators for process in family(emulator.pid)]
        assert everyone
        os.kill(pid, signal.SIGKILL)
        assert living(everyone) == []
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path)) as kernel:
        assert kernel.run("%load_ext webrun_nb").text == ""
        ended = kernel.run("spent = %webrun usage\nlist(spent.outcome)")
        assert value(ended) == ["emulator ended"]


def opened_on(emulator: Any) -> str:
    return (
        "from webrun_nb.notebook.api import toolkit\n"
        "from webrun_nb.notebook.display.result_frames import NotebookFrames\n"
        f"toolkit.use(webrun.Client({emulator.url!r}, key={emulator.key!r}, frames=NotebookFrames()))\n"
    )


def test_sessions_of_a_killed_kernel_are_reported_and_ended(tmp_path, start_emulator):
    emulator = start_emulator()
    try:
        with running_kernel(WEBRUN_DATA_DIR=str(tmp_path)) as kernel:
            kernel.run("%load_ext webrun_nb\n" + opened_on(emulator) + "%webrun start shop")
            os.kill(value(kernel.run("import os; os.getpid()")), signal.SIGKILL)
        with running_kernel(WEBRUN_DATA_DIR=str(tmp_path)) as kernel:
            printed = kernel.run("%load_ext webrun_nb").text
            assert printed.count("\n") == 1
            assert f"1 session left open by an earlier kernel (shop on {emulator.url})" in printed
            assert "%webrun terminate --all" in printed
            assert "not ended: 1 session" in kernel.run("%webrun terminate --all").text
            assert (
                "shop, left open by an earlier kernel: terminated"
                in kernel.run(opened_on(emulator) + "%webrun terminate --all").text
            )
            assert "no session is open" in kernel.run("%webrun terminate --all").text
        (state,) = emulator.get("/start/sessions")[1]["sessions"]
        assert state["status"] == "terminated"
    finally:
        emulator.end()


def test_a_living_kernels_sessions_are_its_own(tmp_path, start_emulator):
    emulator = start_emulator()
    try:
        with running_kernel(WEBRUN_DATA_DIR=str(tmp_path)) as one, running_kernel(WEBRUN_DATA_DIR=str(tmp_path)) as two:
            one.run("%load_ext webrun_nb\n" + opened_on(emulator) + "%webrun start shop")
            assert two.run("%load_ext webrun_nb").text == ""
            two.run(opened_on(emulator) + "%webrun terminate --all")
            assert value(one.run("webrun.start('shop').status().ended")) is False
    finally:
        emulator.end()
