"""What is said about a session, once for the card, the HTML form and the text form. Pure functions of a snapshot."""

from __future__ import annotations

import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from webrun_nb.client.snapshot import SessionSnapshot

TASK_CHARACTERS = 400
ACTION_CHARACTERS = 200
QUESTION_CHARACTERS = 1000
CANDIDATES_SHOWN = 12
CANDIDATE_CHARACTERS = 120

_ENDINGS = {
    "completed": "its last task was done",
    "terminateOnCompletion": "its last task was done",
    "terminated": "terminated",
    "failed": "it failed",
    "balance": "the balance ran out",
    "instance_lost": "its browser was lost",
}


def clean(text: str, limit: int) -> str:
    """Return `text` on one line, without control and direction characters, of at most `limit` characters.

    Instructions, actions and questions may carry a page's own words: a terminal must not obey an escape sequence in
    them, and a direction override must not turn what stands beside it.
    """
    shown = text[: limit * 2]  # long pages are cut before the work, not after it
    visible = "".join(" " if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else char for char in shown)
    line = " ".join(visible.split())
    return line if len(line) <= limit and len(text) <= limit * 2 else line[: limit - 1].rstrip() + "…"


def usd(amount_usd: Decimal) -> str:
    """Return dollars with four decimals, the digits that are known (grammar, Money)."""
    return f"${amount_usd.quantize(Decimal('0.0001'), ROUND_HALF_UP):f}"


def rate(amount_usd_per_minute: Decimal) -> str:
    """Return a price per minute with at least its cents: `$0.02/min`."""
    digits = -int(amount_usd_per_minute.normalize().as_tuple().exponent)
    return f"${amount_usd_per_minute:.{max(2, digits)}f}/min"


def duration(span_ms: int) -> str:
    """Return whole seconds as `m:ss` or `h:mm:ss`; never negative."""
    minutes, seconds = divmod(max(0, span_ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def ended_at_ms(snapshot: SessionSnapshot, seen_ms: int | None = None) -> int | None:
    """Return when an ended session ended, unix ms of the server's clock, or None where nobody knows.

    The wire has no such field. Compute is billed from creation to end (contract, section 5), so that it tells;
    without a breakdown it is `seen_ms`, the moment when a viewer saw it end.
    """
    if not snapshot.ended:
        return None
    per_minute_usd = snapshot.prices.compute_usd_per_minute
    if snapshot.compute_usd is not None and per_minute_usd > 0:
        return snapshot.created_at_ms + int(snapshot.compute_usd / per_minute_usd * 60_000)
    return seen_ms


def ending(snapshot: SessionSnapshot) -> str:
    """Return why an ended session ended, in words; empty while it lives."""
    if not snapshot.ended:
        return ""
    if snapshot.reason == "expired":
        return f"ended by {duration(snapshot.inactivity_timeout_ms)} of inactivity"
    why = snapshot.reason or snapshot.status
    return _ENDINGS.get(why, clean(why, ACTION_CHARACTERS))


def hold(snapshot: SessionSnapshot) -> str:
    """Return why the inactivity countdown does not run; empty where it does or where the session has ended."""
    if snapshot.ended or snapshot.expires_at_ms is not None:
        return ""
    if snapshot.status == "pending":
        return "starts when the browser is ready"
    if snapshot.status == "orphaned":
        return "waiting for the browser to come back"
    return "held while a task runs"


def idle_share(snapshot: SessionSnapshot) -> int | None:
    """Return the idle part of the measured compute in percent, or None where it isn't known."""
    if snapshot.idle_usd is None or not snapshot.compute_usd:
        return None
    return int((100 * snapshot.idle_usd / snapshot.compute_usd).to_integral_value(ROUND_HALF_UP))


def cost(snapshot: SessionSnapshot) -> str:
    """Return what it costs, as the grammar's Money section words it."""
    amount = "unknown" if snapshot.cost_usd is None else usd(snapshot.cost_usd)
    if not snapshot.emulated:
        return amount
    about = amount if snapshot.cost_usd is None else f"≈ {amount}"
    return f"emulated · you pay $0.00 · {about} on the hosted service"


def cost_parts(snapshot: SessionSnapshot) -> str:
    """Return compute apart from tokens, the idle share and the rate, as far as they are known."""
    parts = []
    if snapshot.compute_usd is not None:
        parts.append(f"compute {usd(snapshot.compute_usd)} (measured)")
    if snapshot.tokens_usd is not None:
        tokens = usd(snapshot.tokens_usd)
        parts.append(f"tokens ≈ {tokens} (estimated)" if snapshot.emulated else f"tokens {tokens}")
    share = idle_share(snapshot)
    if share is not None:
        parts.append(f"idle {share} %")
    if not snapshot.ended:
        parts.append(rate(snapshot.prices.compute_usd_per_minute))
    return " · ".join(parts)
