"""A server that answers as WebRun's public documentation shows it, and with nothing that only the emulator has.

It imports nothing of the package: its bodies are written down here, so that a mistake that the package's own models
share can't pass both sides. The documentation shows several shapes of the same answers; a `Variant` chooses among them.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import string
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import socketio
from aiohttp import web

KEY = "wr_the-key-of-the-documented-server"
Json = dict[str, Any]

LAPTOPS = [
    {"name": "Kestrin Scout 11", "price": 329.0, "in_stock": True},
    {"name": "Ovexa Slate 12", "price": 399.99, "in_stock": True},
    {"name": "Pellano Go 14", "price": 449.0, "in_stock": True},
    {"name": "Pellano Go 15", "price": 529.0, "in_stock": False},
    {"name": "Norvane Drift 13", "price": 599.0, "in_stock": True},
    {"name": "Tarnwood Trail 14", "price": 679.0, "in_stock": True},
    {"name": "Norvane Aurora 14", "price": 749.0, "in_stock": True},
    {"name": "Solwick Note 13", "price": 849.0, "in_stock": True},
    {"name": "Kestrin Field 14", "price": 899.0, "in_stock": True},
]
ANSWERS = {
    "List the laptops under $900, cheapest first.": json.dumps(LAPTOPS),
    'Search for "Kestrin Scout 11", then get the price': "$329.00",
}
"""The answers to the tasks of the quickstart notebook; any other task is answered with `ANSWER`."""
ANSWER = "**42**"
ASKS, ASKS_A_CODE, FAILS, GOES_ON, HELD = "Ask me", "Ask for a code", "Fail", "Go on and on", "Hold the request"
"""The beginnings of tasks that ask, fail, or run until they are stopped; the last one's newTask is answered then."""


@dataclass(frozen=True, slots=True)
class Variant:
    """The shapes of one server's answers."""

    name: str
    usage: bool = True
    """Results say what the task used."""
    result_ids: bool = True
    """Results repeat the ids."""
    start_names_task: bool = True
    """The answer to start-session has the `taskId`; else the session's id serves."""
    times: Literal["iso", "ms", "none"] = "iso"
    data: Literal["full", "message"] = "full"
    """The `data` of a result: with `files` and `network`, or the `message` alone."""
    new_task: Literal["answers", "pends", "acknowledges"] = "answers"
    """How newTask is answered: with the result, with a `pollUrl`, or without an id."""
    poll_url: Literal["absolute", "relative"] = "absolute"
    errors: Literal["message", "error", "code"] = "error"
    """`{success, message}`, `{success, error, code, details}`, or `{success, message, code}`."""
    session_status: bool = True
    """There is a session-status, of which only `status` is documented."""
    account: bool = True
    """There is an account/usage."""
    event_ids: bool = True
    """Live events name the task."""


FULL = Variant("full")
BARE = Variant(
    "bare",
    usage=False,
    result_ids=False,
    start_names_task=False,
    times="none",
    data="message",
    new_task="acknowledges",
    errors="message",
    session_status=False,
    account=False,
    event_ids=False,
)
POLLED = Variant(
    "polled", times="ms", new_task="pends", poll_url="relative", errors="code", usage=False, event_ids=False
)
VARIANTS = (FULL, POLLED, BARE)


@dataclass(slots=True)
class Task:
    """One task. `state` is `running`, `asking`, `complete` or `failed`."""

    task_id: str
    prompt: str
    state: str = "running"
    answer: str = ANSWER
    error: str = ""
    code: str = ""
    polls: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set at its end."""
    ends_session: bool = False


@dataclass(slots=True)
class Session:
    """One session with its tasks, the latest last."""

    session_id: str
    status: str = "active"
    tasks: list[Task] = field(default_factory=list)


def _id() -> str:
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(12))


class DocumentedServer:
    """The server in one shape, in a thread of its own.

    Parameters
    ----------
    variant : Variant
        Its shapes.
    """

    def __init__(self, variant: Variant) -> None:
        self.variant = variant
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.sent: list[tuple[str, str, Json]] = []
        """Method, path and JSON body of each request, in order of arrival."""
        self.late_polls = 0
        """The number of polls with a session's id that still find the task before."""
        self.next_answer: tuple[int, str, bytes] | None = None
        """The status, the content type and the body of the next answer, in place of the server's own."""
        self.unexpected: list[str] = []
        """Requests of calls that the documentation does not have."""
        self._socket = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins=None)
        self._socket.on("connect", self._connect)

    def bodies(self, path: str) -> list[Json]:
        """Return the bodies that were sent to a path."""
        return [body for _, sent_to, body in self.sent if sent_to == path]

    # --- the application ----------------------------------------------------------------------------------------------

    def app(self) -> web.Application:
        """Return the server's application."""
        app = web.Application(middlewares=[self._note])
        self._socket.attach(app)
        app.router.add_post("/start/start-session", self._start)
        app.router.add_post("/start/send-message", self._message)
        app.router.add_get("/task/{session}/{task}", self._task)
        app.router.add_get("/start/health", self._health)
        app.router.add_get("/file/report.csv", self._report)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/profiles", self._profiles)
        app.router.add_post("/profiles", self._new_profile)
        app.router.add_delete("/profiles/{id}", self._deleted)
        app.router.add_get("/environments/{id}/files", self._files)
        app.router.add_post("/files/upload", self._uploaded)
        if self.variant.session_status:
            app.router.add_get("/start/session-status/{session}", self._status)
        if self.variant.account:
            app.router.add_get("/account/usage", self._account)
        return app

    @web.middleware
    async def _note(self, request: web.Request, handler: Any) -> web.StreamResponse:
        is_json = request.content_type == "application/json"
        if not request.path.startswith("/socket.io/"):
            self.sent.append((request.method, request.path, await request.json() if is_json else {}))
        if (given := self.next_answer) is not None:
            self.next_answer = None
            return web.Response(status=given[0], headers={"Content-Type": given[1]}, body=given[2])
        try:
            answer: web.StreamResponse = await handler(request)
        except web.HTTPNotFound:
            self.unexpected.append(f"{request.method} {request.path}")
            raise
        return answer

    def _refused(self, status: int, text: str, code: str, **details: Any) -> web.Response:
        body: Json = {"success": False}
        match self.variant.errors:
            case "message":
                body |= {"message": text}
            case "error":
                body |= {"error": text, "code": code, "details": details}
            case "code":
                body |= {"message": text, "code": code}
        return web.json_response(body, status=status)

    def _without_key(self, request: web.Request) -> web.Response | None:
        given = request.headers.get("Authorization")
        if given is None:
            return self._refused(401, "API key required", "UNAUTHORIZED")
        if given != f"Bearer {KEY}":
            return self._refused(401, "Invalid or revoked API key", "INVALID_API_KEY")
        return None

    # --- sessions -----------------------------------------------------------------------------------------------------

    async def _start(self, request: web.Request) -> web.Response:
        if (refused := self._without_key(request)) is not None:
            return refused
        body = await request.json()
        session = Session(_id())
        self.sessions[session.session_id] = session
        answer: Json = {
            "success": True,
            "sessionId": session.session_id,
            "socketURL": self.url,
            "streaming": {
                "webRTCURL": f"{self.url}/rtc/{session.session_id}",
                "webViewURL": f"{self.url}/view/{session.session_id}",
                "dimensions": {"width": 1024, "height": 600},
            },
            "initialPrompt": "",
            "expiresIn": 300000,
            "balance": 12,
            "message": "Connect to instance using sessionId in auth",
        }
        given = body.get("task") or {
            "prompt": (body.get("initialTask") or {}).get("taskDetails"),
            **(body.get("initialTask") or {}),
        }
        if given.get("prompt"):
            task = self._new_task(session, given)
            if self.variant.start_names_task:
                answer["taskId"] = task.task_id
        return web.json_response(answer)

    async def _status(self, request: web.Request) -> web.Response:
        if (refused := self._without_key(request)) is not None:
            return refused
        session = self.sessions.get(request.match_info["session"])
        if session is None:
            return self._refused(404, "Session not found", "SESSION_NOT_FOUND")
        return web.json_response({"success": True, "status": session.status})

    def _new_task(self, session: Session, given: Json) -> Task:
        prompt = given["prompt"]
        task = Task(_id(), prompt, answer=ANSWERS.get(prompt, ANSWER))
        task.ends_session = given.get("terminateOnCompletion", False)
        if given.get("outputType") == "structured_json" and prompt not in ANSWERS:
            task.answer = json.dumps([{"answer": 42}])
        session.tasks.append(task)
        return task

    # --- tasks --------------------------------------------------------------------------------------------------------

    async def _task(self, request: web.Request) -> web.Response:
        session = self.sessions.get(request.match_info["session"])
        if session is None:
            return self._refused(404, "Session not found", "SESSION_NOT_FOUND")
        wanted = request.match_info["task"]
        named = [task for task in session.tasks if task.task_id == wanted]
        if not named and wanted == session.session_id:  # as in the documentation's example
            named = session.tasks[-1:]
            if self.late_polls and len(session.tasks) > 1:
                self.late_polls -= 1
                named = session.tasks[-2:-1]
        if not named:
            return self._refused(404, "Task not found", "TASK_NOT_FOUND")
        await self._proceed(session, named[0])
        return web.json_response(self._state_of(session, named[0]))

    async def _proceed(self, session: Session, task: Task) -> None:
        """Let a task come further: each poll but the first finds it changed."""
        task.polls += 1
        if task.state != "running" or task.polls < 2:
            return
        if task.prompt.startswith((ASKS, ASKS_A_CODE)):
            task.state = "asking"
            data = {"type": "human_input_needed", "value": self._question(task)}
            await self._tell(session, task, {"type": "guardrail_trigger", "data": data})
        elif task.prompt.startswith(FAILS):
            await self._fail(session, task, "The page did not load", "NAVIGATION_TIMEOUT")
        elif not task.prompt.startswith((GOES_ON, HELD)):
            await self._complete(session, task)

    def _question(self, task: Task) -> str:
        return "Enter the code from your phone" if task.prompt.startswith(ASKS_A_CODE) else "Which one: blue or green?"

    async def _complete(self, session: Session, task: Task) -> None:
        task.state = "complete"
        task.over.set()
        await self._tell(session, task, {"type": "task_completed", "data": {"message": task.answer}})
        await self._end_with(session, task, "completed")

    async def _fail(self, session: Session, task: Task, error: str, code: str) -> None:
        task.state, task.error, task.code = "failed", error, code
        task.over.set()
        await self._tell(session, task, {"type": "error", "error": error, "code": code})
        await self._end_with(session, task, "failed")

    async def _end_with(self, session: Session, task: Task, status: str) -> None:
        if task.ends_session:
            session.status = status
            body = {"reason": "terminateOnCompletion" if status == "completed" else status, "message": "Session ended"}
            await self._socket.emit("end_session", body, room=session.session_id)

    def _state_of(self, session: Session, task: Task) -> Json:
        ids = {"sessionId": session.session_id, "taskId": task.task_id} if self.variant.result_ids else {}
        usage = {"usage": _USAGE} if self.variant.usage else {}
        if task.state == "running":
            return {"success": True, **ids, "status": "pending", "pending": True}
        if task.state == "asking":
            data = {"type": "human_input_needed", "value": self._question(task)}
            return {"success": True, **ids, "type": "guardrail_trigger", "status": "guardrail_trigger", "data": data}
        if task.state == "failed":
            code = {} if self.variant.errors == "message" else {"code": task.code}
            return {"success": False, **ids, "type": "failed", "status": "failed", "error": task.error, **code}
        done: Json = {"success": True, **ids, "type": "task_completed", "status": "complete", "pending": False}
        done["data"] = {"message": task.answer}
        if self.variant.data == "full":
            entry: Json = {"source": f"{self.url}/", "downloadUrl": f"{self.url}/file/report.csv"}
            entry |= {"filename": "report.csv", "timestamp": 1770638400000}
            urls = [{"url": f"{self.url}/", "timestamp": 1770638400000.25}]
            done["data"] |= {"files": [entry], "network": [{"id": "n1", "taskId": task.task_id, "urls": urls}]}
        times: Json = {"iso": "2026-02-09T12:00:00.000Z", "ms": 1770638400000.5}
        completed_at = {} if self.variant.times == "none" else {"completedAt": times[self.variant.times]}
        return {**done, **usage, **completed_at}

    # --- messages -----------------------------------------------------------------------------------------------------

    async def _message(self, request: web.Request) -> web.Response:
        if (refused := self._without_key(request)) is not None:
            return refused
        body = await request.json()
        session = self.sessions.get(body.get("sessionId", ""))
        if session is None or session.status != "active":
            text = "Session not found or expired"  # the documentation has a 401 here
            return self._refused(401, text, "SESSION_NOT_FOUND")
        message = body["message"]
        if message["actionType"] == "newTask":
            return await self._given_task(session, message)
        await self._obey(session, message)
        return web.json_response({"success": True, "message": "Message sent successfully"})

    async def _given_task(self, session: Session, message: Json) -> web.Response:
        task = self._new_task(session, message)
        await self._tell(session, task, {"type": "action", "data": {"name": "click", "target": "Laptops"}})
        await self._tell(session, task, {"type": "response_update", "data": {"message": "Starting, browsing now"}})
        match self.variant.new_task:
            case "acknowledges":
                return web.json_response({"success": True, "message": "Message sent successfully"})
            case "pends":
                path = f"/task/{session.session_id}/{task.task_id}"
                url = path if self.variant.poll_url == "relative" else f"{self.url}{path}"
                text = "Task still running. Poll GET /task/:sessionId/:taskId for result."
                return web.json_response(
                    {"success": True, "status": "pending", "pending": True, "pollUrl": url, "message": text}
                )
        task.polls = 1
        if task.prompt.startswith(HELD):
            await task.over.wait()
        await self._proceed(session, task)
        if task.state == "running":  # the window of 50 s is over
            ids = {"sessionId": session.session_id, "taskId": task.task_id}
            url = f"{self.url}/task/{session.session_id}/{task.task_id}"
            return web.json_response({"success": True, **ids, "status": "pending", "pending": True, "pollUrl": url})
        return web.json_response(self._state_of(session, task))

    async def _obey(self, session: Session, message: Json) -> None:
        current = next((task for task in reversed(session.tasks) if task.state in ("running", "asking")), None)
        match message["actionType"], message.get("newState"):
            case "guardrail", "resume" if current is not None:
                said = message["prompt"]
                current.answer = json.dumps([{"answer": said}]) if current.answer[0] == "[" else f"You said {said}"
                await self._complete(session, current)
            case ("state", "stop") | ("guardrail", "stop") if current is not None:
                await self._fail(session, current, "Task stopped by user", "TASK_STOPPED")
            case "state", "terminate":
                session.status = "terminated"
                if current is not None:
                    await self._fail(session, current, "Session terminated", "SESSION_TERMINATED")
                ended = {"reason": "terminated", "message": "Session terminated by user"}
                await self._socket.emit("end_session", ended, room=session.session_id)

    # --- live events --------------------------------------------------------------------------------------------------

    async def _connect(self, sid: str, _environ: Json, auth: Json | None) -> bool:
        session_id = (auth or {}).get("sessionId")
        if session_id not in self.sessions:
            return False
        await self._socket.enter_room(sid, session_id)
        return True

    async def _tell(self, session: Session, task: Task, message: Json) -> None:
        ids = {"taskId": task.task_id} if self.variant.event_ids else {}
        await self._socket.emit("message", {**message, **ids}, room=session.session_id)

    # --- the account, profiles and files ------------------------------------------------------------------------------

    async def _health(self, _request: web.Request) -> web.Response:
        body = {"success": True, "status": "healthy", "instancesAvailable": True, "instanceCount": 4}
        return web.json_response({**body, "timestamp": "2026-02-09T12:00:00.000Z"})

    async def _models(self, request: web.Request) -> web.Response:
        if self._without_key(request) is not None:
            error = {"message": "Invalid or revoked API key", "type": "authentication_error", "code": "invalid_api_key"}
            return web.json_response({"error": error}, status=401)
        model = {"id": "webrun-browser-1", "object": "model", "created": 1704067200, "owned_by": "webrun"}
        return web.json_response({"object": "list", "data": [model]})

    async def _account(self, request: web.Request) -> web.Response:
        if (refused := self._without_key(request)) is not None:
            return refused
        amounts = {"balance": 12, "currentPeriodSpend": 0.5, "spendingLimit": None, "remaining": 11.5}
        return web.json_response({"success": True, **amounts})

    async def _report(self, _request: web.Request) -> web.Response:
        return web.Response(text="city,people\nUlm,129000\n", content_type="text/csv")

    async def _profiles(self, _request: web.Request) -> web.Response:
        return web.json_response({"success": True, "profiles": [_PROFILE]})

    async def _new_profile(self, request: web.Request) -> web.Response:
        name = (await request.json())["name"]
        return web.json_response({"success": True, "profile": {"_id": "65f0c0ffee65f0c0ffee65f1", "name": name}})

    async def _deleted(self, _request: web.Request) -> web.Response:
        return web.json_response({"success": True})

    async def _files(self, _request: web.Request) -> web.Response:
        file = {"fileId": "f1", "originalName": "cv.pdf", "size": 17, "createdAt": "2026-02-09T12:00:00.000Z"}
        return web.json_response({"success": True, "files": [file]})

    async def _uploaded(self, _request: web.Request) -> web.Response:
        return web.json_response({"success": True, "files": [{"fileId": "f2", "originalName": "cv.pdf", "size": 17}]})


_USAGE = {
    "prompt_tokens": 1200,
    "completion_tokens": 300,
    "total_tokens": 1500,
    "completion_time": 6.2,
    "cost": 0.0041,
}
_PROFILE = {
    "_id": "65f0c0ffee65f0c0ffee65f0",
    "userId": "u1",
    "name": "work",
    "description": "",
    "status": "ready",
    "createdAt": "2026-02-09T12:00:00.000Z",
    "updatedAt": "2026-02-09T12:00:00.000Z",
    "blobSize": 2048,
    "blobUploadedAt": "2026-02-09T12:00:00.000Z",
    "lastUsedAt": None,
    "usageCount": 3,
}


@contextmanager
def running_server(variant: Variant) -> Iterator[DocumentedServer]:
    """Run a server in a thread until the block ends."""
    server, ready = DocumentedServer(variant), threading.Event()
    stop: list[Callable[[], object]] = []

    async def serve() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        stop.append(lambda: loop.call_soon_threadsafe(over.set))
        runner = web.AppRunner(server.app(), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        ready.set()
        await over.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name=f"documented-{variant.name}")
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        stop[0]()
        thread.join()
