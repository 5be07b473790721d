"""Fake sessions, card actions and outputs, for tests of cards without a page."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from decimal import Decimal
from typing import Any

from helpers.prices import FAKE_PRICES
from webrun_nb.client.snapshot import SessionSnapshot, Subscriber
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.notebook.widgets.session_card import SessionCard

NOW_MS = 1_760_000_083_000
IDLE = SessionSnapshot(
    name="demo",
    session_id="k3v9x2m1q0ab",
    status=SessionStatus.ACTIVE,
    phase=SessionPhase.IDLE,
    emulated=True,
    server_now_ms=NOW_MS,
    created_at_ms=NOW_MS - 83_000,
    last_activity_at_ms=NOW_MS - 12_000,
    inactivity_timeout_ms=300_000,
    expires_at_ms=NOW_MS + 288_000,
    prices=FAKE_PRICES,
    cost_usd=Decimal("0.0310"),
    compute_usd=Decimal("0.0277"),
    idle_usd=Decimal("0.0113"),
    tokens_usd=Decimal("0.0033"),
)
RUNNING = replace(
    IDLE, phase=SessionPhase.RUNNING, expires_at_ms=None, current_task_id="t1", current_task="List the laptops"
)
ENDED = replace(
    IDLE, status=SessionStatus.TERMINATED, phase=None, reason="expired", expires_at_ms=None, ended_at_ms=NOW_MS
)
HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e$x$"


class FakeActions:
    """Card actions that record their calls; the test settles the futures."""

    def __init__(self) -> None:
        self.futures: dict[str, Future[None]] = {}

    def _begin(self, name: str) -> Future[None]:
        return self.futures.setdefault(name, Future())

    def stop(self) -> Future[None]:
        return self._begin("stop")

    def terminate(self) -> Future[None]:
        return self._begin("terminate")


class FakePausableActions(FakeActions):
    def pause(self) -> Future[None]:
        return self._begin("pause")

    def resume(self) -> Future[None]:
        return self._begin("resume")


class FakeAnsweringActions(FakeActions):
    def __init__(self) -> None:
        super().__init__()
        self.answers: list[tuple[str, str]] = []

    def answer(self, task_id: str, text: str) -> Future[None]:
        self.answers.append((task_id, text))
        return self._begin("answer")


class FakeSession:
    def __init__(self, snapshot: SessionSnapshot) -> None:
        self.snapshot = snapshot
        self.subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        self.subscribers.append(subscriber)
        return lambda: self.subscribers.remove(subscriber)

    def become(self, snapshot: SessionSnapshot) -> None:
        self.snapshot = snapshot
        for subscriber in self.subscribers:
            subscriber(snapshot)


def make_card(snapshot: SessionSnapshot = IDLE, actions: FakeActions | None = None, **options: Any) -> SessionCard:
    """Make a card that is flushed at once, so that a test sees its traits."""
    return SessionCard(snapshot, actions or FakeActions(), SessionCard.flush, **options)


class FakeOutput:
    """An output that keeps what was displayed, as (display id, whether it was an update, plain text)."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, bool, str]] = []

    def display(self, card: SessionCard, *, display_id: str, update: bool = False) -> None:
        self.shown.append((display_id, update, card._repr_mimebundle_()[0]["text/plain"]))
