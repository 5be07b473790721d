"""`GET /start/health` (contract, section 11): the one call that needs no key and no session."""

from __future__ import annotations

from fastapi import APIRouter

from webrun_nb.emulator.http.context import TheService
from webrun_nb.wire.responses import Health

router = APIRouter()


@router.get("/start/health")
async def health(service: TheService) -> Health:
    """Tell whether sessions can be opened."""
    installed = service.parts.browsers.installed()
    open_sessions = sum(not session.ended for session in service.parts.store.sessions())
    return Health(
        status="ok" if installed else "no browser is installed: run webrun-nb install-browser",
        instances_available=1 if installed else 0,
        instance_count=open_sessions,
        timestamp=round(service.parts.clock.now()),
    )
