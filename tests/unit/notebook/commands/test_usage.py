"""Tests of `%webrun usage`: its table, summary and plot."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import webrun_nb as webrun
from helpers.prices import FAKE_PRICES
from webrun_nb.client.monitoring.costs import idle_cost_until_timeout_usd
from webrun_nb.client.monitoring.ledger import EXPIRED, Ledger, SessionRecord, TaskRecord
from webrun_nb.client.monitoring.spending import GROUPINGS, expenses
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.notebook.api import Toolkit
from webrun_nb.notebook.commands.usage import summary
from webrun_nb.notebook.display.ledger_tables import history_frame, usage_frame, usage_sums_frame
from webrun_nb.notebook.display.open_sessions import left_open_text
from webrun_nb.notebook.display.usage_plot import MOST_BARS, charts, usage_png
from webrun_nb.notebook.syntax.errors import CommandError

DAY_MS = 86_400_000
URL = "http://127.0.0.1:9"
NOW_MS = 20_002 * DAY_MS
EMULATED = SessionRecord(
    base_url=URL,
    session_id="s1",
    name="shop",
    emulated=True,
    host="",
    kernel="1",
    emulator=None,
    opened_at_ms=20_000 * DAY_MS,
    seen_at_ms=20_000 * DAY_MS,
    lasts_until_ms=None,
    ended_at_ms=20_000 * DAY_MS,
    reason="terminated",
    cost_usd=Decimal("0.0100"),
    idle_usd=Decimal("0.0060"),
)
FORGOTTEN = replace(
    EMULATED, session_id="s2", name="old", reason=EXPIRED, cost_usd=Decimal("0.1"), idle_usd=Decimal("0.1")
)
PAID = replace(EMULATED, session_id="s3", name="real", emulated=False, cost_usd=Decimal("0.5"), idle_usd=None)
TASKS = [
    TaskRecord(URL, "s1", "t1", 20_000 * DAY_MS + 5, "complete", Decimal("0.0030")),
    TaskRecord(URL, "s3", "t3", 20_001 * DAY_MS + 5, "TASK_TIMEOUT", Decimal("0.2")),
]
IDLE = SessionSnapshot(
    name="main",
    session_id="s9",
    status=SessionStatus.ACTIVE,
    phase=SessionPhase.IDLE,
    emulated=True,
    server_now_ms=60_000,
    created_at_ms=0,
    last_activity_at_ms=0,
    inactivity_timeout_ms=300_000,
    expires_at_ms=300_000,
    prices=FAKE_PRICES,
)


def test_a_row_per_task_and_one_for_the_rest_of_the_session() -> None:
    frame = usage_frame(expenses([EMULATED], TASKS))
    assert frame[["task_id", "outcome"]].astype(object).fillna("").values.tolist() == [
        ["t1", "complete"],
        ["", "terminated"],
    ]
    assert frame["working_usd"].tolist() == pytest.approx([0.003, 0.001])
    assert frame["idle_usd"].tolist() == pytest.approx([0, 0.006])


def test_rows_sum_up_to_the_sessions_cost() -> None:
    frame = usage_frame(expenses([EMULATED, FORGOTTEN, PAID], TASKS))
    assert frame.groupby("session")["cost_usd"].sum().to_dict() == pytest.approx(
        {"shop": 0.01, "old": 0.1, "real": 0.5}
    )


def test_without_a_breakdown_what_no_task_took_is_idle() -> None:
    frame = usage_frame(expenses([PAID], TASKS))
    assert frame["idle_usd"].tolist() == pytest.approx([0, 0.3])


def test_days_have_no_time_of_day() -> None:
    days = usage_frame(expenses([PAID], TASKS))["day"]
    assert [str(day) for day in days] == ["2024-10-05 00:00:00", "2024-10-04 00:00:00"]
    assert "00:00" not in repr(days)


def test_what_is_not_known_is_not_zero() -> None:
    frame = usage_frame(expenses([replace(EMULATED, cost_usd=None, idle_usd=None)], []))
    assert frame["cost_usd"].isna().all()


def test_forgotten_sessions_are_marked() -> None:
    assert usage_frame(expenses([EMULATED, FORGOTTEN], []))["forgotten"].tolist() == [False, True]


def test_an_empty_ledger_has_the_same_columns() -> None:
    assert usage_frame(expenses([], [])).dtypes.equals(usage_frame(expenses([PAID], TASKS)).dtypes)


def test_emulated_and_paid_money_are_kept_apart() -> None:
    assert summary(expenses([EMULATED, PAID], TASKS), []) == [
        "emulated: 1 session, 1 task · you pay $0.00 · ≈ $0.0100 on the hosted service: working $0.0040, idle $0.0060",
        "  wasted: ≈ $0.0060: idle $0.0060",
        "paid: 1 session, 1 task (1 not completed) · $0.5000: working $0.2000, idle $0.3000",
        "  wasted: $0.5000: idle $0.3000, 1 task not completed $0.2000",
    ]


def test_tasks_newer_than_their_sessions_sum_are_in_the_summary_as_in_the_table() -> None:
    stale = replace(EMULATED, cost_usd=Decimal("0.0001"), idle_usd=Decimal("0.0001"))
    spent = expenses([stale], TASKS)
    frame = usage_frame(spent)
    assert frame[["working_usd", "idle_usd"]].sum().tolist() == pytest.approx([0.003, 0.0001])
    assert summary(spent, [])[0].endswith("≈ $0.0031 on the hosted service: working $0.0030, idle $0.0001")


def test_where_a_sum_is_not_known_it_is_not_split() -> None:
    unknown = replace(EMULATED, cost_usd=None)
    assert summary(expenses([unknown], TASKS), [])[0].endswith(
        "≈ $0.0030 on the hosted service, and 1 row of unknown cost"
    )


def test_where_nothing_is_known_no_sum_is_shown() -> None:
    unknown = replace(PAID, cost_usd=None)
    (line,) = summary(expenses([unknown], []), [])
    assert line.startswith("paid: 1 session, ")
    assert line.endswith("cost unknown")


def test_forgotten_sessions_are_named_with_what_they_idled_away() -> None:
    assert summary(expenses([FORGOTTEN], []), [])[2] == "  forgotten: 1 session ran into the timeout; idle ≈ $0.1000"


def test_an_idle_session_says_what_waiting_costs() -> None:
    assert summary(expenses([EMULATED], []), [IDLE])[-1] == (
        "  main · idle until the timeout: ≈ $0.08; %webrun terminate ends it now"
    )


@pytest.mark.parametrize(
    "snapshot", [replace(IDLE, expires_at_ms=None), replace(IDLE, status=SessionStatus.TERMINATED)]
)
def test_where_nothing_counts_down_waiting_has_no_price(snapshot: SessionSnapshot) -> None:
    assert idle_cost_until_timeout_usd(snapshot) is None


def test_without_sessions_it_says_so() -> None:
    assert summary(expenses([], []), []) == []


def test_repeated_tasks_are_named_with_what_they_cost() -> None:
    rows = [replace(TASKS[0], task_id=name, run_id="r1", row=3, attempt=n) for n, name in ((1, "t1"), (2, "t2"))]
    assert summary(expenses([EMULATED], rows), [])[1] == "  wasted: ≈ $0.0090: idle $0.0060, 1 task repeated $0.0030"


def test_where_a_cost_is_not_known_at_least_the_rest_was_wasted() -> None:
    unknown = replace(TASKS[1], task_id="t4", cost_usd=None)
    assert summary(expenses([PAID], [TASKS[1], unknown]), [])[1] == (
        "  wasted: at least $0.2000: 2 tasks not completed $0.2000"
    )


def test_sums_by_site_are_of_one_kind_of_money_each() -> None:
    of_sites = [replace(task, site="shop.example") for task in TASKS]
    frame = usage_sums_frame(expenses([EMULATED, PAID], of_sites), "site")
    told = frame[["site", "emulated", "tasks", "failed", "cost_usd", "wasted_usd"]].astype(object).fillna("")
    assert told.values.tolist() == [
        ["", False, 0, 0, 0.3, 0.3],
        ["shop.example", False, 1, 1, 0.2, 0.2],
        ["", True, 0, 0, 0.007, 0.006],
        ["shop.example", True, 1, 0, 0.003, 0],
    ]


def test_sums_by_day_are_in_the_order_of_days_and_sums_by_session_have_its_name() -> None:
    spent = expenses([PAID], TASKS)
    assert [f"{day:%Y-%m-%d}" for day in usage_sums_frame(spent, "day")["day"]] == ["2024-10-04", "2024-10-05"]
    by_session = usage_sums_frame(spent, "session")
    assert by_session[["session", "session_id", "server"]].values.tolist() == [["real", "s3", URL]]


def test_a_sum_of_which_nothing_is_known_is_missing() -> None:
    frame = usage_sums_frame(expenses([replace(EMULATED, cost_usd=None)], []), "run")
    assert frame[["run", "working_usd", "cost_usd", "wasted_usd"]].isna().all(axis=None)
    assert frame["unknown"].tolist() == [1]


@pytest.mark.parametrize("by", GROUPINGS)
def test_an_empty_ledger_has_the_columns_of_its_sums(by: str) -> None:
    assert usage_sums_frame([], by).dtypes.equals(usage_sums_frame(expenses([PAID], TASKS), by).dtypes)


def test_history_has_place_site_and_waste_of_each_task() -> None:
    of_run = replace(TASKS[1], site="shop.example", run_id="r1", row=7, attempt=2)
    sessions = [EMULATED, replace(PAID, notebook="/home/ada/prices.ipynb")]
    frame = history_frame(expenses(sessions, [TASKS[0], of_run]), {"t1": "List"})
    told = frame[["task_id", "notebook", "run", "row", "attempt", "site", "waste", "text"]].astype(object).fillna("")
    assert told.values.tolist() == [
        ["t3", "/home/ada/prices.ipynb", "r1", 7, 2, "shop.example", "failed", ""],
        ["t1", "", "", "", "", "", "", "List"],
    ]


def test_charts_without_anything_to_show_are_left_out() -> None:
    in_run = [replace(task, run_id="r1", row=0, site="shop.example") for task in TASKS]
    assert [chart.by for chart in charts(expenses([EMULATED], TASKS), emulated=True)] == ["day"]
    assert [chart.by for chart in charts(expenses([EMULATED], in_run), emulated=True)] == ["day", "run", "site"]
    assert charts(expenses([EMULATED], in_run), emulated=False) == []


def test_bars_are_days_in_order_and_names_by_falling_cost() -> None:
    by_day, by_run, by_site = charts(expenses([PAID], [replace(TASKS[1], run_id="r1", site="a.example")]), False)
    assert [f"{day}" for day, _ in by_day.bars] == ["2024-10-04", "2024-10-05"]
    assert [(name, sums.cost_usd) for name, sums in by_run.bars] == [
        ("outside of runs", Decimal("0.3")),
        ("r1", Decimal("0.2")),
    ]
    assert [name for name, _ in by_site.bars] == ["sessions' own time", "a.example"]


def test_runs_beyond_the_most_expensive_ones_share_a_bar() -> None:
    tasks = [replace(TASKS[0], task_id=f"t{n}", run_id=f"r{n}") for n in range(30)]
    by_run = charts(expenses([replace(EMULATED, cost_usd=Decimal(1))], tasks), emulated=True)[1]
    names = [name for name, _ in by_run.bars]
    assert (len(names), names[0], names[-1]) == (MOST_BARS, "outside of runs", "22 others")
    assert sum(sums.cost_usd for _, sums in by_run.bars) == 1


def test_both_kinds_are_drawn_also_with_odd_names_and_unknown_costs() -> None:
    pytest.importorskip("matplotlib")
    unknown = replace(EMULATED, session_id="s4", cost_usd=None)
    of_sites = [replace(task, site=f"$a$_{'b' * 90}.example") for task in TASKS]
    assert usage_png(expenses([EMULATED, unknown, PAID], of_sites)).startswith(b"\x89PNG")


@pytest.mark.parametrize("sessions", [[], [replace(EMULATED, cost_usd=None)], [replace(PAID, cost_usd=Decimal(0))]])
def test_a_plot_of_nothing_is_one_line(sessions: list[SessionRecord]) -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(CommandError, match="nothing to draw"):
        usage_png(expenses(sessions, []))


def test_a_missing_matplotlib_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(CommandError, match="pip install matplotlib"):
        usage_png(expenses([EMULATED], []))


# --- from Python ------------------------------------------------------------------------------------------------------


@pytest.fixture
def users_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Return the ledger that the user has, with a paid session: its texts are not looked up."""
    monkeypatch.setenv("WEBRUN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("webrun_nb.notebook.past_work.toolkit", Toolkit())
    ledger = Ledger()
    ledger.write(replace(PAID, seen_at_ms=NOW_MS, ended_at_ms=NOW_MS))
    ledger.write_task(replace(TASKS[1], site="shop.example"))
    return ledger


def test_python_has_the_tables_of_the_commands(users_ledger: Ledger) -> None:
    assert webrun.history()["task_id"].tolist() == webrun.history("real", count=1)["task_id"].tolist() == ["t3"]
    assert webrun.usage()["site"].dropna().tolist() == ["shop.example"]
    assert webrun.usage("site")["cost_usd"].sum() == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: webrun.history("rael"), "no task of a session 'rael' is known .* did you mean real"),
        (lambda: webrun.history(count=0), "count=0.* whole number"),
        (lambda: webrun.history(count=True), "count=True.* whole number"),
        (lambda: webrun.usage("week"), "by='week'.* day, run, site, session"),
    ],
)
def test_bad_arguments_are_one_line(users_ledger: Ledger, call: Callable[[], object], said: str) -> None:
    with pytest.raises(webrun.WebRunError, match=said):
        call()


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([EMULATED], f"1 session left open by an earlier kernel (shop on {URL})"),
        (
            [EMULATED, replace(PAID, base_url="https://a.example")],
            f"2 sessions left open by an earlier kernel (shop on {URL}; real on https://a.example)",
        ),
        (
            [EMULATED] * 5,
            f"5 sessions left open by an earlier kernel (shop, shop, shop and 2 more on {URL})",
        ),
    ],
)
def test_sessions_left_open_are_listed_with_their_server(records: Any, said: str) -> None:
    assert left_open_text(records) == said
