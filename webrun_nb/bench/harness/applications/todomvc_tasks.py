"""TodoMVC, the React build from npm (`todomvc-react`): a to-do list that keeps everything in the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webrun_nb.bench.harness.applications.application import ApplicationTask

Todos = Sequence[tuple[str, bool]]
"""The entries in any order: text, completed."""


@dataclass(frozen=True, slots=True)
class TodoState:
    """The state of the page when the task had ended."""

    todos: Todos
    shown: str
    """The filter: SHOW_ALL, SHOW_ACTIVE or SHOW_COMPLETED."""

    def has(self, *todos: tuple[str, bool]) -> bool:
        """Return whether these are the entries, and no others."""
        return sorted(self.todos) == sorted(todos)


WEEK: Todos = (("Send invoice", False), ("Book hotel", False), ("Pay the rent", True), ("Renew passport", False))
OFFICE: Todos = (
    ("Order paper", True),
    ("Fix the printer", False),
    ("Call Mr. Lund", True),
    ("Water the plants", False),
)

SEEDS: Sequence[Todos] = ((), (), WEEK, OFFICE, WEEK, WEEK, OFFICE, OFFICE, WEEK, WEEK)
"""The entries that each task starts with."""

TASKS: Sequence[ApplicationTask[TodoState]] = (
    ApplicationTask('Add "buy milk" to the list.', lambda after, _: after.has(("buy milk", False))),
    ApplicationTask(
        "Add three todos: call the dentist, water the plants and pay the rent.",
        lambda after, _: after.has(("call the dentist", False), ("water the plants", False), ("pay the rent", False)),
    ),
    ApplicationTask(
        "mark Send invoice as done",
        lambda after, _: after.has(("Send invoice", True), *WEEK[1:]),
    ),
    ApplicationTask(
        "Tick off everything on the list.",
        lambda after, _: after.has(*((text, True) for text, _ in OFFICE)),
    ),
    ApplicationTask(
        'Rename "Book hotel" to "Book hotel in Graz".',
        lambda after, _: after.has(WEEK[0], ("Book hotel in Graz", False), *WEEK[2:]),
    ),
    ApplicationTask(
        "Delete the todo Send invoice.",
        lambda after, _: after.has(*WEEK[1:]),
        approved=True,
    ),
    ApplicationTask(
        "Which todos are still open?",
        lambda after, answer: (
            after.has(*OFFICE)
            and answer.says("Fix the printer", "Water the plants", but_not=["Order paper", "Call Mr. Lund"])
        ),
    ),
    ApplicationTask(
        "Please remove all the completed items.",
        lambda after, _: after.has(OFFICE[1], OFFICE[3]),
        approved=True,
    ),
    ApplicationTask(
        "Show only the active ones and tell me how many items are left.",
        lambda after, answer: (
            after.has(*WEEK) and after.shown == "SHOW_ACTIVE" and (answer.says("3") or answer.says("three"))
        ),
    ),
    ApplicationTask(
        "If Renew passport isn't done yet, complete it. Then add a new todo that says Ask for the receipt.",
        lambda after, _: after.has(*WEEK[:3], ("Renew passport", True), ("Ask for the receipt", False)),
    ),
)
