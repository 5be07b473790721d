"""Tests of `map` with a real emulator and Chromium: what comes of rows, and what kills and stops leave."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import psutil
import pytest

from helpers.waiting import wait_until
from webrun_nb.batch.errors import RunError
from webrun_nb.batch.map import abegin_map
from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.run import MapRun
from webrun_nb.batch.store import stored_run
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import TaskInterruptedError, WebRunError
from webrun_nb.client.local_emulator import LocalEmulator
from webrun_nb.notebook.display.result_frames import NotebookFrames

TEXT = "List the offices with their city and staff."
SCHEMA = "city:str, staff:int"


def offices(*rows: tuple[str, int]) -> str:
    cells = "".join(f"<tr><td>{city}</td><td>{staff}</td></tr>" for city, staff in rows)
    return f"<h1>Offices</h1><table><tr><th>City</th><th>Staff</th></tr>{cells}</table>"


@pytest.fixture(scope="module")
def emulator(start_emulator: Callable[..., Any]) -> Any:
    return start_emulator("--control")


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Use a folder of its own for the ledger and the runs instead of the user's."""
    monkeypatch.setenv("WEBRUN_DATA_DIR", str(tmp_path))


@pytest.fixture
def client(emulator: Any) -> Iterator[Client]:
    client = Client(emulator.url, key=emulator.key, frames=NotebookFrames())
    yield client
    for session in client.sessions.values():
        session.terminate()
    client.close()


@contextmanager
def own_emulator(folder: str) -> Iterator[tuple[LocalEmulator, Client]]:
    """Start an emulator as a notebook does, whose end the client sees at once, and give it with its client."""
    emulator = runtime.run(LocalEmulator.start("--data-dir", folder))
    client = Client(emulator.url, key=emulator.key, frames=NotebookFrames(), explain_loss=emulator.explain_loss)
    try:
        yield emulator, client
    finally:
        client.close()
        emulator.stop()


def begin(client: Client, pages: object, **options: Any) -> MapRun:
    given = {"schema": SCHEMA, "concurrency": 2, **options}
    text = None if pages is None else TEXT
    return runtime.run(abegin_map(client, pages, text, MapOptions.of(given)))  # type: ignore[arg-type]


def test_records_rejoin_the_index_of_the_input_in_its_order(client: Client, site: Any) -> None:
    pages = pd.DataFrame(
        {
            "firm": ["Aster", "Birch", "Cedar"],
            "url": [
                site.page("/aster", offices(("Ulm", 3), ("Graz", 5))),
                site.page("/birch", "<h1>Gone</h1>", status=404),
                site.page("/cedar", offices(("Cork", 8))),
            ],
        },
        index=["a", "b", "b"],
    )
    run = begin(client, pages, keep=["firm"], concurrency=1).result()
    frame = run.df
    assert frame.index.tolist() == [("a", 0), ("a", 1), ("b", 0), ("b", 0)]
    assert frame["firm"].tolist() == ["Aster", "Aster", "Birch", "Cedar"]
    assert frame["city"].tolist() == ["Ulm", "Graz", pd.NA, "Cork"]
    assert frame["staff"].dtype == "Int64"
    assert run.failures[["row", "code"]].to_numpy().tolist() == [[1, "NAVIGATION_FAILED"]]
    assert run.status["_status"].tolist() == ["done", "failed", "done"]
    assert (run.usage.sessions, run.usage.tasks) == (1, 3)
    assert run.usage.cost_usd > run.usage.failed_usd > 0


def test_all_sessions_of_a_run_end_with_it(client: Client, site: Any) -> None:
    begin(client, [site.page(f"/{n}", offices(("Ulm", n))) for n in range(5)]).result()
    assert all(session.ended for session in client.sessions.values())
    assert 1 <= len(client.sessions) <= 2


def test_a_busy_page_is_asked_again_after_the_time_it_wants(client: Client, site: Any) -> None:
    url = site.page("/busy", "busy", status=503, headers={"retry-after": "0"})
    run = begin(client, [url])
    wait_until(lambda: run.progress.retried == 1 or run.done)
    site.page("/busy", offices(("Ulm", 3)))
    assert run.result().df["city"].tolist() == ["Ulm"]
    assert run.progress.failed == 0


def test_a_stopped_run_keeps_what_is_done_and_goes_on_with_the_same_call(client: Client, site: Any) -> None:
    gate = threading.Event()
    pages = [
        site.page("/0", offices(("Ulm", 1))),
        *(site.page(f"/{n}", offices(("Graz", n)), held=gate) for n in (1, 2)),
    ]
    run = begin(client, pages, concurrency=1)
    wait_until(lambda: run.progress.done == 1 and "/1" in site.asked)
    run.stop()
    gate.set()
    with pytest.raises(TaskInterruptedError) as stopped:
        run.result()
    assert "1 of 3 rows are done and kept" in str(stopped.value)
    assert all(session.ended for session in client.sessions.values())
    again = begin(client, pages).result()
    assert (again.id, again.progress.resumed, again.progress.done, again.repeated) == (run.id, 1, 3, 0)
    assert again.df["staff"].tolist() == [1, 1, 2]
    assert site.asked.count("/0") == 1
    finished = begin(client, pages).result()
    assert finished.id != run.id


def test_a_run_goes_on_without_its_input_and_not_with_another(client: Client, site: Any) -> None:
    pages = [site.page(f"/{n}", offices(("Ulm", n))) for n in range(3)]
    run = begin(client, pages, limit=None, max_cost_usd="0.000001")
    with pytest.raises(WebRunError) as spent:
        run.result()
    assert (spent.value.code, run.progress.state) == ("BUDGET_REACHED", "budget")
    with pytest.raises(RunError) as other:
        begin(client, pages[:2], resume=run.id)
    assert other.value.code == "RUN_OTHER"
    again = begin(client, None, schema=None, resume=run.id, max_cost_usd="1").result()
    assert again.df["staff"].tolist() == [0, 1, 2]
    assert again.df["staff"].dtype == "Int64"


def test_one_run_is_open_once(client: Client, site: Any) -> None:
    gate = threading.Event()
    pages = [site.page("/held", offices(("Ulm", 3)), held=gate)]
    run = begin(client, pages)
    for same in ({"pages": None, "schema": None, "resume": run.id}, {"pages": pages}):
        with pytest.raises(RunError) as used:
            begin(client, **same)
        assert used.value.code == "RUN_IN_USE"
    gate.set()
    run.result()


def test_a_session_whose_browser_is_lost_is_replaced(client: Client, emulator: Any, site: Any) -> None:
    gate = threading.Event()
    pages = [site.page(f"/{n}", offices(("Ulm", n)), held=gate if n == 1 else None) for n in range(3)]
    run = begin(client, pages, concurrency=1)
    wait_until(lambda: "/1" in site.asked)
    [session] = [each for each in client.sessions.values() if not each.ended]
    client.control.instance(session.session_id, "kill")
    gate.set()
    run.result()
    assert run.df["staff"].tolist() == [0, 1, 2]


def test_a_killed_emulator_loses_nothing_that_was_done(site: Any, tmp_path: Any) -> None:
    folder, gate = str(tmp_path / "emulator"), threading.Event()
    pages = [site.page(f"/{n}", offices(("Ulm", n)), held=gate if n > 1 else None) for n in range(5)]
    with own_emulator(folder) as (emulator, client):
        run = begin(client, pages)
        wait_until(lambda: run.progress.done == 2 and {"/2", "/3"} <= set(site.asked))
        before = run.status["_task_id"].tolist()[:2]
        process = psutil.Process(emulator.pid)
        for each in (*process.children(recursive=True), process):
            os.kill(each.pid, signal.SIGKILL)
        gate.set()
        with pytest.raises(WebRunError) as gone:
            run.result()
    assert gone.value.code == "EMULATOR_GONE"
    assert stored_run(run.id).counts.done == 2
    with own_emulator(folder) as (_, client):
        again = begin(client, pages).result()
    assert again.id == run.id
    assert again.df["staff"].tolist() == [0, 1, 2, 3, 4]
    assert again.status["_task_id"].tolist()[:2] == before
    assert again.repeated <= 2


def test_failed_rows_are_run_again_on_request(client: Client, site: Any) -> None:
    pages = [site.page("/0", offices(("Ulm", 1))), site.page("/1", "<h1>Gone</h1>", status=404)]
    run = begin(client, pages).result()
    assert len(run.failures) == 1
    site.page("/1", offices(("Graz", 2)))
    again = run.retry()
    assert (again.id, again.df["staff"].tolist(), len(again.failures)) == (run.id, [1, 2], 0)
    assert site.asked.count("/0") == 1


def test_kept_answers_open_no_session(client: Client, site: Any) -> None:
    pages = [site.page(f"/{n}", offices(("Ulm", n))) for n in range(3)]
    begin(client, pages, cache="1h", new=True).result()
    before = len(client.sessions)
    run = begin(client, pages, cache="1h", new=True).result()
    assert (run.progress.cached, run.usage.sessions, len(client.sessions)) == (3, 0, before)
    assert run.df["staff"].tolist() == [0, 1, 2]
    assert run.status["_cost_usd"].tolist() == [0.0, 0.0, 0.0]
    assert "3 rows have a kept answer" in " ".join(run.notes)


def test_a_page_that_robots_txt_disallows_is_not_opened(client: Client, site: Any) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /private/\n", content_type="text/plain")
    pages = [site.page("/private/0", offices(("Ulm", 1))), site.page("/1", offices(("Graz", 2)))]
    run = begin(client, pages, polite=True).result()
    assert run.failures[["row", "code"]].to_numpy().tolist() == [[0, "ROBOTS_DISALLOWED"]]
    assert "/private/0" not in site.asked
    assert "webrun-nb/" in site.user_agents["/1"]
    asked = begin(client, pages, polite=True, robots=False).result()
    assert asked.df["staff"].tolist() == [1, 2]
    assert asked.notes == ("robots.txt is not asked (robots=False)",)


def test_a_row_that_acted_is_not_tried_again(client: Client, site: Any) -> None:
    url = site.page("/form", '<form action="/busy"><button>Continue</button></form>')
    site.page("/busy", "busy", status=503)
    run = runtime.run(abegin_map(client, [url], 'Click the button "Continue".', MapOptions()))
    run.result()
    assert (run.progress.retried, run.progress.failed) == (0, 1)
    assert site.asked.count("/busy?") + site.asked.count("/busy") == 1


def test_a_service_that_takes_fewer_sessions_has_all_rows_done_in_those(
    start_emulator: Callable[..., Any], site: Any
) -> None:
    hosted = start_emulator("--control", "--limits", "hosted")
    client = Client(hosted.url, key=hosted.key, frames=NotebookFrames())
    pages = [site.page(f"/{n}", offices(("Ulm", n))) for n in range(12)]
    run = begin(client, pages, concurrency=8).result()
    client.close()
    assert run.df["staff"].tolist() == list(range(12))
    assert (run.usage.sessions, run.progress.retried) == (5, 0)


def test_a_row_that_asks_fails_with_its_question_and_waits_for_no_form(client: Client, site: Any) -> None:
    asked: list[str] = []
    client.form_shown = lambda session_id, task_id: bool(asked.append(task_id))
    url = site.page("/doors", "<button>Open the left door</button><button>Open the right door</button>")
    run = runtime.run(abegin_map(client, [url], "Frobnicate the doors.", MapOptions())).result()
    assert (run.failures["code"].tolist(), asked) == (["GUARDRAIL"], [])
