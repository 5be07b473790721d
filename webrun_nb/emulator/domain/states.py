"""The state machines of sessions and tasks (contract, sections 3 and 4). `fire` is the only way to change a state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from webrun_nb.common.codes import SessionStatus, TaskStatus
from webrun_nb.emulator.domain.errors import InvalidTransitionError

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


class SessionTrigger(StrEnum):
    """The triggers of a session's transitions."""

    INSTANCE_READY = "instance ready"
    INSTANCE_LOST = "instance lost"
    INSTANCE_RESTORED = "instance restored"
    LAST_TASK_SUCCEEDED = "last task succeeded"
    ENDED_BY_USER = "ended by user"
    EXPIRED = "expired"
    OUT_OF_BALANCE = "out of balance"
    ERROR = "error"


class TaskTrigger(StrEnum):
    """The triggers of a task's transitions."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    ASK = "ask"
    ANSWER = "answer"
    SUCCEED = "succeed"
    FAIL = "fail"
    INTERRUPT = "interrupt"


_S, _ST = SessionStatus, SessionTrigger

SESSION_MOVES: Mapping[tuple[SessionStatus, SessionTrigger], SessionStatus] = {
    (_S.PENDING, _ST.INSTANCE_READY): _S.ACTIVE,
    (_S.PENDING, _ST.ENDED_BY_USER): _S.TERMINATED,
    (_S.PENDING, _ST.OUT_OF_BALANCE): _S.TERMINATED,
    (_S.PENDING, _ST.ERROR): _S.FAILED,
    (_S.ACTIVE, _ST.INSTANCE_LOST): _S.ORPHANED,
    (_S.ACTIVE, _ST.LAST_TASK_SUCCEEDED): _S.COMPLETED,
    (_S.ACTIVE, _ST.ENDED_BY_USER): _S.TERMINATED,
    (_S.ACTIVE, _ST.EXPIRED): _S.TERMINATED,
    (_S.ACTIVE, _ST.OUT_OF_BALANCE): _S.TERMINATED,
    (_S.ACTIVE, _ST.ERROR): _S.FAILED,
    (_S.ORPHANED, _ST.INSTANCE_RESTORED): _S.ACTIVE,
    (_S.ORPHANED, _ST.ENDED_BY_USER): _S.TERMINATED,
    (_S.ORPHANED, _ST.OUT_OF_BALANCE): _S.TERMINATED,
    (_S.ORPHANED, _ST.ERROR): _S.FAILED,
}

_T, _TT = TaskStatus, TaskTrigger

TASK_MOVES: Mapping[tuple[TaskStatus, TaskTrigger], TaskStatus] = {
    (_T.QUEUED, _TT.START): _T.RUNNING,
    (_T.QUEUED, _TT.FAIL): _T.FAILED,
    (_T.RUNNING, _TT.PAUSE): _T.PAUSED,
    (_T.RUNNING, _TT.ASK): _T.GUARDRAIL,
    (_T.RUNNING, _TT.SUCCEED): _T.COMPLETE,
    (_T.RUNNING, _TT.FAIL): _T.FAILED,
    (_T.RUNNING, _TT.INTERRUPT): _T.QUEUED,
    (_T.PAUSED, _TT.RESUME): _T.RUNNING,
    (_T.PAUSED, _TT.FAIL): _T.FAILED,
    (_T.PAUSED, _TT.INTERRUPT): _T.QUEUED,
    (_T.GUARDRAIL, _TT.ANSWER): _T.RUNNING,
    (_T.GUARDRAIL, _TT.FAIL): _T.FAILED,
    (_T.GUARDRAIL, _TT.INTERRUPT): _T.QUEUED,
}


class Machine(Generic[State, Event]):
    """A state machine with a table of transitions.

    Parameters
    ----------
    moves : mapping
        `(state, event)` → state.
    state : State
        The first state.
    moved : callable, optional
        Called with `(before, event, after)` after each transition.
    """

    def __init__(
        self,
        moves: Mapping[tuple[State, Event], State],
        state: State,
        moved: Callable[[State, Event, State], None] = lambda before, event, after: None,
    ) -> None:
        self._moves = moves
        self._state = state
        self._moved = moved

    @property
    def state(self) -> State:
        """The present state."""
        return self._state

    def can(self, event: Event) -> bool:
        """Return whether the present state has a transition for `event`."""
        return (self._state, event) in self._moves

    def fire(self, event: Event) -> State:
        """Make the transition for an event, and return the new state.

        Raises
        ------
        InvalidTransitionError
            The table has no such transition; the state is unchanged.
        """
        before = self._state
        after = self._moves.get((before, event))
        if after is None:
            raise InvalidTransitionError(f"{event} in state {before}")
        self._state = after
        self._moved(before, event, after)
        return after


def diagram(moves: Mapping[tuple[State, Event], State]) -> str:
    """Draw a table as a Mermaid state diagram."""
    arrows = [f"    {before.value} --> {after.value}: {event.value}" for (before, event), after in moves.items()]
    return "\n".join(["stateDiagram-v2", *arrows])
