"""Tests of the client with a real emulator and Chromium."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
from filelock import FileLock

from helpers.waiting import wait_for_snapshot, wait_until
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import (
    ArgumentError,
    AuthenticationError,
    ConnectionLostError,
    EmulatorStartError,
    GuardrailError,
    RequestError,
    SessionGoneError,
    TaskFailedError,
    TaskInterruptedError,
)
from webrun_nb.client.local_emulator import LocalEmulator
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.snapshot import Question, SessionSnapshot
from webrun_nb.notebook.api import Toolkit
from webrun_nb.notebook.display.result_frames import NotebookFrames
from webrun_nb.tables.schema import any_records

CITIES = "<table><tr><th>city</th><th>people</th></tr><tr><td>Ulm</td><td>129000</td></tr>\
<tr><td>Graz</td><td>303000</td></tr></table>"
DOORS = "<button>Open the left door</button><button>Open the right door</button>"
LIST = "List the cities and their people"
SCHEMA = "city:str, people:int"


@pytest.fixture(scope="module")
def emulator(start_emulator: Callable[..., Any]) -> Any:
    return start_emulator("--control")


@pytest.fixture(autouse=True)
def own_ledger(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Use a ledger of its own for these tests instead of the user's."""
    monkeypatch.setenv("WEBRUN_DATA_DIR", str(tmp_path))


@pytest.fixture
def client(emulator: Any) -> Iterator[Client]:
    client = Client(emulator.url, key=emulator.key, frames=NotebookFrames())
    yield client
    for session in client.sessions.values():
        session.terminate()
    client.close()


@pytest.fixture
def session(client: Client) -> Session:
    return client.start()


@contextlib.contextmanager
def interrupting(*events: threading.Event) -> Iterator[None]:
    """Interrupt the main thread, as the stop button does, once all `events` are set."""

    def interrupt() -> None:
        if all(event.wait(60) for event in events):
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    yield
    thread.join()


# --- tasks ------------------------------------------------------------------------------------------------------------


def test_a_page_becomes_a_frame(session: Session, site: Any) -> None:
    result = session.task(LIST, url=site.page("/cities", CITIES), schema=SCHEMA)
    assert result.df.to_dict("list") == {"city": ["Ulm", "Graz"], "people": [129000, 303000]}
    assert result.df.attrs["webrun"]["session"] == session.session_id


def test_a_result_says_what_it_would_have_cost(session: Session, site: Any) -> None:
    result = session.task(LIST, url=site.page("/cities", CITIES), schema=SCHEMA)
    assert result.emulated
    assert result.cost_usd > 0


async def test_tasks_asked_at_once_are_done_in_turn(client: Client, site: Any) -> None:
    url = site.page("/cities", CITIES)
    async with await client.astart() as session:
        one, two = await asyncio.gather(
            session.atask(LIST, url=url, schema=SCHEMA), session.atask(LIST, url=url, schema=SCHEMA)
        )
    assert one.task_id != two.task_id
    assert one.json == two.json


def test_a_single_task_ends_its_session(client: Client, site: Any) -> None:
    opened: list[Session] = []
    result = client.run_task(LIST, url=site.page("/cities", CITIES), schema=SCHEMA, opened=opened.append)
    assert len(result.json) == 2
    assert wait_for_snapshot(opened[0], lambda snapshot: snapshot.ended).status == "completed"


def test_a_page_that_is_not_there_fails_in_one_line(session: Session) -> None:
    with pytest.raises(TaskFailedError) as raised:
        session.task(LIST, url="http://127.0.0.1:1/", schema=SCHEMA)
    assert raised.value.code == "NAVIGATION_FAILED"
    assert "\n" not in str(raised.value)


def test_a_step_shows_its_picture_where_the_session_keeps_them(client: Client, site: Any, tmp_path: Any) -> None:
    session = client.start("pictured", pictures=True)
    result = session.task(LIST, url=site.page("/cities", CITIES), schema=SCHEMA)
    assert result.steps[result.steps["picture"]]["name"].tolist() == ["open"]
    picture = result.step_picture(1)
    assert picture._repr_jpeg_().startswith(b"\xff\xd8\xff")
    assert picture.save(tmp_path / "step.jpg").read_bytes() == picture.jpeg
    with pytest.raises(RequestError, match=r"no picture of step 2 .* pictures=True"):
        result.step_picture(2)


def test_a_practice_site_is_there(session: Session) -> None:
    assert session.task("List the laptops", url="practice:shop", schema="name:str, price:float").json


def test_polling_alone_is_enough(emulator: Any, site: Any) -> None:
    client = Client(emulator.url, key=emulator.key, frames=NotebookFrames(), listen=False)
    try:
        with client.start() as session:
            assert len(session.task(LIST, url=site.page("/cities", CITIES), schema=SCHEMA).json) == 2
        assert session.ended
    finally:
        client.close()


# --- the live view ----------------------------------------------------------------------------------------------------


def test_events_say_what_the_browser_does(session: Session, site: Any) -> None:
    actions: list[str] = []
    wait_for_snapshot(session, lambda snapshot: session.monitor.listening and snapshot.status == "active")
    session.subscribe(lambda snapshot: actions.append(snapshot.last_action))
    session.task("Click the left door", url=site.page("/doors", DOORS))
    assert any("left door" in action for action in actions)


def test_an_expired_session_says_so_by_itself(emulator: Any, session: Session) -> None:
    wait_for_snapshot(session, lambda snapshot: snapshot.status == "active")
    emulator.advance(6 * 60_000)
    assert wait_for_snapshot(session, lambda snapshot: snapshot.ended).state_label == "terminated · expired"


def test_a_task_for_an_ended_session_says_so(session: Session) -> None:
    session.terminate()
    with pytest.raises(SessionGoneError) as raised:
        session.task(LIST)
    assert raised.value.code == "SESSION_NOT_FOUND"


def test_terminating_twice_is_safe(session: Session) -> None:
    session.terminate()
    session.terminate()
    assert session.snapshot.status == "terminated"


# --- stopping ---------------------------------------------------------------------------------------------------------


def test_an_interrupt_stops_the_task_and_keeps_the_session(session: Session, site: Any) -> None:
    with interrupting(site.was_asked), pytest.raises(TaskInterruptedError) as raised:
        session.task(LIST, url=site.silent("/never"))
    assert session.status().state_label == "active · stopped"
    with pytest.raises(TaskFailedError) as failed:
        session.task(LIST, url="http://127.0.0.1:1/")
    assert failed.value.task_id != raised.value.task_id


def test_an_interrupted_single_task_leaves_no_session(client: Client, site: Any) -> None:
    opened: list[Session] = []
    is_open = threading.Event()

    def open_(session: Session) -> None:
        opened.append(session)
        is_open.set()

    with interrupting(is_open, site.was_asked), pytest.raises(TaskInterruptedError, match="its session has ended"):
        client.run_task(LIST, url=site.silent("/never"), opened=open_)
    assert opened[0].status().status == "terminated"


async def test_a_task_can_be_stopped_from_elsewhere(client: Client, site: Any) -> None:
    async with await client.astart() as session:
        waiting = asyncio.ensure_future(session.atask(LIST, url=site.silent("/never")))
        await asyncio.to_thread(site.was_asked.wait, 60)
        await session.astop()
        with pytest.raises(TaskFailedError) as raised:
            await waiting
    assert raised.value.code == "TASK_STOPPED"


# --- submitted tasks, and manual control ------------------------------------------------------------------------------


def test_submitted_tasks_run_in_turn_and_one_can_be_stopped(session: Session, site: Any) -> None:
    first = session.submit("wait for 60 seconds")
    second = session.submit(LIST, url=site.page("/cities", CITIES), schema=SCHEMA)
    wait_for_snapshot(session, lambda snapshot: snapshot.phase == "running")
    assert (first.state, second.state) == ("running", "queued")
    first.stop()
    assert len(second.result(60).json) == 2
    with pytest.raises(TaskFailedError) as raised:
        first.result(60)
    assert raised.value.code == "TASK_STOPPED"


def test_an_answer_from_elsewhere_lets_a_submitted_task_go_on(session: Session, site: Any) -> None:
    handle = session.submit("Click the Open button", url=site.page("/doors", DOORS))
    question = wait_for_snapshot(session, lambda snapshot: snapshot.question is not None).question
    assert question is not None
    session.answer(question.candidates[0], question.task_id)
    handle.result(60)
    assert session.status().question is None


AIM = """<style>body { margin: 0; height: 600px }</style><p>Clicked: <b id=at>nowhere</b></p>
<script>onclick = e => document.getElementById('at').textContent = e.clientX + ',' + e.clientY</script>"""


def test_a_persons_click_lands_on_the_page_where_it_was_aimed(session: Session, site: Any) -> None:
    session.task("wait for 0.1 seconds", url=site.page("/aim", AIM))
    session.take_over()
    assert session.snapshot.phase == "manual"
    wait_until(lambda: session.monitor.listening)  # the event of the click is not missed
    session.click(300, 200)
    wait_for_snapshot(session, lambda snapshot: "click" in snapshot.last_action.lower())
    session.release()
    assert "300,200" in session.task("get the Clicked").text


def test_a_task_with_no_page_of_its_own_says_where_it_was(session: Session, site: Any) -> None:
    url = site.page("/cities", CITIES)
    session.task(LIST, url=url, schema=SCHEMA)
    assert session.task(LIST, schema=SCHEMA).url == url


def test_again_is_a_session_with_the_same_options(client: Client, site: Any) -> None:
    ended = client.start("shop", url=site.page("/cities", CITIES))
    ended.terminate()
    again = ended.restart()
    assert again.session_id != ended.session_id
    assert len(again.task(LIST, schema=SCHEMA).json) == 2


# --- a lost browser ---------------------------------------------------------------------------------------------------


def test_a_killed_browser_shows_its_grace_period_and_comes_back(client: Client, session: Session) -> None:
    wait_for_snapshot(session, lambda snapshot: session.monitor.listening and snapshot.phase == "idle")
    seen: list[SessionSnapshot] = []
    session.subscribe(seen.append)
    client.control.instance(session.session_id, "kill")
    wait_for_snapshot(
        session, lambda snapshot: snapshot.status == "active" and any(s.status == "orphaned" for s in seen)
    )
    lost = next(snapshot for snapshot in seen if snapshot.grace_ends_at_ms is not None)
    assert lost.grace_ends_at_ms is not None
    assert 299_000 <= lost.grace_ends_at_ms - lost.server_now_ms <= 330_000
    assert session.status().grace_ends_at_ms is None


def test_faults_of_the_emulator_are_typed_errors(client: Client) -> None:
    client.control.faults("start-session", status=503, code="INSTANCE_UNAVAILABLE")
    with pytest.raises(RequestError) as raised:
        client.start("refused")
    assert raised.value.code == "INSTANCE_UNAVAILABLE"


def test_a_dropped_connection_is_one_line_and_the_session_lives(client: Client, session: Session) -> None:
    client.control.faults("send-message", drop=True)
    with pytest.raises(ConnectionLostError):
        session.stop()
    assert session.status().connected


# --- guardrails -------------------------------------------------------------------------------------------------------


def test_an_unanswered_question_stops_the_task_and_is_raised(session: Session, site: Any) -> None:
    with pytest.raises(GuardrailError) as raised:
        session.task("Click the Open button", url=site.page("/doors", DOORS))
    assert len(raised.value.candidates) == 2
    assert session.status().state_label == "active · stopped"


def test_a_handler_answers_a_question(client: Client, session: Session, site: Any) -> None:
    asked: list[Question] = []

    def handler(question: Question) -> str:
        asked.append(question)
        return question.candidates[0]

    client.on_guardrail(handler)
    session.task("Click the Open button", url=site.page("/doors", DOORS))
    assert [question.kind for question in asked] == ["ambiguous"]


# --- the server's troubles --------------------------------------------------------------------------------------------


def test_a_wrong_key_is_refused(emulator: Any) -> None:
    client = Client(emulator.url, key="wr_wrong")
    try:
        with pytest.raises(AuthenticationError) as raised:
            client.start()
    finally:
        client.close()
    assert raised.value.code == "INVALID_API_KEY"


@pytest.fixture
def own_emulator(tmp_path: Any) -> Iterator[LocalEmulator]:
    emulator = runtime.run(LocalEmulator.start("--data-dir", str(tmp_path)))
    yield emulator
    emulator.stop()


def test_its_key_is_not_in_its_command_line(own_emulator: LocalEmulator) -> None:
    assert own_emulator.key not in " ".join(psutil.Process(own_emulator.pid).cmdline())


def test_the_stop_button_does_not_reach_it(own_emulator: LocalEmulator) -> None:
    assert os.getpgid(own_emulator.pid) != os.getpgid(0)


def test_a_killed_emulator_is_one_line_and_no_session_is_stuck(own_emulator: LocalEmulator, site: Any) -> None:
    client = Client(own_emulator.url, key=own_emulator.key, explain_loss=own_emulator.explain_loss)
    session = client.start()

    def kill() -> None:
        if site.was_asked.wait(60):
            os.kill(own_emulator.pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    with pytest.raises(ConnectionLostError) as raised:
        session.task(LIST, url=site.silent("/never"))
    thread.join()
    client.close()
    assert str(raised.value).startswith("the emulator was killed (signal 9); its sessions are gone")
    assert session.ended


def test_after_a_death_the_toolkit_starts_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("WEBRUN_DATA_DIR", str(tmp_path))
    toolkit = Toolkit()
    first = toolkit.client()
    emulator = toolkit.emulator
    assert emulator is not None
    os.kill(emulator.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(emulator.pid)] if psutil.pid_exists(emulator.pid) else [], 60)
    second = toolkit.client()
    try:
        assert second.base_url != first.base_url
        assert second.start().session_id
    finally:
        second.close()
        assert toolkit.emulator is not None
        toolkit.emulator.stop()


INTERRUPTED = """
import webrun_nb as webrun
try:
    webrun.start()
except KeyboardInterrupt as error:
    print(type(error).__name__, error)
"""


def test_an_interrupt_while_the_emulator_starts_ends_it_and_says_that_nothing_was_started(tmp_path: Any) -> None:
    """The file that the emulator opens first is locked, so that its start cannot complete."""
    with FileLock(tmp_path / "opening.lock"):
        kernel = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTED],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "WEBRUN_DATA_DIR": str(tmp_path)},
        )
        emulator = waiting_for_a_lock(psutil.Process(kernel.pid))
        kernel.send_signal(signal.SIGINT)
        said, _ = kernel.communicate(timeout=30)
        assert said == "TaskInterruptedError interrupted: no session was started, nothing is billed\n"
        assert psutil.wait_procs([emulator], 10)[1] == []


def waiting_for_a_lock(kernel: psutil.Process) -> psutil.Process:
    """Return the emulator that a kernel has started, once its log is open and it is about to need the lock."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for child in kernel.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if any(file.path.endswith("emulator.log") for file in child.open_files()):
                    return child
    raise AssertionError("no emulator was started")


def test_an_emulator_that_can_not_start_says_why_in_one_line() -> None:
    with pytest.raises(EmulatorStartError, match="ended while starting") as raised:
        runtime.run(LocalEmulator.start("--port", "no number"))
    assert "no number" in str(raised.value)
    assert "\n" not in str(raised.value)


ORPHAN = """
import os, sys
from webrun_nb.client.local_emulator import LocalEmulator
from webrun_nb.client._sync import runtime
emulator = runtime.run(LocalEmulator.start("--data-dir", sys.argv[1]))
print(emulator.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def test_it_ends_with_the_process_that_started_it(tmp_path: Any) -> None:
    owner = subprocess.run(
        [sys.executable, "-c", ORPHAN, str(tmp_path)], stdout=subprocess.PIPE, text=True, check=False
    )
    pid = int(owner.stdout)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(60)
    assert not psutil.pid_exists(pid)


def test_what_a_task_downloads_can_be_opened_saved_and_read_as_a_table(
    client: Client, site: Any, tmp_path: Any
) -> None:
    site.page("/", '<a href="/towns.csv" download>Download the towns</a>')
    site.page("/towns.csv", "town,people\nUlm,129000\nGraz,\n", content_type="text/csv")
    (file,) = client.run_task("Download the towns", url=site.url("/")).files
    assert file.size() == 29
    with file.open() as content:
        assert content.read() == b"town,people\nUlm,129000\nGraz,\n"
    assert file.save(tmp_path).read_bytes().startswith(b"town")
    assert file.df.to_dict("list")["town"] == ["Ulm", "Graz"]
    assert str(file.df.dtypes["people"]) == "Int64"


def test_a_task_is_given_a_file_of_this_machine(client: Client, site: Any, tmp_path: Any) -> None:
    site.page("/", '<label>CV <input type=file onchange="o.textContent = this.files[0].name"></label><h1 id=o></h1>')
    (tmp_path / "cv.pdf").write_text("a life")
    done = client.run_task("Attach cv.pdf as the CV", url=site.url("/"), files=[tmp_path / "cv.pdf"])
    assert "attach" in done.text.lower() or "done" in done.text.lower()
    with pytest.raises(RequestError, match="there is no file"):
        client.run_task("Attach cv.pdf", url=site.url("/"), files=[tmp_path / "none.pdf"])


@pytest.mark.parametrize(
    "text",
    [
        LIST,
        "List the cities",
        "What are the people of Graz?",
        "How many cities are there?",
        "get the title",
        "wait 1 second",
        "List the cities. How many cities are there?",
    ],
)
def test_a_text_answer_makes_the_same_table_as_open_records(client: Client, site: Any, text: str) -> None:
    session = client.start()
    page = site.page("/cities", f"<title>Towns</title>{CITIES}")
    answer = session.task(text, url=page)
    table = session.task(text, url=page, schema=any_records().json_schema)
    assert answer.schema is None
    assert answer.df.equals(table.df)
    assert list(answer.df.dtypes) == list(table.df.dtypes)


def test_the_records_of_html(client: Client) -> None:
    found = client.extract(CITIES, SCHEMA)
    assert found.df.to_dict("list") == {"city": ["Ulm", "Graz"], "people": [129000, 303000]}
    assert found.df.attrs["webrun"]["completeness"]["rows"] == 2


def test_each_value_of_html_says_where_it_is_from(client: Client) -> None:
    sources = client.extract(CITIES, SCHEMA, url="https://cities.example/").provenance
    graz = sources[(sources["row"] == 1) & (sources["column"] == "people")].iloc[0]
    assert (graz["page"], graz["text"]) == ("https://cities.example/", "303000")


def test_html_without_the_records_names_what_comes_nearest(client: Client) -> None:
    with pytest.raises(RequestError, match="nearest fields") as caught:
        client.extract(CITIES, "price:money, colour:str")
    assert caught.value.code == "ELEMENT_NOT_FOUND"


def test_a_url_is_no_html(client: Client) -> None:
    with pytest.raises(ArgumentError, match="no URL"):
        client.extract("https://cities.example/", SCHEMA)


def test_the_page_of_a_session_is_read_once_it_is_open(client: Client) -> None:
    session = client.start("reading", url="practice:shop")
    assert len(client.extract(session, "name:str, price:money").df) == 16


def test_a_look_at_a_url_leaves_no_session_open(client: Client) -> None:
    (laptops,) = client.peek("practice:shop").sources
    assert (laptops.kind, laptops.rows) == ("list", 16)
    assert all(session.ended for session in client.sessions.values())


def test_a_look_at_a_page_that_can_not_be_opened(client: Client) -> None:
    with pytest.raises(RequestError, match="could not be opened"):
        client.peek("http://nothing.localhost:9/")


def test_pages_are_read_on_the_emulator_alone() -> None:
    hosted = Client(key="wr_" + "x" * 32)
    for read in (lambda: hosted.extract(CITIES), lambda: hosted.peek("https://cities.example/")):
        with pytest.raises(RequestError, match="does not offer this"):
            read()
    hosted.close()
