"""Estimates the state of a session where its server does not say it.

Of the hosted service's session-status only `status` is documented (contract, section 13). What else a card shows comes
from this client's own clock, its own requests and the events then: it is marked as estimated, and what can't be known
is left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from webrun_nb.client.answers.sessions import SessionState
from webrun_nb.client.answers.tasks import Usage
from webrun_nb.client.monitoring import costs
from webrun_nb.common.codes import EndReason, SessionPhase, SessionStatus
from webrun_nb.wire.limits import INACTIVITY_TIMEOUT_MS
from webrun_nb.wire.prices import Prices

UNNAMED = ""
"""The id of a task that was sent, while the server has not named it."""

_PHASE_AFTER: dict[str, SessionPhase | None] = {
    "pause": SessionPhase.PAUSED,
    "manual": SessionPhase.MANUAL,
    "takeOverControl": SessionPhase.MANUAL,
    "resume": None,
    "releaseControl": None,
    "answer": None,
}
"""The phase in which an accepted command holds a session; None: nothing holds it any more."""
_NEEDED = frozenset({"created_at_ms", "last_activity_at_ms", "inactivity_timeout_ms"})
"""The fields of a state that can't be null: one that can't be read is missing."""
_COMPLETED = frozenset({EndReason.COMPLETED, EndReason.TERMINATE_ON_COMPLETION})
_FAILED = frozenset({EndReason.FAILED, EndReason.INSTANCE_LOST})


def now_ms() -> int:
    """Return the time of this machine, unix ms."""
    return round(time.time() * 1000)


class SessionEstimate:
    """The state of one session as this client knows it by itself.

    Parameters
    ----------
    clock : callable, optional
        Returns the time, unix ms.
    """

    def __init__(self, clock: Callable[[], int] = now_ms) -> None:
        self._clock = clock
        self._opened_at_ms = self._active_at_ms = clock()
        self._tasks: list[str] = []
        self._held: SessionPhase | None = None
        self._stopped = False
        self._orphaned = False
        self._end: tuple[SessionStatus, str] | None = None
        self._ended_at_ms: int | None = None
        self._usages: list[Usage | None] = []
        """The usage of each task that has ended."""

    # --- what happened ------------------------------------------------------------------------------------------------

    def task_sent(self, task_id: str) -> None:
        """Note that a task was sent; `UNNAMED` where it has no id yet."""
        if task_id not in self._tasks:
            self._note_activity()
            self._tasks.append(task_id)

    def task_named(self, task_id: str) -> None:
        """Note the id of the task that was sent last, unless that has ended meanwhile."""
        if UNNAMED in self._tasks and task_id not in self._tasks:
            self._tasks[self._tasks.index(UNNAMED)] = task_id

    def task_ended(self, task_id: str | None, usage: Usage | None = None, *, count: bool = False) -> None:
        """Note that a task has ended, the current one where no id is known; with `count` its usage counts."""
        if count:
            self._usages.append(usage)
        ended = self._tasks[0] if task_id is None and self._tasks else task_id
        if ended in self._tasks:
            if ended == self._tasks[0]:
                self._held = None
            self._tasks.remove(ended)
            self._note_activity()

    def asked(self) -> None:
        """Note that the current task waits for a person."""
        if not self.asks:
            self._note_activity()
        self._held = SessionPhase.GUARDRAIL

    def goes_on(self) -> None:
        """Note that the current task does not wait for a person (any more)."""
        if self.asks:
            self._held = None
            self._note_activity()

    @property
    def asks(self) -> bool:
        """True while the current task waits for a person."""
        return self._held is SessionPhase.GUARDRAIL

    def commanded(self, command: str, task_id: str | None = None) -> None:
        """Note a command that the server has accepted: a state, `answer`, or an action of a person."""
        self._note_activity()
        if command in _PHASE_AFTER:
            self._held = _PHASE_AFTER[command]
        elif command == "stop":
            self.task_ended(task_id)
            self._stopped = not self._tasks
        elif command == "terminate":
            self.ended(EndReason.TERMINATED)

    def instance_changed(self, connected: bool) -> None:
        """Note that the session's browser was lost, or is back."""
        self._orphaned = not connected

    def ended(self, reason: str) -> None:
        """Note that the session has ended, with the reason in the contract's words (section 10)."""
        if self._end is None:
            failed = SessionStatus.FAILED if reason in _FAILED else SessionStatus.TERMINATED
            self._end = (SessionStatus.COMPLETED if reason in _COMPLETED else failed, reason)

    def _note_activity(self) -> None:
        self._active_at_ms = self._clock()
        self._stopped = False

    @property
    def ended_at_ms(self) -> int | None:
        """The time at which the session was seen to have ended, unix ms of this machine."""
        return self._ended_at_ms

    # --- what follows from it -----------------------------------------------------------------------------------------

    def state(self, session_id: str) -> SessionState:
        """Return the state of the session at a server that has no session-status."""
        live = SessionStatus.ORPHANED if self._orphaned else SessionStatus.ACTIVE
        status, reason = self._end or (live, None)
        return SessionState(session_id, status, reason=reason)

    def complete(self, state: SessionState) -> tuple[SessionState, bool]:
        """Return a state with what the server did not say filled in, and whether anything was."""
        live = state.status is None or not state.status.is_final
        if not live and self._ended_at_ms is None:
            self._ended_at_ms = self._clock()
        running = live and bool(self._tasks)
        held = self._held in (SessionPhase.GUARDRAIL, SessionPhase.PAUSED)
        counts_down = state.status is SessionStatus.ACTIVE and (not running or held)
        own: dict[str, tuple[str, Any]] = {
            "phase": ("phase", self._phase() if state.status is SessionStatus.ACTIVE else None),
            "currentTaskId": ("current_task_id", self._tasks[0] if running else None),
            "queuedTaskIds": ("queued_task_ids", tuple(self._tasks[1:]) if running else ()),
            "createdAt": ("created_at_ms", self._opened_at_ms),
            "lastActivityAt": ("last_activity_at_ms", self._active_at_ms),
            "inactivityTimeout": ("inactivity_timeout_ms", INACTIVITY_TIMEOUT_MS),
            "expiresAt": ("expires_at_ms", self._active_at_ms + INACTIVITY_TIMEOUT_MS if counts_down else None),
            "reason": ("reason", None if live or self._end is None else self._end[1]),
        }
        unsaid = {
            field: value
            for name, (field, value) in own.items()
            if getattr(state, field) in (None, ()) and (name not in state.said or field in _NEEDED)
        }
        return replace(state, **unsaid), bool(unsaid.keys() - {"reason"})

    def _phase(self) -> SessionPhase:
        if self._held is not None:
            return self._held
        if self._tasks:
            return SessionPhase.RUNNING
        return SessionPhase.STOPPED if self._stopped else SessionPhase.IDLE

    def compute_usd(self, prices: Prices) -> Decimal:
        """Return the price of the session's time from its start until now, or until its end was seen, in US dollars."""
        until_ms = self._clock() if self._ended_at_ms is None else self._ended_at_ms
        return costs.session_time_usd(prices, max(0, until_ms - self._opened_at_ms))

    def reported_usd(self) -> Decimal:
        """Return the sum of the costs that the server said of the tasks that have ended: the least of the total."""
        return sum((usage.cost_usd for usage in self._usages if usage and usage.cost_usd is not None), Decimal(0))

    def tokens_usd(self, prices: Prices) -> Decimal | None:
        """Return the price of the tokens of the tasks that have ended; None where one of them is not known."""
        if self._tasks or not self._usages:
            return None
        total_usd = Decimal(0)
        for usage in self._usages:
            if usage is None or usage.prompt_tokens is None or usage.completion_tokens is None:
                return None
            total_usd += costs.tokens_usd(prices, usage.prompt_tokens, usage.completion_tokens)
        return total_usd
