"""Endpoints of accounts, and of the server's health (contract, sections 2 and 5)."""

from __future__ import annotations

from fastapi import APIRouter

from webrun_nb.common.local_time import utc
from webrun_nb.emulator.http.dependencies import TheAccounts, TheBrowsers, TheClock, TheRegistry, TheSockets, TheUser
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.wire.responses import AccountUsage, ActiveSockets, Health, Model, ModelList

router = APIRouter()


@router.get("/account/usage")
async def usage(accounts: TheAccounts, user: TheUser) -> AccountUsage:
    """Return the balance and the amount spent."""
    return serialize.account(accounts.of(user), accounts.spent_usd(user))


@router.get("/start/health")
async def health(browsers: TheBrowsers, registry: TheRegistry, clock: TheClock) -> Health:
    """Return whether sessions can be opened."""
    return Health(
        instances_available=browsers.installed(), instance_count=registry.count_open(), timestamp=utc(clock.now())
    )


@router.get("/v1/models")
async def models(user: TheUser) -> ModelList:
    """List the models, as OpenAI's API does: a call that needs a key and has no effect, so that it checks a key."""
    return ModelList(data=[Model(id="webrun-browser-1", created=1_704_067_200, owned_by="webrun")])


@router.get("/start/active-sockets")
async def active_sockets(registry: TheRegistry, sockets: TheSockets, user: TheUser) -> ActiveSockets:
    """Return how many sockets listen to each of the caller's sessions."""
    return serialize.active_sockets({session.id: sockets.count(session.id) for session in registry.of(user)})
