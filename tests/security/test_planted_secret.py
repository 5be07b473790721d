"""Tests that secrets, which a site echoes in every way it can, are not shown, stored or logged anywhere.

Each new place where text is shown, stored or logged gets a row in `PLACES`: a function from `Lived` to its text.
Each place has to contain `MARKER`, which the site wrote right beside the secrets, and none of the secrets. The tokens
of live views may be where their owner asks for them with the key (`HAS_TOKENS`), and nowhere else.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import html
import json
import os
import re
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import aiohttp
import psutil
import pytest
import socketio

from helpers.login_site import FORM, MARKER, LoginSite, echoing
from helpers.processes import family
from helpers.proxies import LocalProxy
from helpers.waiting import wait_until
from webrun_nb.bench.harness.model_server import Answer, model_server, refusal
from webrun_nb.notebook.commands.emulator import ShownState
from webrun_nb.notebook.text.markdown import PageText

EMAIL = "ada.planted.7f3a@planted.example"
PASSWORD = 'Zw3ölf "Planted" & <k4tzen>+9c1e'
SEED = "KRUGS4ZANFZSAYJAONSWG4TFOQ"
BY_HAND = "typed-by-hand-4b1d-into-a-password-field"
SAID = "said-in-the-text-of-a-task-77b2!"
SAID_AS = f"{MARKER}@said.example"
SAID_TEXT = f"Log in as {SAID_AS} with password {SAID}"
PROXY_USER, PROXY_PASSWORD = "planted-proxy-user", "mauve-elephants-in-transit-5e2c"
MODEL_KEY = "sk-planted-Zebra0Stripes77f1"
VALUES = (EMAIL, PASSWORD, SEED, BY_HAND, SAID, PROXY_PASSWORD, MODEL_KEY)
HAND = """<title>By hand</title><input id=field type=password oninput="
fetch('/verify', {method: 'POST', body: new URLSearchParams({typed: this.value})})"><script>field.focus()</script>"""
SECRETS = [{"match": "login.localhost", "fields": {"email": EMAIL, "password": PASSWORD, "otp_secret": SEED}}]
RULES = [
    {"category": "Click", "permission": "block", "scope": "target", "matchType": "keyword", "match": f"{MARKER} link"},
]
ECHOES = {"type": "array", "items": {"type": "object", "properties": {"way": {}, "echo": {}}}}


def written(value: str) -> Iterator[bytes]:
    """Yield the forms in which the value may be written; independent of the redactor's own forms on purpose."""
    for text in (value, value.upper(), value.lower()):
        yield text.encode()
        yield quote(text, safe="").encode()
        yield quote(text, safe="").lower().encode()
        yield quote_plus(text).encode()
        yield html.escape(text).encode()
        yield json.dumps(text)[1:-1].encode()
        yield json.dumps(text, ensure_ascii=False)[1:-1].encode()
        yield text.encode().hex().encode()
        yield re.sub(r'[\\/:*?"<>|]', "_", text).encode()  # in the name of a file
    for before in ("", "x", "xy"):
        whole = base64.b64encode((before + value).encode()).rstrip(b"=")
        yield whole[4 if before else 0 : -2]
        yield base64.urlsafe_b64encode((before + value).encode()).rstrip(b"=")[4 if before else 0 : -2]
    half = len(value) // 2
    yield value[:half].encode() if half > 8 else value.encode()
    yield value[half:].encode() if half > 8 else value.encode()


TRACES = {trace for value in VALUES for trace in written(value) if len(trace) > 8}


def traces_in(content: str | bytes) -> list[str]:
    data = content.encode(errors="replace") if isinstance(content, str) else content
    return sorted(trace.decode(errors="replace") for trace in TRACES if trace in data)


@dataclass
class Lived:
    """The results of a session in which everything happened that shows, stores or logs text."""

    emulator: Any
    site: LoginSite
    data_dir: Path
    temporary: Path
    session_id: str = ""
    rows: Any = None
    text: Any = None
    records: Any = None
    failure: Any = None
    partial: Any = None
    said: list[Any] = field(default_factory=list)
    """Everything that is answered to tasks whose text holds a password."""
    question: Any = None
    dialog: Any = None
    refused: list[Any] = field(default_factory=list)
    """The answers to requests that held an answer to a question, and were refused."""
    events: list[Any] = field(default_factory=list)
    view: list[str] = field(default_factory=list)
    webhooks: list[bytes] = field(default_factory=list)
    state: Any = None
    steps: Any = None
    pictures: list[bytes] = field(default_factory=list)
    download: Any = None
    named: Any = None
    by_hand: Any = None
    provenance: Any = None
    model_told: Any = None
    """All requests to the language model of a task."""
    model_answers: list[Any] = field(default_factory=list)
    """The answers to tasks whose model, or its provider, repeats the key that it was given."""
    report: Any = None
    audit: Any = None
    tested: Any = None
    status: Any = None
    listed: Any = None
    told: Any = None
    page: str = ""
    view_url: str = ""
    notebook: Any = None
    kernel_files: bytes = b""
    kept_answers: bytes = b""


async def watch(lived: Lived, session_id: str) -> None:
    """Record the messages of a live view beside its pictures."""
    headers = {"Authorization": f"Bearer {lived.emulator.key}"}
    url = f"{lived.emulator.url}/_emulator/sessions/{session_id}/view"
    async with aiohttp.ClientSession() as http, http.ws_connect(url, headers=headers) as socket:
        async for message in socket:
            if isinstance(message.data, str):
                lived.view.append(message.data)
            else:
                await socket.send_str('{"type": "ack"}')


def hear(lived: Lived, session_id: str, meanwhile: Callable[[], None]) -> None:
    """Record every event of a session, on a raw socket."""

    async def listen() -> None:
        client = socketio.AsyncClient()
        client.on("*", lambda name, *args: lived.events.append((name, args)))
        await client.connect(lived.emulator.url, auth={"sessionId": session_id})
        watching = asyncio.create_task(watch(lived, session_id))
        await asyncio.to_thread(meanwhile)
        watching.cancel()
        await client.disconnect()

    asyncio.run(listen())


@pytest.fixture(scope="module")
def hooks() -> Iterator[tuple[str, list[bytes]]]:
    bodies: list[bytes] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", bodies
    server.shutdown()
    server.server_close()


CELLS = [
    "import webrun_nb as webrun\nfrom webrun_nb.notebook.api import toolkit\n%load_ext webrun_nb",
    "client = webrun.Client('{url}', key='{key}', frames=webrun.notebook.display.result_frames.NotebookFrames())\n"
    "toolkit.use(client)",
    "%webrun start planted --secret login.localhost=PLANTED",
    "%%webrun task --url {login} --schema 'way:str, echo:str' -o echoes -n 100\nLog in\nExtract every way: way, echo",
    "print(echoes.to_csv()); print(echoes.attrs)",
    "vars(webrun.last), client.last, webrun.last.provenance, webrun.last.raw, webrun.last.completeness",
    "vars(client.sessions['planted'])",
    "client.sessions['planted'].web_view_url",
    "client.sessions, client.sessions['planted'].options, client.sessions['planted'].snapshot",
    "%%webrun task --dry-run --json --secret login.localhost=PLANTED\nLog in",
    "%%webrun task\nClick the Frobnicate button",
    "%config WebrunMagics.short_errors = False\n%xmode Verbose",
    "%%webrun task --secret login.localhost=PLANTED\nClick the Frobnicate button",
    "import os; said = client.sessions['planted'].task(os.environ['SAID_TEXT'], url='{said}'); said, vars(said)",
    "client.sessions['planted'].snapshot, vars(client.sessions['planted'].monitor)",
    "client.sessions['planted'].task('Log in', secrets={{'login.localhost': 'PLANTED', 'x y': 'PLANTED'}})",
    "session = client.sessions['planted']; session",
    "from IPython.display import HTML; HTML(session._repr_html_())",
    "job = client.sessions['planted'].submit('Extract every way: way, echo')\njob.result(60); job, repr(job)",
    "%%webrun task --url {marked} --cache\nGet the heading",
    "logins = ['{login}']",
    "%%webrun map logins --secret login.localhost=PLANTED --schema 'way:str, echo:str' -n 100 --status\n"
    "Log in\nExtract every way: way, echo",
    "webrun.last.df, webrun.last.failures, vars(webrun.last), list(webrun.last.answers())",
    "%webrun runs",
    "%webrun history --all",
    "%webrun status --all",
    "%webrun usage --by site",
    "%webrun usage",
    "%webrun terminate --all",
    "%%webrun task --url {marked} --cache\nGet the heading",
    "%%webrun task --url {login} --cache --secret login.localhost=PLANTED\nLog in",
    "%webrun cache",
    "%history -o",
]
MAP = next(number for number, cell in enumerate(CELLS) if cell.startswith("%%webrun map"))


def run_notebook(lived: Lived, folder: Path) -> None:
    import nbformat  # here: its import takes seconds, in each worker that collects this module
    from nbclient import NotebookClient

    book = nbformat.v4.new_notebook()
    given = {"url": lived.emulator.url, "key": lived.emulator.key, "login": lived.site.url()}
    given["said"] = lived.site.url(host="said.localhost")
    lived.site.page("/marked", f"<title>Marked</title><h1>{MARKER}</h1>")
    given["marked"] = lived.site.url("/marked")
    book.cells = [nbformat.v4.new_code_cell(cell.format(**given)) for cell in CELLS]
    mine = {"PLANTED_EMAIL": EMAIL, "PLANTED_PASSWORD": PASSWORD, "PLANTED_OTP_SECRET": SEED}
    mine["SAID_TEXT"] = SAID_TEXT
    environment = {**os.environ, **mine, "IPYTHONDIR": str(folder), "WEBRUN_DATA_DIR": str(folder / "data")}
    client = NotebookClient(book, timeout=180, kernel_name="python3", allow_errors=True)
    client.execute(env=environment)
    lived.notebook = json.loads(nbformat.writes(book))
    lived.kernel_files = files_of(folder)
    lived.kept_answers = kept_in(folder / "data" / "answers.sqlite3")


def kept_in(file: Path) -> bytes:
    """Return the answers that are kept in a file, decompressed."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        return b"\n".join(zlib.decompress(content) for (content,) in database.execute("SELECT content FROM answers"))


@pytest.fixture(scope="module")
def lived(start_emulator_program, tmp_path_factory, hooks) -> Iterator[Lived]:
    data_dir, temporary = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("tmp")
    site = LoginSite()
    emulator = start_emulator_program("--data-dir", str(data_dir), "--control", env={"TMPDIR": str(temporary)})
    lived = Lived(emulator, site, data_dir, temporary)
    url, lived.webhooks = hooks

    def task(details: str, **fields: Any) -> Any:
        status, body = emulator.message(lived.session_id, actionType="newTask", taskDetails=details, **fields)
        assert status == 200, body
        return body

    def answer_questions() -> None:
        """Answer a login's question in all ways that are refused, and then in one that is not."""
        site.page("/asks", f"<title>Asks</title><h1>{MARKER}</h1>{FORM.format(action='/login')}")
        session_id, said = emulator.start(), f"{EMAIL} {PASSWORD}"
        _, asked = emulator.message(session_id, actionType="newTask", prompt="Log in", startingUrl=site.url("/asks"))
        assert asked["data"]["kind"] == "credentials"
        for answer in ({"prompt": [said]}, {"taskDetails": {"x": said}}, {"prompt": said * 500}):
            lived.refused.append(emulator.message(session_id, actionType="guardrail", **answer))
        lived.refused.append(emulator.message(lived.session_id, actionType="guardrail", prompt=said))
        lived.refused.append(emulator.post("/start/send-message", {"message": {"prompt": said, "taskDetails": said}}))
        assert {status for status, _ in lived.refused} == {400, 409}
        assert emulator.message(session_id, actionType="guardrail", newState="resume", prompt=said)[0] == 200
        path = f"/task/{session_id}/{asked['taskId']}"
        assert wait_until(lambda: emulator.get(path)[1], lambda body: not body["pending"])["status"] == "complete"

    def say_in_the_text() -> None:
        """Have tasks log in with a password that their text holds, taken, refused and invalid."""
        text, there = SAID_TEXT, {"startingUrl": site.url(host="said.localhost")}
        _, first = emulator.post("/start/start-session", {"task": {"prompt": text, **there}})
        path = f"/task/{first['sessionId']}/{first['taskId']}"
        done = wait_until(lambda: emulator.get(path)[1], lambda body: not body["pending"])
        assert done["status"] == "complete", done
        again = task(text, **there, webhook={"name": "hook", "url": url, "submittedData": "full_response"})
        nowhere = emulator.post("/start/run-task", {"prompt": text})
        invalid = emulator.post("/start/run-task", {"prompt": text, "maxDuration": -1})
        assert (nowhere[1]["status"], invalid[0]) == ("failed", 400)
        site.check = lambda form: SAID not in form.values()
        refused = task(text, **there)
        site.check = lambda form: True
        assert "do not belong together" in refused["message"]
        tasks = [first["taskId"], again["taskId"], refused["taskId"]]
        about = [
            emulator.get(f"/_emulator/tasks/{task_id}/{what}") for task_id in tasks for what in ("steps", "report")
        ]
        first.pop("streaming")  # has a token
        lived.said = [first, done, again, nowhere, invalid, refused, *about]

    def stop_half_way() -> None:
        said = {"email": EMAIL, "password": PASSWORD}
        site.page("/many", echoing(said) + "<a rel=next href=/never>Next</a>")
        fields = {"outputType": "structured_json", "outputSchema": ECHOES, "startingPoint": site.url("/many")}
        ask = emulator.queue_in_background(lived.session_id, taskDetails="Extract every way: way, echo", **fields)
        with ask as answer:
            assert site.held.wait(30)
            emulator.message(lived.session_id, actionType="state", newState="stop")
            _, lived.partial = answer()

    def type_by_hand() -> None:
        site.page("/hand", HAND)
        task("Get the heading", startingPoint=site.url("/hand"))
        action = {"type": "TYPE", "text": BY_HAND}
        emulator.message(lived.session_id, actionType="interaction", action=action)
        wait_until(lambda: list(site.posted), lambda posted: any(form.get("typed") == BY_HAND for *_, form in posted))
        lived.by_hand = wait_until(
            lambda: [event for event in lived.events if "where the focus is" in str(event)], lambda said: len(said) > 0
        )

    def ask_a_model() -> None:
        """Have a language model look at the page that echoes the secrets, in all ways that it can."""
        looks = [Answer("lists"), Answer("read"), Answer("find", {"words": MARKER}), Answer("extract", {"list": "L1"})]
        with model_server() as server:
            server.say(*looks, Answer("finish", {"answer": "Done.", "cites": [1, 2, 3]}))
            model = {"model": "openai:planted", "modelUrl": server.url}
            lived.model_answers.append(
                task("Log in", emulator={"agent": "llm", "vision": True, **model, "modelKey": MODEL_KEY})
            )
            lived.model_told = list(server.requests)
            assert "image_url" not in dumped(lived.model_told)  # pictures could not mask them
            assert server.headers[0]["authorization"] == f"Bearer {MODEL_KEY}"
            path = f"/_emulator/sessions/{lived.session_id}/model-key"
            lived.model_answers.append(emulator.http.put(path, json={**model, "key": MODEL_KEY}).text)
            server.say(Answer(words=f"{MARKER} {MODEL_KEY}"), refusal(401, f"{MARKER}: not {MODEL_KEY}"))
            lived.model_answers.append(task("Log in", emulator=model))
            assert server.headers[0]["authorization"] == f"Bearer {MODEL_KEY}"
            short = {"emulator": {**model, "modelKey": [MODEL_KEY]}}
            lived.model_answers.append(emulator.post("/start/run-task", {"prompt": "Log in", **short}))

    def ask_in_a_dialog() -> None:
        """Let a page ask in a native dialog, with a secret in its words."""
        asks = html.escape(f"confirm({json.dumps(f'{MARKER} {PASSWORD} {EMAIL}')})")
        site.page("/dialog", f'<title>Dialog</title><button onclick="{asks}">Go on</button>')
        lived.dialog = task('Click "Go on"', startingPoint=site.url("/dialog"))
        emulator.message(lived.session_id, actionType="guardrail", newState="stop", taskDetails="")

    def live() -> None:
        lived.text = task(
            "Log in\nGet the heading",
            startingPoint=site.url(),
            secrets=SECRETS,
            webhook={"name": "hook", "url": url, "submittedData": "full_response"},
            emulator={"record": "planted"},
        )
        lived.rows = task("Extract every way: way, echo", outputType="structured_json", outputSchema=ECHOES)
        said_too_much = task(
            f"Extract every way on {MARKER} {EMAIL} day: way, echo", outputType="structured_json", outputSchema=ECHOES
        )
        lived.records = task("Extract every way: way, echo")["data"]["records"]
        ask_a_model()
        lived.failure = task("Click the Frobnicate button")
        twice = 2 * f"<p><button>{MARKER} {html.escape(f'{PASSWORD} {EMAIL}')}</button></p>"
        site.page("/twice", f"<title>Twice</title>{twice}")
        lived.question = task(f'Click "{MARKER}"', startingPoint=site.url("/twice"))
        emulator.message(lived.session_id, actionType="guardrail", newState="stop", taskDetails="")
        task("Log in", startingPoint=site.url())
        task(f'Click the "{MARKER} link" link')
        lived.download = task('Click the "Save it" link')
        lived.named = task('Click the "Named by the server" link')
        type_by_hand()
        answer_questions()
        ask_in_a_dialog()
        say_in_the_text()
        task(f"Get the heading, {MARKER} and {EMAIL}", startingPoint=site.url(f"/told?marker={MARKER}&{quote(EMAIL)}"))
        stop_half_way()
        lived.status = emulator.status(proxied)
        lived.listed = emulator.get("/start/sessions")
        lived.told = emulator.get("/_emulator/tasks")
        lived.page = emulator.http.get(lived.status["streaming"]["webViewURL"]).text
        _, lived.state = emulator.get("/_emulator/state")
        ids = [body["taskId"] for body in (lived.text, lived.rows, lived.failure, lived.question)]
        lived.steps = [emulator.get(f"/_emulator/tasks/{task_id}/steps") for task_id in ids]
        lived.pictures = [
            emulator.http.get(f"/_emulator/tasks/{body['taskId']}/steps/{step['seq']}/picture").content
            for _, body in lived.steps
            for step in body["steps"]
            if step["picture"]
        ]
        reported = (said_too_much["taskId"], lived.rows["taskId"])
        lived.report = [emulator.get(f"/_emulator/tasks/{task_id}/report") for task_id in reported]
        completed = [
            lived.text["taskId"], lived.rows["taskId"], lived.said[0]["taskId"], lived.model_answers[0]["taskId"],
        ]  # fmt: skip
        lived.recordings = [emulator.get(f"/_emulator/tasks/{task_id}/recording") for task_id in completed]
        lived.scripts = [emulator.get(f"/_emulator/tasks/{task_id}/script") for task_id in completed]
        lived.cassette = emulator.get("/_emulator/cassettes/planted")
        lived.provenance = emulator.get(f"/_emulator/tasks/{lived.rows['taskId']}/provenance")
        policy_id = policy["policy"]["policyId"]
        lived.audit = emulator.get(f"/policies/{policy_id}/audit")
        lived.tested = emulator.post(f"/policies/{policy_id}/test", {"taskId": lived.text["taskId"]})

    _, policy = emulator.post("/policies", {"name": "planted", "status": "active", "actionRules": RULES})
    proxy = LocalProxy("http", PROXY_USER, PROXY_PASSWORD)
    through = {"startingPoint": site.url("/x", "127.0.0.1")}
    proxied = emulator.start(proxy=proxy.wire, initialTask=through)
    wait_until(lambda: list(proxy.asked), lambda asked: f"127.0.0.1:{site.port}" in asked)
    lived.session_id = emulator.start(policyId=policy["policy"]["policyId"])
    lived.view_url = emulator.status(lived.session_id)["streaming"]["webViewURL"]
    emulator.http.put(f"/_emulator/sessions/{lived.session_id}/pictures", json={"wanted": True})
    hear(lived, lived.session_id, live)
    run_notebook(lived, tmp_path_factory.mktemp("ipython"))
    yield lived
    proxy.die()
    site.close()


def files_of(folder: Path) -> bytes:
    return b"\n".join(str(p).encode() + b"\n" + content_of(p) for p in folder.rglob("*") if p.is_file())


def content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a browser's temporary file, or what a database keeps beside itself
        return b""


def processes(lived: Lived, what: Callable[[psutil.Process], object]) -> str:
    found = []
    for process in family(lived.emulator.process.pid):
        try:
            found.append(str(what(process)))
        except (psutil.AccessDenied, psutil.ZombieProcess, psutil.NoSuchProcess):
            continue
    return "\n".join(found)


def outputs(lived: Lived) -> str:
    return json.dumps([cell.get("outputs") for cell in lived.notebook["cells"]], ensure_ascii=False)


def dumped(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, default=str)


PLACES: dict[str, tuple[Callable[[Lived], str | bytes], str]] = {
    "a structured answer": (lambda lived: lived.rows["data"]["message"], MARKER),
    "a text answer": (lambda lived: dumped(lived.text), "Welcome ***"),
    "a text answer as a cell shows it": (
        lambda lived: dumped(PageText(lived.text["data"]["message"], rest="")._repr_mimebundle_()),
        "Welcome ***",
    ),
    "the records of a text answer": (lambda lived: dumped(lived.records), MARKER),
    "the network log": (lambda lived: dumped(lived.text["data"]["network"]), MARKER),
    "an error": (lambda lived: dumped(lived.failure), MARKER),
    "what a stopped task had by then": (lambda lived: lived.partial["details"]["partial"], MARKER),
    "a question": (lambda lived: dumped(lived.question), MARKER),
    "a question in the words of a page's dialog": (lambda lived: dumped(lived.dialog), f"the page asks “{MARKER}"),
    "the errors of answers that were refused": (lambda lived: dumped(lived.refused), "message.prompt"),
    "what is answered where a text holds one": (
        lambda lived: dumped(lived.said),
        f"Log in as {SAID_AS} with password ***",
    ),
    "the events": (lambda lived: dumped(lived.events), MARKER),
    "the live view's notes": (lambda lived: dumped(lived.view), "navigateUrl"),
    "a webhook": (lambda lived: b"\n".join(lived.webhooks), "Welcome ***"),
    "the database and the data folder": (lambda lived: files_of(lived.data_dir), MARKER),
    "the log": (lambda lived: files_of(lived.data_dir / "logs"), " INFO "),
    "temporary files of the browsers": (lambda lived: str(lived.temporary).encode() + files_of(lived.temporary), "tmp"),
    "the command lines": (lambda lived: processes(lived, lambda p: p.cmdline()), "--data-dir"),
    "the environments": (lambda lived: processes(lived, lambda p: p.environ()), "TMPDIR"),
    "the name of a download": (lambda lived: dumped(lived.download["data"]["files"]), MARKER),
    "the name that a server gives a download": (lambda lived: dumped(lived.named["data"]["files"]), MARKER),
    "what was done by hand": (lambda lived: dumped(lived.by_hand), "where the focus is"),
    "the recorded steps": (lambda lived: dumped(lived.steps), MARKER),
    "the recordings": (lambda lived: dumped(lived.recordings), "TypeSecret"),
    "the recording of what a model chose": (lambda lived: dumped(lived.recordings[-1]), "citation"),
    "the scripts of recordings": (lambda lived: dumped(lived.scripts), "secret('password')"),
    "a cassette": (lambda lived: dumped(lived.cassette), MARKER),
    "the pictures of steps": (lambda lived: b"".join(lived.pictures), "JFIF"),
    "the provenance": (lambda lived: dumped(lived.provenance), MARKER),
    "the report": (lambda lived: dumped(lived.report), MARKER),
    "what a language model is told": (lambda lived: dumped(lived.model_told), MARKER),
    "the answers to tasks of a language model": (lambda lived: dumped(lived.model_answers), MARKER),
    "the audit trail": (lambda lived: dumped(lived.audit), MARKER),
    "what another policy would have decided": (lambda lived: dumped(lived.tested), "navigateUrl"),
    "what tasks were told": (lambda lived: dumped(lived.told), f"marker={MARKER}"),
    "a session's status": (lambda lived: dumped(lived.status), PROXY_USER),
    "the list of sessions": (lambda lived: dumped(lived.listed), PROXY_USER),
    "the page of the live view": (lambda lived: lived.page, "<html"),
    "the emulator's state": (lambda lived: dumped(lived.state), "sessions"),
    "the emulator's state as a cell shows it": (
        lambda lived: f"{ShownState(lived.state)!r}{ShownState(lived.state)._repr_html_()}",
        "sessions",
    ),
    "a notebook's outputs": (outputs, MARKER),
    "the answers of a map as they are stored": (
        lambda lived: dumped(lived.notebook["cells"][MAP + 1]["outputs"]),
        MARKER,
    ),
    "the saved notebook": (lambda lived: dumped(lived.notebook), MARKER),
    "the history": (lambda lived: dumped(lived.notebook["cells"][-1]["outputs"]), "--secret login.localhost=PLANTED"),
    "the kept answers": (lambda lived: lived.kept_answers, MARKER),
    "the kernel's files, the ledger among them": (lambda lived: lived.kernel_files, "planted"),
}


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_is_in(lived: Lived, place: str) -> None:
    read, control = PLACES[place]
    content = read(lived)
    assert control.encode() in (content.encode() if isinstance(content, str) else content), content[:2000]
    assert traces_in(content) == []


HAS_TOKENS = ("a session's status", "the list of sessions", "the emulator's state")
TOKEN = re.compile(rb"token=[0-9a-f]{16}")
"""The beginning of any session's token, as it is in the address."""


@pytest.mark.parametrize("place", PLACES)
def test_the_token_of_a_live_view_is_only_where_its_owner_asks_for_it(lived: Lived, place: str) -> None:
    content = PLACES[place][0](lived)
    data = content.encode(errors="replace") if isinstance(content, str) else content
    token = lived.view_url.partition("#token=")[2].encode()
    found = [TOKEN.search(data) is not None, token in data]
    assert found == ([True, place != "a session's status"] if place in HAS_TOKENS else [False, False])  # of another


def test_the_site_received_them(lived: Lived) -> None:
    """They were typed, by a task, from an answer, in the notebook's session and in a map's: else nothing is proved."""
    assert [form for at, path, form in lived.site.posted if path == "/login" and at == "login.localhost"] == 5 * [
        {"email": EMAIL, "password": PASSWORD}
    ]
    assert [form for at, _, form in lived.site.posted if at == "said.localhost"] == 4 * [
        {"email": SAID_AS, "password": SAID}
    ]


def test_what_stands_beside_them_is_left(lived: Lived) -> None:
    rows = json.loads(lived.rows["data"]["message"])
    assert len(rows) == 24  # twelve ways of writing two values
    assert [row for row in rows if not (row["echo"].startswith(MARKER) and "***" in row["echo"])] == []
    assert max(len(row["echo"]) for row in rows) < len(MARKER) + 24


def test_the_traces_are_found_where_they_are(lived: Lived) -> None:
    """The search itself works: it finds the secrets in the requests to the site."""
    assert traces_in(dumped(lived.site.posted)) != []


def test_an_answer_is_kept_where_no_secret_was_and_no_other(lived: Lived) -> None:
    assert lived.kept_answers.count(b'"report"') == 1
    assert "not kept: its session has logins" in outputs(lived)
    assert "no answer of this task can be kept: it is given a login" in outputs(lived)
