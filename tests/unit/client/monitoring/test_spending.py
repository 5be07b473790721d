"""Tests of what sessions and tasks in a ledger cost together, and of what is counted as wasted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from webrun_nb.client.monitoring.ledger import Ledger, SessionRecord, TaskRecord
from webrun_nb.client.monitoring.spending import COMPLETE, Expense, Group, Waste, expenses, grouped, summed

URL = "http://127.0.0.1:9"
SESSION = SessionRecord(
    base_url=URL,
    session_id="s1",
    name="map-1",
    emulated=True,
    host="",
    kernel="1",
    emulator=None,
    opened_at_ms=1_000,
    seen_at_ms=9_000,
    lasts_until_ms=None,
    ended_at_ms=9_000,
    reason="terminated",
    cost_usd=Decimal("0.0100"),
    idle_usd=Decimal("0.0010"),
    run_id="r1",
)
ROW = TaskRecord(URL, "s1", "t1", 2_000, COMPLETE, Decimal("0.0020"), site="practice:shop", run_id="r1", row=0)
FAILED = replace(ROW, task_id="t2", row=1, outcome="NAVIGATION_FAILED", cost_usd=Decimal("0.0005"))
RETRIED = replace(ROW, task_id="t3", row=1, attempt=2, ended_at_ms=3_000)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite3")


def spent_on(ledger: Ledger, sessions: Iterable[SessionRecord], tasks: Iterable[TaskRecord]) -> list[Expense]:
    """Return the expenses of what a ledger was given."""
    for session in sessions:
        ledger.write(session)
    for task in tasks:
        ledger.write_task(task)
    return expenses(ledger.sessions(), ledger.tasks())


def wastes(spent: Iterable[Expense]) -> dict[str | None, Waste | None]:
    return {None if each.task is None else each.task.task_id: each.waste for each in spent}


def test_a_failed_attempt_is_wasted_and_the_one_that_did_the_row_is_not(ledger: Ledger) -> None:
    spent = spent_on(ledger, [SESSION], [ROW, FAILED, RETRIED])
    assert wastes(spent) == {"t1": None, "t2": Waste.FAILED, "t3": None, None: Waste.IDLE}
    sums = summed(spent)
    assert (sums.sessions, sums.tasks, sums.failed, sums.repeated, sums.unknown) == (1, 3, 1, 0, 0)
    assert (sums.cost_usd, sums.idle_usd) == (SESSION.cost_usd, SESSION.idle_usd)
    assert sums.wasted_usd == Decimal("0.0015")
    assert sums.useful_usd == Decimal("0.0085")


def test_all_but_the_last_completed_task_of_a_row_are_repeated(ledger: Ledger) -> None:
    again = [replace(ROW, task_id=f"again-{n}", attempt=n, ended_at_ms=1_000 * n) for n in (2, 3)]
    elsewhere = replace(ROW, task_id="other-run", run_id="r2")
    spent = spent_on(ledger, [SESSION], [ROW, *again, elsewhere])
    assert wastes(spent) == {
        "t1": Waste.REPEATED,
        "again-2": Waste.REPEATED,
        "again-3": None,
        "other-run": None,
        None: Waste.IDLE,
    }
    assert summed(spent).repeated_usd == Decimal("0.0040")


def test_the_session_of_a_later_attempt_may_be_another_one(ledger: Ledger) -> None:
    other = replace(SESSION, session_id="s2")
    spent = spent_on(ledger, [SESSION, other], [ROW, replace(RETRIED, session_id="s2", row=0)])
    assert wastes(spent)["t1"] is Waste.REPEATED


def test_tasks_of_no_run_repeat_nothing(ledger: Ledger) -> None:
    own = [replace(ROW, task_id=name, run_id="", row=None) for name in ("t1", "t2")]
    assert wastes(spent_on(ledger, [SESSION], own)) == {"t1": None, "t2": None, None: Waste.IDLE}


def test_what_is_not_known_is_in_no_sum(ledger: Ledger) -> None:
    unknown = replace(FAILED, cost_usd=None)
    spent = spent_on(ledger, [SESSION], [ROW, unknown])
    sums = summed(spent)
    assert [each.cost_usd for each in spent] == [Decimal("0.0020"), None, None]
    assert [each.wasted_usd for each in spent] == [0, None, None]
    assert (sums.unknown, sums.failed, sums.failed_usd, sums.cost_usd) == (2, 1, 0, Decimal("0.0020"))
    assert summed(spent[1:]).all_unknown


def test_groups_keep_emulated_and_paid_money_apart(ledger: Ledger) -> None:
    paid = replace(SESSION, session_id="s2", emulated=False)
    spent = spent_on(ledger, [SESSION, paid], [ROW, replace(ROW, session_id="s2")])
    assert {group: summed(found).cost_usd for group, found in grouped(spent, "run").items()} == {
        Group(emulated=True, key="r1"): Decimal("0.0100"),
        Group(emulated=False, key="r1"): Decimal("0.0100"),
    }


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("run", ["r1", None]),
        ("site", ["practice:shop", None, None]),
        ("session", [(URL, "s1"), (URL, "s2")]),
    ],
)
def test_a_group_has_what_its_expenses_have_in_common(ledger: Ledger, by: str, keys: list[object]) -> None:
    own = replace(SESSION, session_id="s2", opened_at_ms=5_000, run_id="")
    of_own = replace(ROW, session_id="s2", run_id="", row=None, site=None)
    groups = grouped(spent_on(ledger, [SESSION, own], [ROW, of_own]), by)
    assert [group.key for group in groups] == keys
    assert sum((summed(found).cost_usd for found in groups.values()), Decimal(0)) == Decimal("0.0200")


def test_time_of_sessions_is_no_task_of_an_unknown_site(ledger: Ledger) -> None:
    groups = grouped(spent_on(ledger, [SESSION], [replace(ROW, site=None)]), "site")
    assert [(group.own_time, summed(found).tasks) for group, found in groups.items()] == [(False, 1), (True, 0)]
