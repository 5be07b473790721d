"""Endpoints under `/_emulator`, which exist on the emulator alone (contract, section 12)."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field, model_validator
from starlette.responses import PlainTextResponse

from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.language_models import key_name
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.http.dependencies import (
    TheAccounts,
    TheCassettes,
    TheClock,
    TheEgress,
    TheFaults,
    TheHistory,
    TheLifecycle,
    ThePageReader,
    ThePrices,
    TheRecordings,
    TheSessions,
    TheUser,
    TheWebhooks,
    TheWorkers,
)
from webrun_nb.emulator.serializers import extraction as serialize_extraction
from webrun_nb.emulator.serializers import policies as serialize_policies
from webrun_nb.emulator.serializers import sessions as serialize_sessions
from webrun_nb.emulator.serializers.report import source_list
from webrun_nb.emulator.services.faults import Fault
from webrun_nb.emulator.services.proxy_check import check_proxy
from webrun_nb.wire.base import Request as Body
from webrun_nb.wire.errors import invalid, missing
from webrun_nb.wire.extraction import ExtractionBody, ExtractPage, PeekBody, PeekPage
from webrun_nb.wire.limits import MAX_URL_CHARS
from webrun_nb.wire.past_tasks import PastTask, TaskTextList
from webrun_nb.wire.policies import PicturesAnswer, PictureSettings, SessionEffects, SourceList, StepList
from webrun_nb.wire.proxies import ProxyFields
from webrun_nb.wire.recordings import CassetteAnswer, CassetteBody, CassetteFields, RecordingBody, ScriptBody
from webrun_nb.wire.report import ReportBody, ReportedValues
from webrun_nb.wire.requests import PutModelKey, WebUrl
from webrun_nb.wire.responses import ProxyTested

router = APIRouter(prefix="/_emulator")

Usd = Annotated[float, Field(ge=0, le=1e9)]
_YEAR_MS = 366 * 24 * 3_600_000


class ClockChange(Body):
    """The body of a change of the clock: `advance` in ms, or `freeze`."""

    advance: Annotated[float, Field(ge=0, le=_YEAR_MS)] | None = None
    freeze: bool | None = None

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if self.advance is None and self.freeze is None:
            raise missing(within=["advance"])
        return self


class AccountChange(Body):
    """The body of a change of the account; null removes a limit."""

    balance: Usd | None = None
    spending_limit: Usd | None = None
    session_limit: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    deactivated: bool = False


class InstanceAction(Body):
    """The body of a disturbance of a session's browser."""

    action: Literal["kill", "hang", "restore"]


ENDPOINTS = ("start-session", "run-task", "send-message", "session-status", "sessions", "task", "health", "usage")
"""The endpoints that faults can be set for, by a part of their path."""


class FaultOrder(Body):
    """The body of a request for faults: of an endpoint's next calls, of the next browser starts, or none."""

    endpoint: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    instance_start: Literal["refuse"] | None = None
    times: Annotated[int, Field(ge=1, le=10_000)] = 1
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    code: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    delay: Annotated[float, Field(ge=0, le=60_000)] = 0
    drop: bool = False
    clear: bool = False

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if not (self.endpoint or self.instance_start or self.clear):
            raise missing(within=["endpoint"])
        if self.endpoint is not None and self.endpoint not in ENDPOINTS:
            message = f"endpoint must be one of {', '.join(ENDPOINTS)}"
            raise invalid(message, self.endpoint[:50], within=["endpoint"])
        if self.endpoint is not None and self.status is None and not self.delay and not self.drop:
            raise missing(within=["status"])  # or delay, or drop: without any, the fault does nothing
        return self


@router.get("/state")
async def state(
    clock: TheClock,
    prices: ThePrices,
    history: TheHistory,
    workers: TheWorkers,
    accounts: TheAccounts,
    faults: TheFaults,
    webhooks: TheWebhooks,
    user: TheUser,
) -> dict[str, Any]:
    """Return the clock, sessions, their browsers, the account and prices."""
    return {
        "success": True,
        "clock": _clock(clock),
        "sessions": [session.to_wire() for session in await history.sessions(user)],
        "instances": [
            {"sessionId": session_id, "kind": instance.kind} for session_id, instance in workers.instances_of(user)
        ],
        "account": serialize_sessions.account(accounts.of(user), accounts.spent_usd(user)).to_wire(),
        "prices": prices.to_wire(),
        "faults": faults.describe(),
        "webhooks": [
            {"taskId": d.task_id, "name": d.name, "url": d.url, "status": d.status, "error": d.error, "at": d.at_ms}
            for d in webhooks.deliveries_of(user)
        ],
    }


@router.post("/reset")
async def reset(lifecycle: TheLifecycle, clock: TheClock) -> dict[str, Any]:
    """End all sessions, remove all data, and set the clock back to real time."""
    await lifecycle.reset()
    return {"success": True, **_clock(clock)}


@router.post("/sessions/{session_id}/instance")
async def instance(
    session_id: str,
    body: InstanceAction,
    history: TheHistory,
    sessions: TheSessions,
    workers: TheWorkers,
    user: TheUser,
) -> dict[str, Any]:
    """Kill a session's browser, make it hang, or let it continue."""
    await history.admit_command(user, session_id)
    await workers.act_on(sessions.session(user, session_id), body.action)
    return {"success": True}


@router.post("/faults")
async def order_faults(body: FaultOrder, faults: TheFaults) -> dict[str, Any]:
    """Make the next calls fail, or the next browsers not start, in addition to faults that are set already."""
    if body.clear:
        faults.clear()
    if body.instance_start is not None:
        faults.refuse_instances(body.times)
    if body.endpoint is not None:
        faults.order(body.endpoint, Fault(body.times, body.status, body.code, body.delay, body.drop))
    return {"success": True, "faults": faults.describe()}


@router.post("/clock")
async def change_clock(body: ClockChange, clock: TheClock) -> dict[str, Any]:
    """Freeze, unfreeze or advance the clock; everything that falls due meanwhile happens at its own time."""
    if body.freeze is not None:
        clock.freeze(body.freeze)
    if body.advance is not None:
        clock.advance(body.advance)
    return {"success": True, **_clock(clock)}


@router.put("/account")
async def change_account(body: AccountChange, accounts: TheAccounts, user: TheUser) -> dict[str, Any]:
    """Change balance, limits, or whether the account is active; fields that are missing stay."""
    changed = accounts.of(user)
    named = body.model_fields_set
    if "balance" in named:
        spent_usd = accounts.spent_usd(user)
        changed.opening_balance_usd = None if body.balance is None else Decimal(str(body.balance)) + spent_usd
    if "spending_limit" in named:
        changed.spending_limit_usd = None if body.spending_limit is None else Decimal(str(body.spending_limit))
    if "session_limit" in named:
        changed.sessions_at_once = body.session_limit
    if "deactivated" in named:
        changed.deactivated = body.deactivated
    accounts.watch(user)
    return serialize_sessions.account(changed, accounts.spent_usd(user)).to_wire()


def _clock(clock: Clock) -> dict[str, Any]:
    return {"now": round(clock.now()), "clockRunning": clock.running}


@router.get("/tasks")
async def tasks(history: TheHistory, user: TheUser) -> TaskTextList:
    """List the texts of the caller's tasks, newest first."""
    return await history.past_tasks(user)


@router.get("/tasks/{task_id}")
async def task(task_id: str, history: TheHistory, user: TheUser) -> PastTask:
    """Return the text of a task, and its answer."""
    return await history.past_task(user, task_id)


@router.get("/tasks/{task_id}/steps")
async def steps(task_id: str, recordings: TheRecordings, user: TheUser) -> StepList:
    """List the steps of a task."""
    return serialize_policies.step_list(recordings.of(user, task_id))


@router.get("/tasks/{task_id}/recording")
async def recording(task_id: str, recordings: TheRecordings, user: TheUser) -> RecordingBody:
    """Return the recording of a completed task, which a later task can replay."""
    steps = recordings.steps_of(user, task_id)
    session_id = recordings.of(user, task_id).session_id
    return RecordingBody(session_id=session_id, task_id=task_id, recording=recordings.to_file(steps))


@router.get("/tasks/{task_id}/script")
async def script(task_id: str, recordings: TheRecordings, user: TheUser) -> ScriptBody:
    """Return a completed task as a Python script that takes its steps with Playwright."""
    session_id = recordings.of(user, task_id).session_id
    return ScriptBody(session_id=session_id, task_id=task_id, script=recordings.script_of(user, task_id))


@router.post("/cassettes")
async def put_cassette(body: CassetteFields, cassettes: TheCassettes, user: TheUser) -> CassetteAnswer:
    """Take a cassette to answer the tasks that name it from, or begin an empty one, which takes their traffic."""
    await asyncio.to_thread(cassettes.put, user, body.name, body.cassette)
    return CassetteAnswer(name=body.name)


@router.get("/cassettes/{name}", response_model=CassetteBody)
async def cassette(name: str, cassettes: TheCassettes, user: TheUser) -> Response:
    """Return a cassette: the traffic of the pages of the tasks that named it so far."""
    found = cassettes.of(user, name)
    # In a thread: it may be megabytes of JSON.
    body = CassetteBody(name=name, cassette=await asyncio.to_thread(found.to_json))
    return Response(await asyncio.to_thread(body.model_dump_json, by_alias=True), media_type="application/json")


@router.delete("/cassettes/{name}")
async def delete_cassette(name: str, cassettes: TheCassettes, user: TheUser) -> CassetteAnswer:
    """Remove a cassette."""
    cassettes.remove(user, name)
    return CassetteAnswer(name=name)


@router.get("/tasks/{task_id}/provenance")
async def provenance(task_id: str, history: TheHistory, user: TheUser) -> SourceList:
    """List the sources of the values of a task's answer."""
    return await asyncio.to_thread(source_list, await history.report(user, task_id))


@router.get("/tasks/{task_id}/report", response_model=ReportBody)
async def report(task_id: str, history: TheHistory, user: TheUser, values: ReportedValues = "all") -> Response:
    """Return the report of a task: what its answer rests on, and the parts of its text that were not used."""
    return Response(await history.report(user, task_id, values), media_type="application/json")


UnixMs = Annotated[int, Path(ge=0, le=10_000_000_000_000)]
Seq = Annotated[int, Path(ge=1, le=1_000_000)]


_ANSWER = {200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@router.put("/sessions/{session_id}/pictures")
async def update_settings(
    session_id: str, body: PictureSettings, history: TheHistory, sessions: TheSessions, user: TheUser
) -> PicturesAnswer:
    """Turn pictures of a session's steps on or off."""
    await history.admit_command(user, session_id)
    session = sessions.open_session(user, session_id)
    session.pictures_wanted = body.wanted
    return PicturesAnswer(session_id=session.id, wanted=session.pictures_wanted)


@router.put("/sessions/{session_id}/model-key")
async def update_model_key(
    session_id: str, body: PutModelKey, history: TheHistory, sessions: TheSessions, user: TheUser
) -> dict[str, Any]:
    """Give a session the key for a language model of its tasks; no answer ever holds it."""
    await history.admit_command(user, session_id)
    session = sessions.open_session(user, session_id)
    session.vault.put_model_key(key_name(body.model, body.model_url), body.key)
    return {"success": True, "sessionId": session.id}


@router.get("/sessions/{session_id}/effects")
async def effects(session_id: str, history: TheHistory, sessions: TheSessions, user: TheUser) -> SessionEffects:
    """Return whether a session has done more than to look at pages so far, and whether it has secrets or tasks."""
    await history.admit_command(user, session_id)
    session = sessions.open_session(user, session_id)
    return SessionEffects(
        session_id=session.id,
        acted=session.acted,
        secrets=session.vault.has_logins,
        busy=session.current is not None or bool(session.queued),
    )


@router.get("/tasks/{task_id}/steps/{seq}/picture", response_class=Response, responses=_ANSWER)  # type: ignore[arg-type]  # dict is invariant
async def picture(task_id: str, seq: Seq, recordings: TheRecordings, user: TheUser) -> Response:
    """Return the picture of the page after a step."""
    steps = recordings.of(user, task_id).steps
    found = steps[seq - 1].picture if seq <= len(steps) else None
    if found is None:
        raise CommandRefusedError(ErrorCode.FILE_NOT_FOUND, f"there is no picture of step {seq} of task {task_id[:40]}")
    return Response(found, media_type="image/jpeg", headers=_HEADERS)


@router.get("/tasks/{task_id}/pictures/{at}", response_class=Response, responses=_ANSWER)  # type: ignore[arg-type]  # dict is invariant
async def page_picture(task_id: str, at: UnixMs, recordings: TheRecordings, user: TheUser) -> Response:
    """Return the picture of a page as it was read at a time."""
    pictures = recordings.of(user, task_id).pictures
    found = next((each.jpeg for each in pictures if round(each.at_ms) == at), None)
    if found is None:
        message = f"there is no picture of the page that task {task_id[:40]} read at {at}"
        raise CommandRefusedError(ErrorCode.FILE_NOT_FOUND, message)
    return Response(found, media_type="image/jpeg", headers=_HEADERS)


class ProxyTrial(Body):
    """The body of a proxy check: a session's `proxy`, and the URL that is asked through it."""

    proxy: ProxyFields
    url: WebUrl | None = Field(default=None, max_length=MAX_URL_CHARS)


@router.post("/proxies/test")
async def test(body: ProxyTrial, egress: TheEgress) -> ProxyTested:
    """Check a proxy: return its exit address and latency."""
    tried = await check_proxy(egress.upstream(body.proxy), egress.address, body.url)
    return ProxyTested(
        proxy=body.proxy.shown(),
        works=tried.error is None,
        exit_address=tried.exit_address,
        latency_ms=None if tried.latency_ms is None else round(tried.latency_ms, 1),
        seen_by=tried.seen_by,
        error=tried.error,
    )


@router.post("/extract", response_model=ExtractionBody)
async def extract(
    body: ExtractPage, reader: ThePageReader, history: TheHistory, sessions: TheSessions, user: TheUser
) -> Response:
    """Return the records of a page: of HTML, which is loaded without scripts and network, or of a session's page."""
    page = await _page(body, history, sessions, user)
    found = await reader.read(page, body.wanted, body.text, url=body.url or "")
    # In a thread: the evidence of a large table is megabytes of JSON.
    return Response(await asyncio.to_thread(serialize_extraction.to_json, *found), media_type="application/json")


@router.post("/peek")
async def peek(
    body: PeekPage, reader: ThePageReader, history: TheHistory, sessions: TheSessions, user: TheUser
) -> PeekBody:
    """Return all tables, lists and records of a page, each with the way to ask for it."""
    page = await _page(body, history, sessions, user)
    return serialize_extraction.overview(*await reader.peek(page, url=body.url or ""))


async def _page(body: PeekPage, history: TheHistory, sessions: TheSessions, user: TheUser) -> str | Session:
    """Return the HTML, or the session, that a request names."""
    if body.session_id is None:
        return body.html or ""
    await history.admit_command(user, body.session_id)
    return sessions.session(user, body.session_id)


async def who_asks(request: Request) -> PlainTextResponse:
    """Return the address of the caller: the echo for proxies on this machine."""
    return PlainTextResponse(request.client.host if request.client else "", headers={"cache-control": "no-store"})
