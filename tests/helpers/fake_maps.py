"""A map's progress at some moments, and a map whose progress the test sets, for tests of what shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from webrun_nb.batch.progress import MapProgress, ShownFailure

RUNNING = MapProgress(
    run_id="r7k2m9x",
    state="running",
    total=500,
    done=320,
    failed=20,
    running=4,
    resumed=0,
    cached=0,
    repeated=0,
    retried=0,
    held=0,
    cost_usd=Decimal("0.0123"),
    emulated=True,
    max_cost_usd=None,
    elapsed_s=83.0,
    rows_per_s=4.2,
    left_s=37.0,
    sessions=4,
    idle_usd_per_minute=Decimal("0.08"),
    workers=0,
    failures=(ShownFailure(17, "17", "NAVIGATION_FAILED", "the page answered 404", "practice:directory/17"),),
)
COMPLETE = replace(RUNNING, state="complete", done=480, running=0, rows_per_s=None, left_s=None, sessions=0)


class FakeMap:
    """A map whose progress is set by the test; it records what its card asks for."""

    def __init__(self, progress: MapProgress = RUNNING) -> None:
        self.progress = progress
        self.subscribers: list[Callable[[], None]] = []
        self.calls: list[str] = []

    def subscribe(self, fn: Callable[[], None]) -> Callable[[], None]:
        """Call `fn` after each change."""
        self.subscribers.append(fn)
        return lambda: self.subscribers.remove(fn)

    def become(self, **changes: Any) -> None:
        """Change the progress."""
        self.progress = replace(self.progress, **changes)
        for fn in [*self.subscribers]:
            fn()

    def pause(self) -> None:
        """Pause, as the buttons do."""
        self.calls.append("pause")
        self.become(state="paused")

    def resume(self) -> None:
        """Go on, as the buttons do."""
        self.calls.append("resume")
        self.become(state="running")

    async def astop(self) -> None:
        """Stop, as the buttons do."""
        self.calls.append("stop")
        self.become(state="stopped", running=0, rows_per_s=None, left_s=None)
