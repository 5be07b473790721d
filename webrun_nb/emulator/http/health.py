"""What is up (contract, section 11): `GET /start/health`, which needs no key, and `GET /start/active-sockets`."""

from __future__ import annotations

from fastapi import APIRouter

from webrun_nb.emulator import views
from webrun_nb.emulator.http.context import TheService, TheUser
from webrun_nb.wire.responses import ActiveSockets, Health

router = APIRouter()


@router.get("/start/health")
async def health(service: TheService) -> Health:
    """Tell whether sessions can be opened."""
    installed = service.parts.browsers.installed()
    open_sessions = service.parts.store.count_open()
    return Health(
        status="ok" if installed else "no browser is installed: run webrun-nb install-browser",
        instances_available=1 if installed else 0,
        instance_count=open_sessions,
        timestamp=round(service.parts.clock.now()),
    )


@router.get("/start/active-sockets")
async def active_sockets(service: TheService, user: TheUser) -> ActiveSockets:
    """Tell how many sockets listen to each of the caller's sessions."""
    return views.active_sockets(
        {session.id: len(service.sockets.get(session.id, ())) for session in service.parts.store.of(user)}
    )
