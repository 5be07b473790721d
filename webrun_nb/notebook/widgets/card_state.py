"""From a snapshot to what the card's JavaScript needs: plain JSON, computed here so that the page only ticks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from webrun_nb.client.costs import is_idle
from webrun_nb.client.snapshot import Question, SessionSnapshot
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.widgets.question_form import form_of, other_way

COMMANDS = ("pause", "resume", "take_over", "release", "stop", "terminate", "start_again")
"""What a card's buttons can ask for, in their order on the card."""


@dataclass(frozen=True, slots=True)
class ButtonPress:
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
    "stopped": ("good", "halted"),
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
    "take_over": ("Take over", "taking over…", "Drive the browser yourself; a running task waits"),
    "release": ("Release", "releasing…", "Give the browser back; a task that waited goes on"),
    "stop": ("Stop", "stopping…", "End the task, keep the session (keeping it goes on costing)"),
    "terminate": ("Terminate", "terminating…", "End the session and its billing"),
    "start_again": ("Start again", "starting…", "Start a session with the same options; this card goes on with it"),
}


def _text(amount_usd: Decimal | None) -> str | None:
    return None if amount_usd is None else f"{amount_usd:f}"


def _buttons(snapshot: SessionSnapshot, supported: Collection[str]) -> list[dict[str, Any]]:
    phase = snapshot.phase if snapshot.status == "active" else None
    held = phase == "paused" or (phase == "manual" and "release" not in supported)
    if snapshot.ended:
        hidden = set(COMMANDS) - {"start_again"}
    else:
        hidden = {
            "start_again",
            "pause" if held else "resume",
            "take_over" if phase == "manual" else "release",
        }
    sensible = {
        "pause": phase == "running",
        "resume": held,
        "take_over": phase is not None,
        "release": True,
        "stop": phase in {"running", "paused", "guardrail"} or (phase == "manual" and bool(snapshot.current_task_id)),
        "terminate": True,
        "start_again": True,
    }
    return [
        {"command": name, "label": label, "busyLabel": busy, "title": title, "enabled": sensible[name]}
        for name in COMMANDS
        if name in supported and name not in hidden
        for label, busy, title in [_BUTTONS[name]]
    ]


def _question(
    snapshot: SessionSnapshot, question: Question, question_id: str, supported: Collection[str]
) -> dict[str, Any]:
    name = words.clean(snapshot.name, words.CANDIDATE_CHARACTERS)
    return {
        "id": question_id,
        "taskId": question.task_id,
        "text": words.clean(question.text, words.QUESTION_CHARACTERS),
        **form_of(question).to_json(),
        "answerable": "answer" in supported,
        "stoppable": "stop" in supported,
        "viewable": "view" in supported,
        "otherWay": other_way(name, question),
        "waits": _waits(snapshot, name),
    }


def _waits(snapshot: SessionSnapshot, name: str) -> dict[str, Any] | None:
    """Return since when a question has waited and what waiting costs; None where the server does not say."""
    if snapshot.expires_at_ms is None:
        return None
    return {
        "sinceMs": snapshot.expires_at_ms - snapshot.inactivity_timeout_ms,
        "endsAtMs": snapshot.expires_at_ms,
        "session": name,
        "emulated": snapshot.emulated,
        "rate": words.rate(snapshot.prices.compute_usd_per_minute),
        "usdPerMinute": _text(snapshot.prices.compute_usd_per_minute),
    }


def session_card_state(
    snapshot: SessionSnapshot,
    *,
    supported: Collection[str] = (),
    seen_ended_ms: int | None = None,
    press: ButtonPress | None = None,
    question_id: str = "",
    question_shown: bool = False,
    before: str = "",
) -> dict[str, Any]:
    """Return the card's trait: texts as shown, times in unix ms of the server's clock, money as decimal strings.

    Parameters
    ----------
    snapshot : SessionSnapshot
    supported : collection of str
        The `COMMANDS`, and `answer`, `view` and `steps`, for which there is somebody to do them; others get no button,
        no form and no fold-out.
    seen_ended_ms : int, optional
        When a viewer saw the session end, for servers that don't say.
    press : Press, optional
        The last pressed button.
    question_id : str
        Tells the snapshot's question from others of the same task, so that no answer reaches the wrong one.
    question_shown : bool
        The kernel knows that a page shows the form; until then pages say so again.
    before : str
        How the session ended that this one was started in place of.
    """
    name = words.clean(snapshot.name, words.CANDIDATE_CHARACTERS)
    look = snapshot.phase if snapshot.status == "active" and snapshot.phase else snapshot.status
    tone, shape = _LOOKS.get(look, ("busy", "dot"))
    # Billed as idle is all time in which no task runs: starting, paused, waiting and orphaned too.
    idles = is_idle(snapshot)
    counts = words.countdown(snapshot)
    asks = None if snapshot.ended else snapshot.question
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
        "endsWithKernel": snapshot.ends_with_process,
        "task": words.clean(snapshot.current_task, words.TASK_CHARACTERS),
        "action": words.clean(snapshot.last_action, words.ACTION_CHARACTERS),
        "queued": snapshot.queued_tasks,
        "question": None
        if asks is None
        else {**_question(snapshot, asks, question_id, supported), "shown": question_shown},
        "viewable": "view" in supported and not snapshot.ended,
        "before": before,
        "hasSteps": "steps" in supported,
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
        "budget": words.budget(snapshot),
        "idles": idles,
        "countdown": None
        if counts is None
        else {"label": counts.label, "endsAtMs": counts.ends_at_ms, "spanMs": counts.span_ms, "until": counts.until},
        "hold": words.hold(snapshot),
        "buttons": _buttons(snapshot, supported),
        "press": None
        if press is None
        else {"id": press.id, "command": press.command, "state": press.state, "message": press.message},
    }


_TICKING_MS = ("serverNowMs", "costAtMs")
_TICKING_USD = ("costUsd", "computeUsd", "idleUsd")
_DRIFT_MS = 500
"""A second is what the card shows; half of one is nothing that anybody sees."""


def is_extrapolation_of(shown: Mapping[str, Any], facts: Mapping[str, Any], elapsed_ms: float) -> bool:
    """Tell whether a page that was sent `shown` has ticked to `facts` by itself, `elapsed_ms` later.

    The server's clock and the amounts that grow with it may differ by what grows in half a second. Time travel, a
    clock that stands still, and money that comes from anything but time are more than that.
    """
    still = shown.keys() - {*_TICKING_MS, *_TICKING_USD}
    if shown.keys() != facts.keys() or any(shown[key] != facts[key] for key in still):
        return False
    passed_ms = elapsed_ms if facts["clockRunning"] and not facts["ended"] else 0
    if abs(facts["costAtMs"] - shown["costAtMs"] - passed_ms) > _DRIFT_MS:
        return False
    growth_usd = float(facts["rateUsdPerMinute"] or 0) * passed_ms / 60_000
    drift_usd = float(facts["rateUsdPerMinute"] or 0) * _DRIFT_MS / 60_000 + 1e-6
    grows = {"costUsd": True, "computeUsd": True, "idleUsd": facts["idles"]}
    for key in _TICKING_USD:
        if (shown[key] is None) != (facts[key] is None):
            return False
        expected = float(shown[key] or 0) + (growth_usd if grows[key] else 0)
        if abs(float(facts[key] or 0) - expected) > drift_usd:
            return False
    return True
