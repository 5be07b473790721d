"""What people answer when a policy asks before an action."""

from __future__ import annotations

import re

from webrun_nb.emulator.domain.audit import Response

CHOICES = ("approve", "reject", "take over")

_APPROVED = re.compile(
    r"(i )?(approved?|yes|yep|y|ok(ay)?|allow(ed)?|confirm(ed)?|go ahead|do it|sure|1)( it| please)?"
)
_REJECTED = re.compile(r"(i )?(reject(ed)?|no|nope|n|den(y|ied)|refuse[d]?|cancel|don'?t|do not|stop|2)( it| do it)?")
_TOOK_OVER = re.compile(r"(i'?ll |i will |let me )?(take over|takeover|take control|manual|3)")
_MEANINGS: tuple[tuple[re.Pattern[str], Response], ...] = (
    (_APPROVED, "approved"),
    (_REJECTED, "rejected"),
    (_TOOK_OVER, "took over"),
)


def read_response(answer: str) -> Response | None:
    """Return what an answer says: approved, rejected, took over; None where it is none of them."""
    said = " ".join(answer.casefold().replace(",", " ").split()).strip(" .!\"'")
    for pattern, response in _MEANINGS:
        if pattern.fullmatch(said):
            return response
    return None
