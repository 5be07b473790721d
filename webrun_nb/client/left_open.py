"""Ending sessions that a kernel left open when it died."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from decimal import Decimal

from webrun_nb.client.bookkeeping import Bookkeeper, now_ms
from webrun_nb.client.errors import SessionGoneError
from webrun_nb.client.http import Http
from webrun_nb.client.ledger import SessionRecord
from webrun_nb.client.results import usd


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a session that was left open."""

    record: SessionRecord
    reason: str
    """`terminated` where it was still open; else why it had ended already."""
    cost_usd: Decimal | None
    """All of it; None where the server does not know the session any more."""


async def end_left_open(http: Http, books: Bookkeeper) -> list[Ended]:
    """End what the ledger says was left open on this server.

    Raises
    ------
    AuthenticationError, LimitError, ConnectionLostError
        The server does not take it; what was ended before stays so.
    """
    ended = []
    for record in books.ledger.left_open(now_ms()):
        if record.base_url != books.base_url:
            continue
        outcome = await _end(http, record)
        books.ledger.close_session(record.base_url, record.session_id, outcome.reason, now_ms(), outcome.cost_usd)
        ended.append(outcome)
    return ended


async def _end(http: Http, record: SessionRecord) -> Ended:
    with contextlib.suppress(SessionGoneError):  # then its status says why
        await http.change_state(record.session_id, "terminate")
    try:
        state = await http.session_status(record.session_id)
    except SessionGoneError as error:
        return Ended(record, error.code.lower().replace("_", " "), None)
    return Ended(record, state.reason or state.status, usd(state.usage.cost))
