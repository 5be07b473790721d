"""Tests of the transition tables of sessions and tasks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.common.codes import SessionStatus, TaskStatus
from webrun_nb.emulator.domain.errors import InvalidTransitionError
from webrun_nb.emulator.domain.states import SESSION_MOVES, TASK_MOVES, Machine, SessionTrigger, TaskTrigger, diagram

LEGAL = {  # contract, section 3, word for word
    "pending": {"active", "failed", "terminated"},
    "active": {"orphaned", "completed", "terminated", "failed"},
    "orphaned": {"active", "failed", "terminated"},
}
FINAL = {"completed", "terminated", "failed"}


def test_sessions_have_the_contracts_states():
    assert {*SessionStatus} == LEGAL.keys() | FINAL
    assert {status for status in SessionStatus if status.is_final} == FINAL


def test_sessions_have_the_contracts_moves_and_no_others():
    moves: dict[str, set[str]] = {}
    for (before, _), after in SESSION_MOVES.items():
        moves.setdefault(before.value, set()).add(after.value)
    assert moves == LEGAL


@pytest.mark.parametrize("moves", [SESSION_MOVES, TASK_MOVES])
def test_final_states_are_final(moves):
    assert not [before for before, _ in moves if before.is_final]


@given(st.lists(st.sampled_from(SessionTrigger)))
def test_an_unknown_pair_raises_and_changes_nothing(events):
    machine = Machine(SESSION_MOVES, SessionStatus.PENDING)
    for event in events:
        before = machine.state
        if machine.can(event):
            assert machine.fire(event) is SESSION_MOVES[before, event]
        else:
            with pytest.raises(InvalidTransitionError):
                machine.fire(event)
            assert machine.state is before


def test_a_transition_is_reported():
    reported = []
    machine = Machine(TASK_MOVES, TaskStatus.QUEUED, lambda *move: reported.append(move))
    machine.fire(TaskTrigger.START)
    assert reported == [(TaskStatus.QUEUED, TaskTrigger.START, TaskStatus.RUNNING)]


def test_the_diagram_is_drawn_from_the_table():
    lines = diagram(SESSION_MOVES).splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert len(lines) == 1 + len(SESSION_MOVES)
    assert "    pending --> active: instance ready" in lines
