"""Endpoints of accounts, and of the server's health (contract, sections 2 and 5)."""

from __future__ import annotations

from fastapi import APIRouter

from webrun_nb.emulator.http.dependencies import TheAccounts, TheBrowsers, TheClock, TheRegistry, TheSockets, TheUser
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.wire.responses import AccountUsage, ActiveSockets, Health

router = APIRouter()


@router.get("/account/usage")
async def usage(accounts: TheAccounts, user: TheUser) -> AccountUsage:
    """Return the balance and the amount spent."""
    return serialize.account(accounts.of(user), accounts.spent_usd(user))


@router.get("/start/health")
async def health(browsers: TheBrowsers, registry: TheRegistry, clock: TheClock) -> Health:
    """Return whether sessions can be opened."""
    installed = browsers.installed()
    return Health(
        status="ok" if installed else "no browser is installed: run webrun-nb install-browser",
        instances_available=1 if installed else 0,
        instance_count=registry.count_open(),
        timestamp=round(clock.now()),
    )


@router.get("/start/active-sockets")
async def active_sockets(registry: TheRegistry, sockets: TheSockets, user: TheUser) -> ActiveSockets:
    """Return how many sockets listen to each of the caller's sessions."""
    return serialize.active_sockets({session.id: sockets.count(session.id) for session in registry.of(user)})
