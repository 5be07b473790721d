"""Tests in a kernel of tasks in the background: `--bg`, jobs, wait and cancel."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest

from helpers.kernels import IMPORT_WAITING, Kernel, Ran, running_kernel, value

LAPTOPS = "List the laptops under $400, cheapest first."
IN_BACKGROUND = f'%%webrun task --url practice:shop --schema "name:str, price:float" --bg laptops\n{LAPTOPS}'
DOORS = "<button>Open the left door</button><button>Open the right door</button>"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory) -> Iterator[Kernel]:
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data"))) as kernel:
        assert kernel.run("%load_ext webrun_nb\n" + IMPORT_WAITING).status == "ok"
        yield kernel


@pytest.fixture
def session(kernel) -> Iterator[None]:
    assert kernel.run("%webrun start").status == "ok"
    yield
    assert kernel.run("%webrun terminate --all").status == "ok"


def cards(ran: Ran) -> list[str]:
    shown = [output["data"]["text/plain"] for output in ran.outputs if "data" in output]
    return [text for text in shown if "job " in text and "[webrun-card]" in text]


def test_a_job_returns_at_once_and_is_awaited(kernel, session):
    begun = kernel.run(IN_BACKGROUND)
    (card,) = cards(begun)
    assert "job laptops · " in card
    assert "session main" in card
    assert value(kernel.run("df = (await laptops).df\ndf['price'].tolist()")) == [329.0, 399.99]
    assert value(kernel.run("laptops.state, laptops.df.equals(df), laptops.error")) == ("complete", True, None)


def test_wait_shows_the_result_and_jobs_the_table(kernel):
    kernel.run(IN_BACKGROUND)  # in a session of its own
    waited = kernel.run("%webrun wait laptops --for 60s")
    assert "2 rows × 2" in waited.text
    assert "laptops.df" in waited.text
    table = kernel.run("jobs = %webrun jobs\nrow = jobs.set_index('job').loc['laptops']")
    assert table.status == "ok"
    assert value(kernel.run("row.state, bool(row.cost_usd > 0), bool(row.emulated)")) == ("complete", True, True)
    assert value(kernel.run("laptops.session.ended")) is True


def test_waiting_a_little_is_no_error_and_an_early_look_is_one_line(kernel, session):
    kernel.run("%%webrun task --bg slow\nwait for 60 seconds")
    assert "the job continues: %webrun wait slow" in kernel.run("%webrun wait slow --for 1s").text
    assert "JOB_NOT_DONE: job slow is not done" in kernel.run("slow.df").one_line
    assert "job slow was stopped; session main is kept" in kernel.run("%webrun cancel slow").text
    assert "TASK_STOPPED" in kernel.run("%webrun wait slow").one_line
    assert "has ended already: stopped" in kernel.run("%webrun cancel slow").text


STOP_BUTTON = """
import os, signal, sys, threading
def waits(frame):
    while frame is not None and frame.f_code is not type(slow).result.__code__:
        frame = frame.f_back
    return frame is not None
def press():
    "Press the stop button once the main thread waits for the job."
    wait_until(lambda: waits(sys._current_frames()[threading.main_thread().ident]))
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=press, daemon=True).start()
"""


def test_interrupting_a_wait_leaves_the_job_running(kernel, session):
    kernel.run("%%webrun task --bg slow\nwait for 60 seconds")
    assert kernel.run(STOP_BUTTON).status == "ok"
    assert "the wait has ended, job slow continues" in kernel.run("%webrun wait slow").one_line
    running = "wait_until(lambda: slow.session.status().phase)\nslow.done, slow.session.status().phase"
    assert value(kernel.run(running)) == (False, "running")


def test_a_failed_jobs_error_is_one_line_wherever_it_is_met(kernel, session):
    kernel.run("%%webrun task --url http://127.0.0.1:9/ --bg broken\nget the title")
    assert "NAVIGATION_FAILED" in kernel.run("await broken").one_line
    assert "NAVIGATION_FAILED" in kernel.run("%webrun wait broken").one_line
    assert "NAVIGATION_FAILED" in kernel.run("broken.df").one_line
    assert value(kernel.run("broken.state, broken.error.code")) == ("failed", "NAVIGATION_FAILED")


def test_names_of_other_things_and_of_running_jobs_are_not_taken(kernel, session):
    kernel.run("mine = 1")
    assert "mine is a variable of the notebook already (int)" in kernel.run("%%webrun task --bg mine\nx").one_line
    kernel.run("%%webrun task --bg slow\nwait for 60 seconds")
    assert "the job slow still runs" in kernel.run("%%webrun task --bg slow\nx").one_line
    assert "there is no job 'slw' · did you mean slow?" in kernel.run("%webrun wait slw").one_line


def test_bg_with_o_is_refused(kernel):
    assert "task takes -o or --bg, not both" in kernel.run("%%webrun task --bg a -o b\nx").one_line


def test_a_jobs_question_is_shown_and_answered(kernel, session, tmp_path):
    (tmp_path / "doors.html").write_text(DOORS)
    served = (
        "import http.server, functools, threading\n"
        f"pages = functools.partial(http.server.SimpleHTTPRequestHandler, directory={str(tmp_path)!r})\n"
        "pages.log_message = lambda *_: None\n"
        "server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), pages)\n"
        "threading.Thread(target=server.serve_forever, daemon=True).start()\n"
        "url = f'http://127.0.0.1:{server.server_port}/doors.html'"
    )
    assert kernel.run(served).status == "ok"
    kernel.run("%%webrun task --url '{{ url }}' --bg door\nClick the Open button")
    asked = "wait_until(lambda: door.state == 'guardrail')\nprint(door)"
    assert "asks: " in kernel.run(asked).text
    assert "answered" in kernel.run("%webrun answer door Open the left door").text
    assert kernel.run("%webrun wait door").status == "ok"


def test_a_job_ends_with_its_budget(kernel, session):
    kernel.run("%%webrun task --bg slow --max-cost 0.0005\nwait for 60 seconds")
    assert "BUDGET_REACHED" in kernel.run("await slow").one_line


def test_a_kernels_end_stops_its_jobs(tmp_path, start_emulator):
    emulator = start_emulator()
    try:
        with running_kernel(WEBRUN_DATA_DIR=str(tmp_path)) as kernel:
            kernel.run(
                "%load_ext webrun_nb\nfrom webrun_nb.notebook.api import toolkit\n"
                "from webrun_nb.notebook.display.result_frames import NotebookFrames\n"
                f"toolkit.use(webrun.Client({emulator.url!r}, key={emulator.key!r}, frames=NotebookFrames()))\n"
            )
            kernel.run("%webrun start")
            kernel.run("%%webrun task --bg slow\nwait for 60 seconds")
            task = value(kernel.run("slow.session.session_id, slow.task_id"))
            process = psutil.Process(value(kernel.run("import os; os.getpid()")))
            kernel.client.execute("exit")
            assert psutil.wait_procs([process], 60)[1] == []
        assert emulator.get("/task/{}/{}".format(*task))[1]["code"] == "TASK_STOPPED"
    finally:
        emulator.end()


def test_tasks_submitted_without_magics_are_jobs_with_a_name(kernel, session):
    kernel.run("session = webrun.start()\nasked = session.submit('List the laptops under $400.', url='practice:shop')")
    kernel.run("waiting = webrun.submit_task('wait for 60 seconds', url='practice:shop')")
    kernel.run("jobs = %webrun jobs\nnames = {row.task_id: row.job for row in jobs.itertuples()}")
    first, second = value(kernel.run("names[asked.task_id], names[waiting.task_id]"))
    assert first.startswith("job")
    shown = kernel.run(f"%webrun wait {first}")
    assert "Ovexa Slate 12" in "".join(output.get("data", {}).get("text/plain", "") for output in shown.outputs)
    assert value(kernel.run(f"{first}.task_id == asked.task_id, {first}.state")) == (True, "complete")
    assert f"job {second} was stopped" in kernel.run(f"%webrun cancel {second}").text
    assert value(kernel.run("waiting.state, waiting.stopped")) == ("failed", True)
