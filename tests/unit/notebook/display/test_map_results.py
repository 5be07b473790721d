"""Tests of what is shown of maps: the summary, failures, the list of runs, and the bar in a terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from helpers.fake_cards import HOSTILE
from helpers.fake_maps import COMPLETE, RUNNING, FakeMap
from helpers.fake_runner import answer
from webrun_nb.batch.progress import ShownFailure
from webrun_nb.batch.rows import RowTask
from webrun_nb.batch.run_table import RunTable
from webrun_nb.batch.store import RunCounts, RunMeta, StoredRun
from webrun_nb.client.monitoring.ledger import SessionRecord
from webrun_nb.notebook.display import terminal_bar
from webrun_nb.notebook.display.map_results import failure_lines, summary_line, values_note
from webrun_nb.notebook.display.tables import runs_frame
from webrun_nb.tables.schema import from_object

META = RunMeta(
    "r7k2m9x", 1_780_000_000_000, "0.2.0", "f", "Get it.", "{{ row.url }}", "", 5, None, {}, "http://x", True
)
SESSION = SessionRecord(
    "http://x", "s1", "r7k2m9x-1", emulated=True, host="h", kernel="k", emulator=None, opened_at_ms=0, seen_at_ms=0,
    lasts_until_ms=None, cost_usd=Decimal("0.5"), run_id="r7k2m9x",
)  # fmt: skip


def test_the_summary_has_one_line():
    line = summary_line(COMPLETE, (500, 3), "talks")
    assert line == "500 rows × 3 · 480 done, 20 failed · 1 min 23 s · ≈ $0.0123 (emulated, you pay $0.00) · talks"
    paid = summary_line(replace(COMPLETE, emulated=False), (1200, 3), None)
    assert paid == "1,200 rows × 3 from 500 rows · 480 done, 20 failed · 1 min 23 s · $0.0123"


def test_few_failures_are_shown_and_the_way_to_all():
    failures = tuple(ShownFailure(n, str(n), "NAVIGATION_FAILED", HOSTILE, "") for n in range(5))
    lines = failure_lines(replace(COMPLETE, failures=failures), "talks")
    assert len(lines) == 4
    assert not set("\x1b\u202e") & set("".join(lines))
    assert lines[-1] == "17 more failed; all: talks.failures; talks.retry() runs them again"
    assert failure_lines(replace(COMPLETE, failed=0), "talks") == []


def test_values_that_the_answers_lack_are_told_without_numbers_of_rows():
    schema = from_object("name:str, staff:int")
    answers = [
        (row, answer(row, {"name": "Aster", "staff": staff}))
        for row, staff in ((RowTask(n, str(n), "Get it.", "http://x/"), (5, "many", None)[n]) for n in range(3))
    ]
    gone = (RowTask(3, "3", "Get it.", "http://x/"), None)
    table = RunTable(lambda: iter([*answers, gone]), schema, pd.RangeIndex(4), {})
    assert values_note(table.whole()) == "2 rows incomplete (staff: 2 without a value that fits), shown as <NA>"
    table = RunTable(lambda: iter([answers[0], gone]), schema, pd.RangeIndex(4), {})
    assert values_note(table.whole()) == ""


def stored(state: str, *, in_use: bool = False) -> StoredRun:
    return StoredRun(META, RunCounts(total=5, done=3, failed=1, repeated=0), state, 0, in_use)


def test_a_run_whose_process_is_gone_was_killed():
    states = [
        stored("running"),
        stored("paused"),
        stored("running", in_use=True),
        stored("stopped"),
        stored("complete"),
    ]
    frame = runs_frame(states, [SESSION])
    assert frame["state"].tolist() == ["killed", "killed", "running", "stopped", "complete"]
    assert frame.loc[0, ["rows", "done", "failed", "missing", "cost_usd"]].tolist() == [5, 3, 1, 1, 0.5]


def test_the_cost_of_a_run_is_unknown_where_a_sessions_is():
    frame = runs_frame([stored("running")], [SESSION, replace(SESSION, session_id="s2", cost_usd=None)])
    assert frame["cost_usd"].isna().all()
    assert runs_frame([], []).empty


def test_the_bar_of_a_terminal_is_brought_up_to_date_at_its_end():
    run, stream = FakeMap(), io.StringIO()
    with terminal_bar.following(run, "talks", stream):
        run.become(state="complete", done=480, running=0, rows_per_s=None, left_s=None)
    assert run.subscribers == []
    drawn = stream.getvalue().split("\r")
    assert "map talks:  68%|" in drawn[1]
    assert "340/500 rows, 20 failed · 4 running · 1:23 · ≈ $0.0123" in drawn[2]
    assert "500/500 rows, complete · 20 failed · 1:23" in drawn[-1]


def test_a_paused_bar_says_what_that_costs():
    assert "paused" in terminal_bar.postfix(replace(RUNNING, state="paused"))
    assert "4 sessions stay open meanwhile: ≈ $0.08/min" in terminal_bar.postfix(replace(RUNNING, state="paused"))
