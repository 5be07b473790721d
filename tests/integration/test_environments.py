"""Tests of environments: what a session stores at its end, however it ends, and what the next session starts with."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from helpers.waiting import wait_until
from webrun_nb.emulator.storage.database import FILE_NAME

#: remembers what `?set=` says in four places, and reports what was there before
PAGE = b"""<!doctype html><title>Memory</title><h1>Memory</h1><button onclick="remember('clicked')">Click me</button>
<script>
const done = request => new Promise((ok, no) => {
  request.onsuccess = () => ok(request.result);
  request.onerror = no;
});
const opened = (() => {
  const request = indexedDB.open('memory', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('things');
  return done(request);
})();
async function remember(value) {
  document.cookie = 'memory=' + value + '; max-age=86400';
  document.cookie = 'session=' + value;
  localStorage.setItem('memory', value);
  await done((await opened).transaction('things', 'readwrite').objectStore('things').put(value, 'memory'));
  await fetch('/set?' + value);
}
(async () => {
  const idb = await done((await opened).transaction('things').objectStore('things').get('memory'));
  const seen = { cookie: document.cookie, local: localStorage.getItem('memory') || '', idb: idb || '' };
  const value = new URLSearchParams(location.search).get('set');
  if (value) await remember(value);
  await fetch('/report?' + new URLSearchParams(seen));
})();
</script>"""
NOTHING = {"cookie": "", "local": "", "idb": ""}


def all_of(value):
    return {"cookie": f"memory={value}; session={value}", "local": value, "idb": value}


class Memory:
    """A page that stores values in the browser, and reports the stored values."""

    def __init__(self):
        self.reports = Queue()
        self.sets = Queue()
        memory = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urlsplit(self.path)
                if parts.path == "/report":
                    memory.reports.put(dict(parse_qsl(parts.query, keep_blank_values=True)))
                if parts.path == "/set":
                    memory.sets.put(parts.query)
                body = PAGE if parts.path == "/" else b""
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def setting(self, value):
        return f"{self.url}?set={value}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def memory():
    memory = Memory()
    yield memory
    memory.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def emulator(start_emulator, folder):
    running = start_emulator("--control", "--data-dir", str(folder))
    yield running
    running.end()


@pytest.fixture
def environment(emulator):
    _, body = emulator.post("/environments", {"name": "shop"})
    yield body["environment"]["_id"]
    emulator.http.delete(f"/environments/{body['environment']['_id']}")


def visit(emulator, memory, environment, value=None, *, idle=False):
    """Open a session on the page, idle or still at its task; return its id and the values stored before."""
    url = memory.setting(value) if value else memory.url
    session = emulator.start(environmentId=environment, initialTask={"startingPoint": url})
    seen = memory.reports.get(timeout=60)
    if idle:
        wait_until(lambda: emulator.status(session), lambda status: status["phase"] == "idle")
    return session, seen


def end(emulator, session):
    status, body = emulator.message(session, actionType="state", newState="terminate")
    assert status == 200, body


def terminate(emulator, session):
    end(emulator, session)


def time_out(emulator, session):
    emulator.advance(301_000)


def run_out_of_balance(emulator, session):
    emulator.http.put("/_emulator/account", json={"balance": 0})
    assert emulator.status(session)["reason"] == "balance"
    emulator.http.put("/_emulator/account", json={"balance": None})


@pytest.mark.parametrize("ending", [terminate, time_out, run_out_of_balance])
def test_the_next_session_begins_where_the_last_one_ended(emulator, memory, environment, ending):
    session, seen = visit(emulator, memory, environment, "one", idle=True)
    assert seen == NOTHING
    ending(emulator, session)
    second, seen = visit(emulator, memory, environment)
    end(emulator, second)
    assert seen == all_of("one")


def test_a_single_task_leaves_its_state_behind_too(emulator, memory, environment):
    status, body = emulator.post(
        "/start/run-task",
        {
            "taskDetails": "click the Click me button",
            "startingPoint": memory.setting("one"),
            "environmentId": environment,
        },
    )
    assert (status, body["status"]) == (200, "complete"), body
    assert memory.reports.get(timeout=60) == NOTHING
    second, seen = visit(emulator, memory, environment)
    end(emulator, second)
    assert seen == all_of("clicked")


def test_a_session_without_an_environment_begins_with_nothing(emulator, memory, environment):
    session, _ = visit(emulator, memory, environment, "one")
    end(emulator, session)
    session, seen = visit(emulator, memory, None)
    end(emulator, session)
    assert seen == NOTHING


@pytest.mark.parametrize("hung", [False, True])
def test_an_emulator_that_is_ended_saves_first(start_emulator, memory, tmp_path, hung):
    first = start_emulator("--control", "--data-dir", str(tmp_path))
    _, body = first.post("/environments", {"name": "shop"})
    environment = body["environment"]["_id"]
    session = first.start(environmentId=environment)
    for _ in range(2):  # the second begins after the checkpoint of the first
        _, answer = first.message(
            session, actionType="newTask", taskDetails="click the Click me button", startingPoint=memory.setting("one")
        )
        assert answer["status"] == "complete", answer
    if hung:  # its state can't be read any more: the checkpoint after its last task is what is kept
        first.post(f"/_emulator/sessions/{session}/instance", {"action": "hang"})
    first.process.send_signal(signal.SIGTERM)
    first.process.wait(60)
    memory.reports.get(timeout=60)
    second = start_emulator("--data-dir", str(tmp_path))
    again, seen = visit(second, memory, environment)
    second.end()
    assert seen == all_of("clicked")
    assert again != session


def test_a_lost_browser_leaves_its_last_checkpoint(emulator, memory, environment):
    session, _ = visit(emulator, memory, environment, "one")
    for _ in range(2):  # the second begins after the checkpoint of the first
        _, body = emulator.message(session, actionType="newTask", taskDetails="click the Click me button")
        assert body["status"] == "complete", body
    emulator.post("/_emulator/faults", {"instanceStart": "refuse", "times": 1000})
    emulator.post(f"/_emulator/sessions/{session}/instance", {"action": "kill"})
    wait_until(lambda: emulator.status(session), lambda status: status["status"] == "orphaned")
    end(emulator, session)
    emulator.post("/_emulator/faults", {"clear": True})
    second, seen = visit(emulator, memory, environment)
    end(emulator, second)
    assert seen == all_of("clicked")


def test_a_browser_that_was_lost_before_it_did_anything_leaves_what_was_there(emulator, memory, environment):
    session, _ = visit(emulator, memory, environment, "one")
    end(emulator, session)
    lost = emulator.start(environmentId=environment)
    wait_until(lambda: emulator.status(lost), lambda status: status["phase"] == "idle")
    emulator.post("/_emulator/faults", {"instanceStart": "refuse", "times": 1000})
    emulator.post(f"/_emulator/sessions/{lost}/instance", {"action": "kill"})
    wait_until(lambda: emulator.status(lost), lambda status: status["status"] == "orphaned")
    end(emulator, lost)
    emulator.post("/_emulator/faults", {"clear": True})
    second, seen = visit(emulator, memory, environment)
    end(emulator, second)
    assert seen == all_of("one")


def profile(emulator, environment):
    _, body = emulator.get("/profiles")
    (found,) = [each for each in body["profiles"] if each["_id"] == environment]
    return found


def test_of_two_sessions_the_last_to_end_wins_and_both_are_notified(emulator, memory, environment):
    first, _ = visit(emulator, memory, environment, "first", idle=True)
    second, seen = visit(emulator, memory, environment, "second", idle=True)
    notes = [emulator.status(session)["note"] for session in (first, second)]
    end(emulator, second)
    end(emulator, first)
    third, left = visit(emulator, memory, environment)
    end(emulator, third)
    assert seen == NOTHING
    assert left == all_of("first")
    assert "shop" in notes[0]
    assert second in notes[0]
    assert first in notes[1]
    assert "note" not in emulator.status(third)


def test_a_deleted_environment_is_not_written_any_more(emulator, memory, folder):
    _, body = emulator.post("/environments", {"name": "gone"})
    environment = body["environment"]["_id"]
    session, _ = visit(emulator, memory, environment, "one", idle=True)
    assert emulator.http.delete(f"/environments/{environment}").status_code == 200
    status = emulator.status(session)
    assert (status["phase"], "deleted" in status["note"]) == ("idle", True)
    end(emulator, session)
    fresh = emulator.start()  # what the one before leaves behind is written meanwhile
    wait_until(lambda: emulator.status(fresh), lambda status: status["phase"] == "idle")
    end(emulator, fresh)
    wait_until(lambda: [path for path in folder.rglob("*.json") if environment in str(path)], lambda left: not left)


def test_a_profile_that_is_broken_fails_its_session_and_stays(emulator, memory, environment, folder):
    session, _ = visit(emulator, memory, environment, "one")
    end(emulator, session)
    wait_until(lambda: profile(emulator, environment)["status"], lambda status: status == "ready")
    (state,) = (folder / "profiles" / environment).iterdir()
    whole = state.read_bytes()
    state.write_bytes(whole[:50])
    broken = emulator.start(environmentId=environment)
    ended = wait_until(lambda: emulator.status(broken), lambda status: status["status"] == "failed")
    assert ended["reason"] == "failed"
    assert state.read_bytes() == whole[:50]


def test_of_two_sessions_in_two_emulators_the_last_to_end_wins_and_both_are_notified(
    emulator, start_emulator, memory, environment, folder
):
    before, _ = visit(emulator, memory, environment, "before", idle=True)
    end(emulator, before)
    wait_until(lambda: profile(emulator, environment)["status"], lambda status: status == "ready")
    other = start_emulator("--control", "--data-dir", str(folder))
    other.advance(3_600_000)  # whose clock says what does not count
    first, seen = visit(emulator, memory, environment, "first", idle=True)
    second, seen_too = visit(other, memory, environment, "second", idle=True)
    told_first = wait_until(lambda: emulator.status(first).get("note"), bool)
    told_second = wait_until(lambda: other.status(second).get("note"), bool)
    end(other, second)
    wait_until(lambda: seen_from(emulator, second), lambda status: status == "terminated")
    end(emulator, first)
    third, left = visit(emulator, memory, environment)
    end(emulator, third)
    other.end()
    assert (seen, seen_too, left) == (all_of("before"), all_of("before"), all_of("first"))
    assert (f"{second} (of another emulator)" in told_first, f"{first} (of another emulator)" in told_second) == (
        True,
        True,
    )


def test_a_session_of_a_killed_emulator_is_not_reported_as_another_user_of_the_environment(
    emulator, start_emulator, memory, environment, folder
):
    killed = start_emulator("--data-dir", str(folder))
    lost, _ = visit(killed, memory, environment, "lost", idle=True)
    wait_until(lambda: open_in(folder), lambda ids: lost in ids)
    killed.process.kill()
    killed.process.wait()
    session, seen = visit(emulator, memory, environment)
    wait_until(lambda: seen_from(emulator, lost), lambda status: status == "failed")  # it was looked for, and ended
    note = emulator.status(session).get("note")
    end(emulator, session)
    assert (seen, note) == (NOTHING, None)


def seen_from(emulator, session):
    """Return the state of another emulator's session; None while this emulator does not know it."""
    return emulator.get(f"/start/session-status/{session}")[1].get("status")


def open_in(folder):
    with closing(sqlite3.connect(folder / FILE_NAME)) as database:
        return [row[0] for row in database.execute("SELECT id FROM sessions WHERE ended_ms IS NULL")]


def test_an_upload_is_what_the_next_session_begins_with(emulator, memory, environment):
    session, _ = visit(emulator, memory, environment, "one")
    end(emulator, session)
    url = emulator.get(f"/profiles/{environment}/download")[1].get("downloadUrl")
    while url is None:  # it is being saved
        url = emulator.get(f"/profiles/{environment}/download")[1].get("downloadUrl")
    archive = httpx.get(url, trust_env=False).content
    _, body = emulator.post("/profiles", {"name": "copy"})
    copy = body["profile"]["_id"]
    emulator.http.post(f"/profiles/{copy}/upload", files={"file": ("p.tgz", archive)})
    session, seen = visit(emulator, memory, copy)
    end(emulator, session)
    emulator.http.delete(f"/profiles/{copy}")
    assert seen == all_of("one")


def test_what_is_kept_is_its_owners_alone(emulator, environment, memory, folder):
    session, _ = visit(emulator, memory, environment, "one")
    end(emulator, session)
    wait_until(lambda: profile(emulator, environment)["status"], lambda status: status == "ready")
    kept = [path for path in folder.rglob("*") if "logs" not in path.parts]
    assert json.loads(next((folder / "profiles" / environment).iterdir()).read_text())["cookies"]
    assert not [path for path in kept if path.stat().st_mode & 0o077 and path.suffix != ".lock"]
