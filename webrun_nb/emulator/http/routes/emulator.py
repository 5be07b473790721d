"""`/_emulator/…`: what only the emulator can do (contract, section 12)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field, model_validator
from starlette.responses import PlainTextResponse

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.http.dependencies import TheService, TheUser
from webrun_nb.emulator.serializers import policies, sessions
from webrun_nb.emulator.services.faults import Fault
from webrun_nb.emulator.services.proxy_check import check_proxy
from webrun_nb.emulator.services.sessions import Service
from webrun_nb.wire.base import Request as Body
from webrun_nb.wire.past_tasks import PastTask, TaskTextList
from webrun_nb.wire.policies import PicturesAnswer, PictureSettings, ReportBody, SourceList, StepList
from webrun_nb.wire.proxies import ProxyFields
from webrun_nb.wire.requests import MAX_URL_CHARS, WebUrl, invalid, missing
from webrun_nb.wire.responses import ProxyTested

router = APIRouter(prefix="/_emulator")

Usd = Annotated[float, Field(ge=0, le=1e9)]
_YEAR_MS = 366 * 24 * 3_600_000


class ClockChange(Body):
    """Time travel: `advance` in ms, or `freeze`."""

    advance: Annotated[float, Field(ge=0, le=_YEAR_MS)] | None = None
    freeze: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.advance is None and self.freeze is None:
            raise missing("advance")
        return self


class AccountChange(Body):
    """What of the account to change; null takes a limit away."""

    balance: Usd | None = None
    spending_limit: Usd | None = None
    session_limit: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    deactivated: bool = False


class InstanceAction(Body):
    """What happens to a session's browser, for real."""

    action: Literal["kill", "hang", "restore"]


ENDPOINTS = ("start-session", "run-task", "send-message", "session-status", "sessions", "task", "health", "usage")
"""What faults can be ordered for: the telling part of an endpoint's path."""


class FaultOrder(Body):
    """Faults: of an endpoint's next calls, of the next browsers' starts, or none any more."""

    endpoint: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    instance_start: Literal["refuse"] | None = None
    times: Annotated[int, Field(ge=1, le=10_000)] = 1
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    code: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    delay: Annotated[float, Field(ge=0, le=60_000)] = 0
    drop: bool = False
    clear: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.endpoint or self.instance_start or self.clear):
            raise missing("endpoint")
        if self.endpoint is not None and self.endpoint not in ENDPOINTS:
            raise invalid("endpoint", f"endpoint must be one of {', '.join(ENDPOINTS)}", self.endpoint[:50])
        if self.endpoint is not None and self.status is None and not self.delay and not self.drop:
            raise missing("status")  # or delay, or drop: else the fault would do nothing
        return self


@router.get("/state")
async def state(service: TheService, user: TheUser) -> dict[str, Any]:
    """Show clock, sessions, their browsers, balance and prices."""
    prices = service.parts.prices
    return {
        "success": True,
        "clock": _clock(service),
        "sessions": [session.to_wire() for session in await service.history.sessions(user)],
        "instances": [
            {"sessionId": session_id, "kind": instance.kind} for session_id, instance in service.instances.of(user)
        ],
        "account": sessions.account(service.account(user), service.spent_usd(user)).to_wire(),
        "prices": {
            "computePerMinute": float(prices.compute_usd_per_minute),
            "inputPerMillionTokens": float(prices.input_usd_per_million_tokens),
            "outputPerMillionTokens": float(prices.output_usd_per_million_tokens),
            "proxyPerGb": float(prices.proxy_usd_per_gb),
        },
        "faults": service.faults.describe(),
        "webhooks": [
            {"taskId": d.task_id, "name": d.name, "url": d.url, "status": d.status, "error": d.error, "at": d.at_ms}
            for d in service.deliveries(user)
        ],
    }


@router.post("/reset")
async def reset(service: TheService) -> dict[str, Any]:
    """End all, empty all, clock back to real time."""
    await service.reset()
    return {"success": True, **_clock(service)}


@router.post("/sessions/{session_id}/instance")
async def instance(session_id: str, body: InstanceAction, service: TheService, user: TheUser) -> dict[str, Any]:
    """Kill a session's browser, stop it, or let it go on."""
    await service.history.admit_command(user, session_id)
    await service.instances.act_on(service.session(user, session_id), body.action)
    return {"success": True}


@router.post("/faults")
async def faults(body: FaultOrder, service: TheService) -> dict[str, Any]:
    """Have the next calls fail, or the next browsers not start; what is said adds to what was ordered before."""
    if body.clear:
        service.faults.clear()
    if body.instance_start is not None:
        service.faults.refuse_instances(body.times)
    if body.endpoint is not None:
        service.faults.order(body.endpoint, Fault(body.times, body.status, body.code, body.delay, body.drop))
    return {"success": True, "faults": service.faults.describe()}


@router.post("/clock")
async def clock(body: ClockChange, service: TheService) -> dict[str, Any]:
    """Freeze, unfreeze or advance the clock; everything that falls due on the way happens at its own time."""
    if body.freeze is not None:
        service.parts.clock.freeze(body.freeze)
    if body.advance is not None:
        service.parts.clock.advance(body.advance)
    return {"success": True, **_clock(service)}


@router.put("/account")
async def account(body: AccountChange, service: TheService, user: TheUser) -> dict[str, Any]:
    """Change balance, limits, or whether the account is active; what is not named stays."""
    changed = service.account(user)
    named = body.model_fields_set
    if "balance" in named:
        spent_usd = service.spent_usd(user)
        changed.opening_balance_usd = None if body.balance is None else Decimal(str(body.balance)) + spent_usd
    if "spending_limit" in named:
        changed.spending_limit_usd = None if body.spending_limit is None else Decimal(str(body.spending_limit))
    if "session_limit" in named:
        changed.sessions_at_once = body.session_limit
    if "deactivated" in named:
        changed.deactivated = body.deactivated
    service.account_changed(user)
    return sessions.account(changed, service.spent_usd(user)).to_wire()


def _clock(service: Service) -> dict[str, Any]:
    return {"now": round(service.parts.clock.now()), "clockRunning": service.parts.clock.running}


@router.get("/tasks")
async def tasks(service: TheService, user: TheUser) -> TaskTextList:
    """List what the caller's tasks were told, newest first."""
    return await service.history.past_tasks(user)


@router.get("/tasks/{task_id}")
async def task(task_id: str, service: TheService, user: TheUser) -> PastTask:
    """Tell what a task was told, and its answer."""
    return await service.history.past_task(user, task_id)


@router.get("/tasks/{task_id}/steps")
async def steps(task_id: str, service: TheService, user: TheUser) -> StepList:
    """List what a task did, saw, asked and said."""
    return policies.step_list(service.records.of(user, task_id))


@router.get("/tasks/{task_id}/provenance")
async def provenance(task_id: str, service: TheService, user: TheUser) -> SourceList:
    """Say where each value of a task's answer comes from."""
    return policies.source_list(service.records.of(user, task_id))


@router.get("/tasks/{task_id}/report")
async def report(task_id: str, service: TheService, user: TheUser) -> ReportBody:
    """Say what a task's answer rests on, and which parts of its text it does not follow."""
    return await service.history.report(user, task_id)


Seq = Annotated[int, Path(ge=1, le=1_000_000)]


_ANSWER = {200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@router.put("/sessions/{session_id}/pictures")
async def wish(session_id: str, body: PictureSettings, service: TheService, user: TheUser) -> PicturesAnswer:
    """Have a picture taken after each of a session's actions from now on, or none any more."""
    await service.history.admit_command(user, session_id)
    session = service.session(user, session_id)
    if session.ended:
        raise CommandRefusedError(ErrorCode.SESSION_NOT_ACTIVE, f"session {session.id} has ended ({session.status})")
    session.pictures_wanted = body.wanted
    return PicturesAnswer(session_id=session.id, wanted=session.pictures_wanted)


@router.get("/tasks/{task_id}/steps/{seq}/picture", response_class=Response, responses=_ANSWER)  # type: ignore[arg-type]  # dict is invariant
async def picture(task_id: str, seq: Seq, service: TheService, user: TheUser) -> Response:
    """Send the picture of the page right after a step."""
    steps = service.records.of(user, task_id).steps
    found = steps[seq - 1].picture if seq <= len(steps) else None
    if found is None:
        raise CommandRefusedError(ErrorCode.FILE_NOT_FOUND, f"there is no picture of step {seq} of task {task_id[:40]}")
    return Response(found, media_type="image/jpeg", headers=_HEADERS)


class ProxyTrial(Body):
    """A session's `proxy`, and who is to be asked through it."""

    proxy: ProxyFields
    url: WebUrl | None = Field(default=None, max_length=MAX_URL_CHARS)


@router.post("/proxies/test")
async def test(body: ProxyTrial, service: TheService) -> ProxyTested:
    """Say where a proxy's traffic comes out, and how long an answer takes."""
    egress = service.parts.egress
    tried = await check_proxy(egress.upstream(body.proxy), egress.home, body.url)
    return ProxyTested(
        proxy=body.proxy.shown(),
        works=tried.error is None,
        exit_address=tried.exit_address,
        latency_ms=None if tried.latency_ms is None else round(tried.latency_ms, 1),
        seen_by=tried.seen_by,
        error=tried.error,
    )


async def who_asks(request: Request) -> PlainTextResponse:
    """Say who is asking: the echo at the end of a proxy on this machine."""
    return PlainTextResponse(request.client.host if request.client else "", headers={"cache-control": "no-store"})
