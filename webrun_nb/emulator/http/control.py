"""`/_emulator/…`: what only the emulator can do (contract, section 12)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter
from pydantic import Field, model_validator

from webrun_nb.emulator import views
from webrun_nb.emulator.faults import Fault
from webrun_nb.emulator.http.context import TheService, TheUser
from webrun_nb.emulator.service import Service
from webrun_nb.wire.base import Request
from webrun_nb.wire.requests import invalid, missing

router = APIRouter(prefix="/_emulator")

Usd = Annotated[float, Field(ge=0, le=1e9)]
_YEAR_MS = 366 * 24 * 3_600_000


class ClockChange(Request):
    """Time travel: `advance` in ms, or `freeze`."""

    advance: Annotated[float, Field(ge=0, le=_YEAR_MS)] | None = None
    freeze: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.advance is None and self.freeze is None:
            raise missing("advance")
        return self


class AccountChange(Request):
    """What of the account to change; null takes a limit away."""

    balance: Usd | None = None
    spending_limit: Usd | None = None
    session_limit: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    deactivated: bool = False


class InstanceAction(Request):
    """What happens to a session's browser, for real."""

    action: Literal["kill", "hang", "restore"]


ENDPOINTS = ("start-session", "run-task", "send-message", "session-status", "sessions", "task", "health", "usage")
"""What faults can be ordered for: the telling part of an endpoint's path."""


class FaultOrder(Request):
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
        "account": views.account(service.account(user), service.spent_usd(user)).to_wire(),
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
    return views.account(changed, service.spent_usd(user)).to_wire()


def _clock(service: Service) -> dict[str, Any]:
    return {"now": round(service.parts.clock.now()), "clockRunning": service.parts.clock.running}
