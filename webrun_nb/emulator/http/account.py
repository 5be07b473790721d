"""`/account/…` (contract, section 5)."""

from __future__ import annotations

from fastapi import APIRouter

from webrun_nb.emulator import views
from webrun_nb.emulator.http.context import TheService, TheUser
from webrun_nb.wire.responses import AccountUsage

router = APIRouter(prefix="/account")


@router.get("/usage")
async def usage(service: TheService, user: TheUser) -> AccountUsage:
    """Tell the balance and what has been spent."""
    return views.account(service.account(user), service.spent_usd(user))
