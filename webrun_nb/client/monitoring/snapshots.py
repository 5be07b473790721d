"""Makes the snapshots of a session from what its server says, and from what its client knows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from webrun_nb.client.answers.sessions import SessionState
from webrun_nb.client.answers.tasks import AskingTask, Usage
from webrun_nb.client.monitoring.estimate import SessionEstimate, now_ms
from webrun_nb.client.snapshot import Question, SessionSnapshot
from webrun_nb.common.codes import SessionStatus
from webrun_nb.common.labels import label_actions
from webrun_nb.wire.prices import Prices


def question_of(body: AskingTask, task_id: str) -> Question:
    """Return the question of a task that waits for a person."""
    return Question(task_id, label_actions(body.question), body.kind, body.candidates)


def snapshot_of(
    state: SessionState,
    name: str,
    instructions: dict[str, str],
    before: SessionSnapshot | None,
    question: Question | None,
    prices: Prices,
) -> SessionSnapshot:
    """Return the snapshot of a state, with the facts that only events and the client know from `before`.

    Parameters
    ----------
    state : SessionState
        A complete one; see `SessionEstimate.complete`.
    name : str
        The user's name for the session.
    instructions : dict of str to str
        The instructions of its tasks, by task id.
    before : SessionSnapshot or None
        The snapshot before.
    question : Question or None
        The question of its task.
    prices : Prices
        The server's.
    """
    usage = Usage() if state.usage is None else state.usage
    parts = usage.breakdown
    compute_usd = None if parts is None else parts.compute_usd
    idle_usd = None if parts is None else parts.idle_usd
    if compute_usd is not None and idle_usd is not None:
        compute_usd += idle_usd  # the wire counts them apart
    final = state.status is not None and state.status.is_final
    kept = None if before is None or final else before
    return SessionSnapshot(
        name=name,
        session_id=state.session_id,
        status=state.status,
        own_word=state.own_word,
        phase=state.phase,
        emulated=usage.emulated,
        server_now_ms=now_ms() if state.now_ms is None else state.now_ms,
        clock_running=state.clock_running,
        created_at_ms=state.created_at_ms or 0,
        last_activity_at_ms=state.last_activity_at_ms or 0,
        expires_at_ms=state.expires_at_ms,
        ended_at_ms=_ended_at_ms(state),
        inactivity_timeout_ms=state.inactivity_timeout_ms or 0,
        reason=state.reason,
        note=state.note,
        current_task_id=state.current_task_id,
        current_task="" if state.current_task_id is None else instructions.get(state.current_task_id, ""),
        last_action="" if before is None else before.last_action,
        status_line="" if kept is None or state.current_task_id is None else kept.status_line,
        doing=None if before is None else before.doing,
        grace_ends_at_ms=before.grace_ends_at_ms
        if before is not None and state.status is SessionStatus.ORPHANED
        else None,
        queued_tasks=len(state.queued_task_ids),
        cost_usd=usage.cost_usd,
        compute_usd=compute_usd,
        idle_usd=idle_usd,
        tokens_usd=None if parts is None else parts.tokens_usd,
        model=usage.model,
        prices=prices,
        proxied=state.proxied,
        question=question,
    )


def with_estimated_cost(snapshot: SessionSnapshot, estimate: SessionEstimate) -> SessionSnapshot:
    """Return a snapshot with the price of the session's time, and of its tokens as far as they are known.

    The total is never less than what the server said of the session's tasks.
    """
    compute_usd, tokens_usd = estimate.compute_usd(snapshot.prices), estimate.tokens_usd(snapshot.prices)
    return replace(
        snapshot,
        cost_usd=max(compute_usd + (tokens_usd or Decimal(0)), estimate.reported_usd()),
        compute_usd=compute_usd,
        tokens_usd=tokens_usd,
        estimated=True,
        cost_estimated=True,
    )


def _ended_at_ms(state: SessionState) -> int | None:
    """Return the time at which a session ended, if its server says it.

    On the emulator an end is the last activity. What a hosted session's `lastActivityAt` is then is not documented.
    """
    final = state.status is not None and state.status.is_final
    return state.last_activity_at_ms if final and state.usage is not None and state.usage.emulated else None
