"""A fake session for tests of cards in a page; the cells of the notebook change its state."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

# A module for the notebook: its cells change the session's state, with snapshots as the client makes them.
FEED = '''
import threading, time
from concurrent.futures import Future
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.client.errors import RequestError
from webrun_nb.client.snapshot import Question, SessionSnapshot
from webrun_nb.client.emulator_control import StepPicture
from webrun_nb.notebook.widgets.card_actions import RestartedSession
from webrun_nb.notebook.display.cards import cards
from webrun_nb.wire.policies import StepBody

def now_ms():
    return int(time.time() * 1000)

def with_codes(changes):
    """Return changes of a snapshot with status and phase as the client has them: cells write words."""
    codes = {"status": SessionStatus, "phase": SessionPhase}
    return {name: codes[name](value) if name in codes and value else value for name, value in changes.items()}

class FakeSession:
    """A fake session and the fake actions of its card; it records their calls."""
    def __init__(self, name, session_id, **changes):
        self.subscribers, self.calls, self.called = [], [], threading.Event()
        self.answers, self.answered, self.refusal, self.next = [], threading.Event(), None, None
        now = now_ms()
        first = SessionSnapshot(
            name=name, session_id=session_id, status=SessionStatus.ACTIVE, phase=SessionPhase.IDLE,
            emulated=True, server_now_ms=now,
            created_at_ms=now - 83_000, last_activity_at_ms=now, inactivity_timeout_ms=300_000,
            expires_at_ms=now + 300_000, cost_usd=Decimal("0.0310"), compute_usd=Decimal("0.0277"),
            idle_usd=Decimal("0.0113"), tokens_usd=Decimal("0.0033"))
        self.snapshot = replace(first, **with_codes(changes))
    def subscribe(self, subscriber):
        self.subscribers.append(subscriber)
        return lambda: self.subscribers.remove(subscriber)
    def become(self, **changes):
        self.snapshot = replace(self.snapshot, server_now_ms=now_ms(), **with_codes(changes))
        for subscriber in self.subscribers:
            subscriber(self.snapshot)
    def act(self, name):
        self.calls.append(name)
        self.called.set()
        future = Future()
        future.set_result(None)
        return future
    def stop(self): return self.act("stop")
    def terminate(self): return self.act("terminate")
    def pause(self): return self.act("pause")
    def resume(self): return self.act("resume")
    def take_over(self): return self.act("take_over")
    def release(self): return self.act("release")
    def answer(self, task_id, text):
        self.answers.append((task_id, text))
        self.answered.set()
        future = Future()
        if self.refusal:
            future.set_exception(self.refusal)
        else:
            self.become(phase=SessionPhase.RUNNING, question=None, expires_at_ms=None)
            future.set_result(None)
        return future
    recorded = ()
    def steps(self, task_id):
        self.calls.append("steps")
        future = Future()
        future.set_result(self.recorded)
        return future
    pictures = {}
    def keep_pictures(self):
        return self.act("keep_pictures")
    def step_picture(self, task_id, number):
        self.calls.append(f"step_picture {number}")
        future = Future()
        if number in self.pictures:
            future.set_result(StepPicture(number, self.pictures[number]))
        else:
            future.set_exception(RequestError("it is kept no more", code="FILE_NOT_FOUND", hint=""))
        return future
    def start_again(self):
        future = Future()
        future.set_result(RestartedSession(self.next, self.next))
        return future

RUNNING = dict(phase=SessionPhase.RUNNING, expires_at_ms=None, current_task_id="t1", last_action='click "Laptops"',
               current_task="List the laptops under $900, cheapest first.", queued_tasks=2)
def asking(kind="", *candidates, text="Which of these accounts shall be used?", task_id="t1"):
    return {**RUNNING, "phase": "guardrail", "expires_at_ms": now_ms() + 240_000,
            "question": Question(task_id, text, kind, candidates)}
def step(seq, name, target, **changes):
    fields = dict(seq=seq, kind="action", name=name, target=target, by="agent", url="http://shop.localhost/",
                  decision=None, rule=None, response=None, outcome="done", error=None, at=now_ms(), duration=412.0,
                  cost=0.00031, picture=False)
    return StepBody(**{**fields, **changes})
def show(*args, **changes):
    session = FakeSession(*args, **changes)
    cards.show(session, session)
    return session
def show_table(*sessions):
    cards.show_table([(session, session) for session in sessions])
def begun():
    print('begun', flush=True)
def wait_for(name):
    while not Path(name).exists():
        time.sleep(0.02)
'''
FILES: Mapping[str, str] = {"feed.py": FEED}
CARD = ".webrun-card"
_ids = itertools.count()


def new_session_id() -> str:
    """Return a session id that no other test in the same kernel uses: a kernel has one card for each."""
    return f"card{next(_ids):08d}"
