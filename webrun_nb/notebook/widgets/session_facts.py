"""From a snapshot to what the card's JavaScript needs: plain JSON, computed here so that the page only ticks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from webrun_nb.client.snapshot import Question, SessionSnapshot
from webrun_nb.notebook import session_words as words

COMMANDS = ("pause", "resume", "stop", "terminate")
"""What a card's buttons can ask for, in their order on the card."""


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button, from the click until the server answered. `id` is the page's."""

    id: str
    command: str
    state: Literal["sent", "done", "failed"] = "sent"
    message: str = ""


# (status or phase) → (tone, shape): a state is told by its word and its shape, never by its colour alone.
_LOOKS = {
    "pending": ("busy", "dashes"),
    "running": ("busy", "dot"),
    "idle": ("good", "ring"),
    "stopped": ("good", "ring"),
    "paused": ("warn", "bars"),
    "guardrail": ("warn", "question"),
    "manual": ("warn", "hand"),
    "orphaned": ("bad", "dashes"),
    "completed": ("off", "check"),
    "terminated": ("off", "square"),
    "failed": ("bad", "cross"),
}

_BUTTONS = {
    "pause": ("Pause", "pausing…", "Let the current browser action finish, then hold"),
    "resume": ("Resume", "resuming…", "Go on from where it was paused"),
    "stop": ("Stop", "stopping…", "End the task, keep the session (keeping it goes on costing)"),
    "terminate": ("Terminate", "terminating…", "End the session and its billing"),
}


def _text(amount_usd: Decimal | None) -> str | None:
    return None if amount_usd is None else f"{amount_usd:f}"


def _buttons(snapshot: SessionSnapshot, supported: Collection[str]) -> list[dict[str, Any]]:
    if snapshot.ended:
        return []
    phase = snapshot.phase if snapshot.status == "active" else None
    held = phase in {"paused", "manual"}
    has_task = phase in {"running", "paused", "guardrail"} or (phase == "manual" and bool(snapshot.current_task_id))
    sensible = {"pause": phase == "running", "resume": held, "stop": has_task, "terminate": True}
    shown = [name for name in COMMANDS if name in supported and name != ("pause" if held else "resume")]
    return [
        {"command": name, "label": label, "busyLabel": busy, "title": title, "enabled": sensible[name]}
        for name in shown
        for label, busy, title in [_BUTTONS[name]]
    ]


def _question(name: str, question: Question | None) -> dict[str, Any] | None:
    if question is None:
        return None
    return {
        "text": words.clean(question.text, words.QUESTION_CHARACTERS),
        "candidates": [
            words.clean(candidate, words.CANDIDATE_CHARACTERS)
            for candidate in question.candidates[: words.CANDIDATES_SHOWN]
        ],
        "hint": f"%webrun answer {name} …",
    }


def session_facts(
    snapshot: SessionSnapshot,
    *,
    supported: Collection[str] = (),
    seen_ended_ms: int | None = None,
    press: Press | None = None,
) -> dict[str, Any]:
    """Return the card's trait: texts as shown, times in unix ms of the server's clock, money as decimal strings.

    Parameters
    ----------
    snapshot : SessionSnapshot
    supported : collection of str
        The `COMMANDS` for which there is somebody to do them; others get no button.
    seen_ended_ms : int, optional
        When a viewer saw the session end, for servers that don't say.
    press : Press, optional
        The last pressed button.
    """
    name = words.clean(snapshot.name, words.CANDIDATE_CHARACTERS)
    look = snapshot.phase if snapshot.status == "active" and snapshot.phase else snapshot.status
    tone, shape = _LOOKS.get(look, ("busy", "dot"))
    # Billed as idle is all time in which no task runs: starting, paused, waiting and orphaned too.
    idles = not snapshot.ended and not (snapshot.status == "active" and snapshot.phase == "running")
    return {
        "name": name,
        "sessionId": words.clean(snapshot.session_id, words.CANDIDATE_CHARACTERS),
        "label": words.clean(snapshot.state_label, words.ACTION_CHARACTERS),
        "tone": tone,
        "shape": shape,
        "ended": snapshot.ended,
        "ending": words.ending(snapshot),
        "emulated": snapshot.emulated,
        "connected": snapshot.connected,
        "task": words.clean(snapshot.current_task, words.TASK_CHARACTERS),
        "action": words.clean(snapshot.last_action, words.ACTION_CHARACTERS),
        "queued": snapshot.queued_tasks,
        "question": _question(name, snapshot.question),
        "serverNowMs": snapshot.server_now_ms,
        "clockRunning": snapshot.clock_running,
        "createdAtMs": snapshot.created_at_ms,
        "endedAtMs": words.ended_at_ms(snapshot, seen_ended_ms),
        "costAtMs": snapshot.server_now_ms,
        "costUsd": _text(snapshot.cost_usd),
        "computeUsd": _text(snapshot.compute_usd),
        "idleUsd": _text(snapshot.idle_usd),
        "tokensUsd": _text(snapshot.tokens_usd),
        "rateUsdPerMinute": _text(snapshot.prices.compute_usd_per_minute),
        "rate": words.rate(snapshot.prices.compute_usd_per_minute),
        "idles": idles,
        "expiresAtMs": None if snapshot.ended else snapshot.expires_at_ms,
        "inactivityTimeoutMs": snapshot.inactivity_timeout_ms,
        "hold": words.hold(snapshot),
        "buttons": _buttons(snapshot, supported),
        "press": None
        if press is None
        else {"id": press.id, "command": press.command, "state": press.state, "message": press.message},
    }
