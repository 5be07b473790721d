"""Tests of a session's rules (contract, section 3), with every order of commands and passing time."""

from __future__ import annotations

import itertools
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from helpers.prices import FAKE_PRICES
from webrun_nb.common.codes import SessionStatus, TaskStatus
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.events import SessionEnded, TaskEnded
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Answer, Failure, Question, TaskOrder

PER_MS = Decimal("0.02") / 60_000


class Sessions(RuleBasedStateMachine):
    """A random history of one session, with an independent calculation of its cost."""

    @initialize()
    def begin(self) -> None:
        self.clock = Clock(lambda: 0.0)
        self.happened: list[object] = []
        self.session = Session("s", "u", self.clock, FAKE_PRICES, lambda _, event: self.happened.append(event))
        self.numbers = itertools.count()
        self.started: list[str] = []
        self.cost = Decimal(0)
        self.final: SessionStatus | None = None
        self.ended_at_ms: float | None = None
        self.tokens = 0

    # --- what can happen ----------------------------------------------------------------------------------------------

    @rule()
    @precondition(lambda self: self.session.status is SessionStatus.PENDING)
    def browser_comes_up(self) -> None:
        self.session.instance_ready()

    @rule()
    @precondition(lambda self: self.session.status is SessionStatus.PENDING)
    def browser_never_starts(self) -> None:
        self.session.error("failed", Failure("INSTANCE_LOST", "it never started"))

    @rule()
    @precondition(lambda self: self.session.status is SessionStatus.ACTIVE)
    def browser_is_lost(self) -> None:
        interrupted = self.session.current
        self.session.instance_lost()
        if interrupted is not None and not self.session.ended:
            assert interrupted.status is (TaskStatus.FAILED if interrupted.acted else TaskStatus.QUEUED)

    @rule()
    @precondition(lambda self: self.session.status is SessionStatus.ORPHANED)
    def browser_comes_back(self) -> None:
        self.session.instance_restored()

    @rule()
    @precondition(lambda self: not self.session.ended)
    def money_runs_out(self) -> None:
        self.session.out_of_balance()

    @rule()
    @precondition(lambda self: self._runs())
    def agent_acts(self) -> None:
        self.session.current.acted = True

    @rule(ends=st.booleans(), duration=st.integers(1_000, 300_000))
    def a_task_comes_in(self, ends: bool, duration: int) -> None:
        self._try(
            lambda: self.session.add_task(f"t{next(self.numbers)}", TaskOrder("do", duration, 100, ends)),
            {"SESSION_NOT_FOUND", "SESSION_EXPIRED"},
        )

    @rule()
    def worker_looks_for_work(self) -> None:
        task = self.session.start_next()
        if task is not None:
            self.started.append(task.id)

    @rule()
    @precondition(lambda self: self._runs())
    def agent_asks(self) -> None:
        self.session.ask(self.session.current, Question("ambiguous", "which?"))

    @rule(tokens=st.integers(0, 60))
    @precondition(lambda self: self._runs())
    def agent_reads(self, tokens: int) -> None:
        self.tokens += tokens
        self.session.count_tokens(self.session.current, tokens, 0)

    @rule()
    @precondition(lambda self: self._runs())
    def agent_finishes(self) -> None:
        self.session.complete(self.session.current, Answer("done"))

    @rule()
    @precondition(lambda self: self._runs())
    def agent_fails(self) -> None:
        self.session.fail(self.session.current, Failure("ELEMENT_NOT_FOUND", "no"))

    @rule(
        command=st.sampled_from(
            ["pause", "resume", "stop", "stop_guardrail", "terminate", "take_over", "release", "record_user_activity"]
        )
    )
    def a_person_commands(self, command: str) -> None:
        self._try(getattr(self.session, command), {"INVALID_STATE", "SESSION_NOT_FOUND", "SESSION_EXPIRED"})

    @rule()
    def a_person_answers(self) -> None:
        self._try(lambda: self.session.answer("yes"), {"INVALID_STATE", "SESSION_NOT_FOUND", "SESSION_EXPIRED"})

    @rule(by_ms=st.integers(0, 400_000))
    def time_passes(self, by_ms: int) -> None:
        self.clock.advance(by_ms)

    # --- what must always hold ----------------------------------------------------------------------------------------

    @invariant()
    def final_states_are_final(self) -> None:
        if self.final is not None:
            assert self.session.status is self.final
        elif self.session.ended:
            self.final = self.session.status
            self.ended_at_ms = self.clock.now()

    @invariant()
    def one_task_at_a_time_and_in_order(self) -> None:
        under_way = [task for task in self.session.tasks.values() if task.status in _UNDER_WAY]
        assert under_way == ([self.session.current] if self.session.current else [])
        numbers = [int(task_id[1:]) for task_id in self.started]
        assert numbers == sorted(numbers)

    @invariant()
    def an_ended_session_leaves_nothing_behind(self) -> None:
        if self.session.ended:
            assert all(task.ended for task in self.session.tasks.values())
            assert self.session.queued == ()
            assert self.session.expires_ms is None
            assert self.clock.next_due_in_ms() is None

    @invariant()
    def every_end_is_told_once(self) -> None:
        ended = [event.task.id for event in self.happened if isinstance(event, TaskEnded)]
        assert sorted(ended) == sorted(task.id for task in self.session.tasks.values() if task.ended)
        assert sum(isinstance(event, SessionEnded) for event in self.happened) == self.session.ended

    @invariant()
    def a_task_that_ended_says_how(self) -> None:
        for task in self.session.tasks.values():
            assert (task.failure is not None) == (task.status is TaskStatus.FAILED)
            assert (task.answer is not None) == (task.status is TaskStatus.COMPLETE)

    @invariant()
    def the_bill_never_falls_and_is_the_time_that_passed(self) -> None:
        usage = self.session.usage()
        assert usage.cost_usd >= self.cost
        self.cost = usage.cost_usd
        if not self.session.ended:
            tokens = self.tokens * Decimal("0.60") / 1_000_000
            expected = Decimal(str(self.clock.now())) * PER_MS + tokens
            assert abs(usage.cost_usd - expected) < Decimal("0.000002")

    @invariant()
    def the_countdown_runs_only_while_nothing_does(self) -> None:
        # a task that can be started may have to wait for a slot, which is not inactivity
        counting = self.session.status is SessionStatus.ACTIVE and not self._runs() and not self.session.has_next
        assert (self.session.expires_ms is not None) == counting

    @invariant()
    def only_orphans_wait_for_their_browser(self) -> None:
        assert (self.session.grace_ends_ms is not None) == (self.session.status is SessionStatus.ORPHANED)

    @invariant()
    def no_task_runs_while_a_person_is_in_control(self) -> None:
        if self.session.phase == "manual":
            assert not self._runs()

    # --- helpers ------------------------------------------------------------------------------------------------------

    def _runs(self) -> bool:
        return self.session.current is not None and self.session.current.status is TaskStatus.RUNNING

    def _try(self, command, codes: set[str]) -> None:
        before = (self.session.status, self.session.phase, self.session.queued)
        refused: str | None = None
        try:
            command()
        except CommandRefusedError as error:
            refused = error.code
        if refused is not None:
            assert refused in codes
            assert (self.session.status, self.session.phase, self.session.queued) == before


_UNDER_WAY = {TaskStatus.RUNNING, TaskStatus.PAUSED, TaskStatus.GUARDRAIL}

TestSessions = Sessions.TestCase
TestSessions.settings = settings(max_examples=max(200, settings().max_examples), stateful_step_count=40, deadline=None)
