"""The state of a session's card as JSON: everything that the page shows, computed from a snapshot.

The page decides nothing: it draws these texts, buttons and shapes, and extrapolates the quantities (`extrapolation`).
Times are unix ms of the server's clock, money is US dollars.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, assert_never

from webrun_nb.client.monitoring.costs import cost_until_usd, is_billed, is_idle, usd_per_minute, usd_per_ms
from webrun_nb.client.snapshot import Question, SessionSnapshot
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.widgets.button_press import ButtonPress, busy_command
from webrun_nb.notebook.widgets.card_actions import buttons_state
from webrun_nb.notebook.widgets.extrapolation import quantity
from webrun_nb.notebook.widgets.question_form import form_of, other_way

SOON_MS = 60_000
"""A countdown is highlighted for its last minute."""
WAITS_LONG_MS = 60_000
"""From then on, the form of a question says what waiting costs."""
APPROXIMATELY = "≈\N{NO-BREAK SPACE}"

State = dict[str, Any]


def session_card_state(
    snapshot: SessionSnapshot,
    *,
    supported: Collection[str] = (),
    seen_ended_ms: int | None = None,
    press: ButtonPress | None = None,
    question_id: str = "",
    question_shown: bool = False,
    before: str = "",
) -> State:
    """Return the card's state.

    Parameters
    ----------
    snapshot : SessionSnapshot
    supported : collection of str
        The commands of the buttons, and `answer`, `view` and `steps`, that can be carried out; others get no button, no
        form and no fold-out.
    seen_ended_ms : int, optional
        Time at which the session was seen to end, for servers that do not report it.
    press : ButtonPress, optional
        The last click.
    question_id : str
        Identifies the snapshot's question among those of the same task, so that no answer reaches the wrong one.
    question_shown : bool
        The kernel knows that a page shows the form; until then pages report it again.
    before : str
        The end of the session that this one replaces.
    """
    name = words.clean(snapshot.name, words.CANDIDATE_CHARACTERS)
    tone, shape = _look(snapshot)
    question = None if snapshot.ended else snapshot.question
    return {
        "name": name,
        "sessionId": words.clean(snapshot.session_id, words.CANDIDATE_CHARACTERS),
        "label": words.clean(snapshot.state_label, words.ACTION_CHARACTERS),
        "tone": tone,
        "shape": shape,
        "ended": snapshot.ended,
        "task": words.clean(snapshot.current_task, words.TASK_CHARACTERS),
        "action": words.clean(words.activity(snapshot), words.ACTION_CHARACTERS),
        "queue": f"queue {snapshot.queued_tasks}" if snapshot.queued_tasks > 0 and not snapshot.ended else "",
        "question": None
        if question is None
        else _question_state(snapshot, question, supported, question_id=question_id, shown=question_shown),
        "viewable": "view" in supported and not snapshot.ended,
        "hasSteps": "steps" in supported,
        "before": before,
        "buttons": buttons_state(snapshot, supported),
        "press": None if press is None else press.to_json(),
        "busy": busy_command(press),
        "notice": _notice(snapshot, press),
        **_times(snapshot, seen_ended_ms),
        **_costs(snapshot),
        "countdown": _countdown(snapshot),
        "withoutKernel": _without_kernel(snapshot, name),
    }


def _look(snapshot: SessionSnapshot) -> tuple[str, str]:
    """Return tone and shape: a state is shown by its words and its shape, never by its colour alone."""
    match snapshot.status:
        case SessionStatus.PENDING:
            return "busy", "dashes"
        case SessionStatus.ACTIVE:
            return _phase_look(snapshot.phase)
        case SessionStatus.ORPHANED:
            return "bad", "dashes"
        case SessionStatus.COMPLETED:
            return "off", "check"
        case SessionStatus.TERMINATED:
            return "off", "square"
        case SessionStatus.FAILED:
            return "bad", "cross"
        case None:
            return "warn", "dashes"
        case _:
            assert_never(snapshot.status)


def _phase_look(phase: SessionPhase | None) -> tuple[str, str]:
    match phase:
        case SessionPhase.RUNNING | None:
            return "busy", "dot"
        case SessionPhase.IDLE:
            return "good", "ring"
        case SessionPhase.STOPPED:
            return "good", "halted"
        case SessionPhase.PAUSED:
            return "warn", "bars"
        case SessionPhase.GUARDRAIL:
            return "warn", "question"
        case SessionPhase.MANUAL:
            return "warn", "hand"
        case _:
            assert_never(phase)


def _notice(snapshot: SessionSnapshot, press: ButtonPress | None) -> str:
    if press is not None and press.message:
        return press.message
    if not snapshot.connected and not snapshot.ended:
        return "The server can't be reached; the figures are extrapolated from its last message."
    return ""


def _times(snapshot: SessionSnapshot, seen_ended_ms: int | None) -> State:
    runs = int(is_billed(snapshot))
    until_ms = words.ended_at_ms(snapshot, seen_ended_ms) if snapshot.ended else snapshot.server_now_ms
    lifetime_ms = None if until_ms is None else until_ms - snapshot.created_at_ms
    return {
        "now": quantity(snapshot.server_now_ms, runs),
        "lifetime": quantity(lifetime_ms, runs),
        "clockNote": "clock stopped"
        if not (snapshot.ended or snapshot.clock_running)
        else "estimated"
        if snapshot.estimated
        else "",
    }


def _costs(snapshot: SessionSnapshot) -> State:
    emulated, estimated, rate_usd = snapshot.emulated, snapshot.cost_estimated, usd_per_ms(snapshot)
    return {
        "emulated": emulated,
        "approximately": APPROXIMATELY if emulated or estimated else "",
        "estimated": " estimated" if emulated or estimated else "",
        "computeKind": "estimated" if estimated else "measured",
        "payer": {
            "badge": "emulated" if emulated else "",
            "pays": words.pays(snapshot.model) if emulated else "",
            "where": "on the hosted service" if emulated else words.ESTIMATED_COST if estimated else "",
        },
        "cost": quantity(snapshot.cost_usd, rate_usd),
        "compute": quantity(snapshot.compute_usd, rate_usd),
        "idle": quantity(snapshot.idle_usd, rate_usd if is_idle(snapshot) else Decimal(0)),
        "tokens": quantity(snapshot.tokens_usd, Decimal(0)),
        "rate": "" if snapshot.ended else words.rate(usd_per_minute(snapshot)),
        "model": words.model_cost(snapshot.model),
        "budget": words.budget(snapshot),
    }


def _countdown(snapshot: SessionSnapshot) -> State:
    """Return the deadline that the session runs towards; without one, the text shown instead."""
    if snapshot.ended:
        return _no_countdown("Ended", words.ending(snapshot))
    counts = words.countdown(snapshot)
    if counts is None:
        return _no_countdown("Inactivity", words.pause_label(snapshot))
    return {
        "label": counts.label,
        "text": "",
        "endsAtMs": counts.ends_at_ms,
        "soonAtMs": counts.ends_at_ms - SOON_MS,
        "spanMs": counts.span_ms,
        "until": f"{counts.until} (estimated)" if snapshot.estimated else counts.until,
        "idle": counts.idle,
        "idleCost": _idle_cost(snapshot, counts.ends_at_ms),
    }


def _no_countdown(label: str, text: str) -> State:
    return {"label": label, "text": text, "endsAtMs": None}


def _idle_cost(snapshot: SessionSnapshot, ends_at_ms: int) -> State | None:
    """Return the cost of the time until a deadline, which gets less as that comes nearer."""
    return quantity(cost_until_usd(snapshot, ends_at_ms), -usd_per_ms(snapshot))


def _question_state(
    snapshot: SessionSnapshot, question: Question, supported: Collection[str], *, question_id: str, shown: bool
) -> State:
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
        "shown": shown,
    }


def _waits(snapshot: SessionSnapshot, name: str) -> State | None:
    """Return since when a question has waited and what waiting costs; None where the server does not say."""
    if snapshot.expires_at_ms is None:
        return None
    since_ms = snapshot.expires_at_ms - snapshot.inactivity_timeout_ms
    return {
        "sinceMs": since_ms,
        "noteFromMs": since_ms + WAITS_LONG_MS,
        "endsAtMs": snapshot.expires_at_ms,
        "session": name,
        "rate": words.rate(usd_per_minute(snapshot)),
        "approximately": APPROXIMATELY if snapshot.emulated else "",
        "payer": " (emulated: you pay $0.00)" if snapshot.emulated else "",
        "idleCost": _idle_cost(snapshot, snapshot.expires_at_ms),
    }


def _without_kernel(snapshot: SessionSnapshot, name: str) -> State:
    """Return what changes on the page once the kernel is gone: nothing may read as if the session were followed.

    `text` follows "The kernel was restarted" in the sentence that the page then begins with.
    """
    changes: State = {"buttons": [], "question": None, "notice": ""}
    if snapshot.ended:
        return {"text": f". Session {name} had ended before.", "changes": changes}
    changes |= {"ended": True, "action": "", "queue": "", "viewable": False, "rate": "", "clockNote": ""}
    if snapshot.ends_with_process:
        changes |= {"label": "ended with the kernel", "tone": "off", "shape": "square"}
        changes |= {"countdown": _no_countdown("Ended", "with the kernel")}
        return {"text": f": session {name} ended with it.", "changes": changes}
    changes |= {"label": "not known", "tone": "warn", "shape": "dashes", "lifetime": None}
    changes |= {"countdown": _no_countdown("Ended", "not known")}
    billed = "" if snapshot.emulated else " and be billed"
    text = f". Session {name} may still be open{billed} until its inactivity timeout"
    return {"text": f"{text}; %load_ext webrun_nb shows how to end it.", "changes": changes}
