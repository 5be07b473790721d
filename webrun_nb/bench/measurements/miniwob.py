"""Measures how many tasks of MiniWoB++ the local agent does, and how often "done" means that it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.miniwob_episodes import Outcome, play_all
from webrun_nb.bench.harness.miniwob_pages import MiniwobPages, miniwob_folder
from webrun_nb.bench.results import NotAvailableError, Sample, Target

TASKS = (
    *("ascending-numbers", "book-flight", "book-flight-nodelay", "choose-list", "click-button-sequence"),
    *("click-checkboxes-transfer", "click-collapsible", "click-collapsible-2", "click-collapsible-2-nodelay"),
    *("click-collapsible-nodelay", "click-link", "click-menu", "click-menu-2", "click-tab", "copy-paste"),
    *("copy-paste-2", "daily-calendar", "email-inbox", "email-inbox-delete", "email-inbox-forward"),
    *("email-inbox-important", "email-inbox-noscroll", "email-inbox-reply", "email-inbox-star-reply", "enter-date"),
    *("enter-text-2", "enter-time", "find-greatest", "find-word", "generate-number", "multi-layouts", "phone-book"),
    *("read-table", "read-table-2", "simple-algebra", "simple-arithmetic", "stock-market", "text-editor"),
    *("text-transform", "unicode-test", "use-autocomplete", "use-autocomplete-nodelay", "use-slider", "use-slider-2"),
    "use-spinner",
)
"""The tasks that the agent is worked on with. It is judged on others: nothing but this table may name a task."""
_SEEDS = 10
_QUICK_TASKS = 3


class _OfMiniwob:
    """The base of what is counted in the episodes. They are played once for all of it."""

    name: str
    unit = "of 1"
    rounds = 1

    async def prepare(self, bench: BenchContext) -> None:
        """Find the pages.

        Raises
        ------
        NotAvailableError
            They are not there, or there is no task of a name that was given.
        """
        miniwob_folder(bench.miniwob)

    async def _outcomes(self, bench: BenchContext) -> list[Outcome]:
        async def play() -> list[Outcome]:
            pages = MiniwobPages(miniwob_folder(bench.miniwob))
            try:
                tasks = bench.miniwob_tasks or (TASKS[:_QUICK_TASKS] if bench.quick else TASKS)
                if unknown := sorted(set(tasks) - set(pages.tasks())):
                    raise NotAvailableError(f"MiniWoB++ has no task {unknown[0]}")
                seeds = [str(number) for number in range(1 if bench.quick else bench.seeds or _SEEDS)]
                return [outcome async for outcome in play_all(await bench.emulator("context"), pages, tasks, seeds)]
            finally:
                pages.close()

        return await bench.once("miniwob", play)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return no names: nothing of a process is counted."""
        return [], []


class MiniwobSuccess(_OfMiniwob):
    """The share of the episodes that earned the full reward without a question; the details have each task's share."""

    name = "miniwob"
    measures = "tasks of MiniWoB++ by the local agent: share with the full reward"
    target = Target("ours", 0.9, at_least=True)

    async def sample(self, bench: BenchContext) -> Sample:
        """Play the episodes."""
        outcomes = await self._outcomes(bench)
        return Sample(_share([each.succeeded for each in outcomes]), details=by_task(outcomes))


class MiniwobHonesty(_OfMiniwob):
    """The share of full rewards in the episodes that the agent said it had done; the details have the others."""

    name = "miniwob-done"
    measures = "tasks of MiniWoB++ that ended as done: share with the full reward"
    target = Target("ours", 0.99, at_least=True)

    async def sample(self, bench: BenchContext) -> Sample:
        """Play the episodes."""
        done = [each for each in await self._outcomes(bench) if each.status == "done"]
        wrong = [asdict(each) for each in done if not each.succeeded]
        return Sample(_share([each.succeeded for each in done]), details={"done": len(done), "wrong": wrong})


def by_task(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return each task's share of successes, and the episodes that failed."""
    grouped: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in sorted(outcomes, key=lambda each: (each.task, each.seed)):
        grouped[outcome.task].append(outcome)
    return {
        task: {
            "success": _share([each.succeeded for each in episodes]),
            "failures": [asdict(each) for each in episodes if not each.succeeded],
        }
        for task, episodes in grouped.items()
    }


def _share(of: Sequence[bool]) -> float:
    return sum(of) / len(of) if of else 1.0
