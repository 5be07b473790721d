"""Tests of `%webrun usage`: its table, summary and plot."""

from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from helpers.prices import FAKE_PRICES
from webrun_nb.client.monitoring.costs import idle_cost_until_timeout_usd
from webrun_nb.client.monitoring.ledger import EXPIRED, SessionRecord, TaskRecord
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.notebook.commands.usage import plot_usage, summary
from webrun_nb.notebook.display.open_sessions import left_open_text
from webrun_nb.notebook.display.tables import usage_frame
from webrun_nb.notebook.syntax.errors import CommandError

DAY_MS = 86_400_000
URL = "http://127.0.0.1:9"
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
    frame = usage_frame([EMULATED], TASKS)
    assert frame[["task_id", "outcome"]].astype(object).fillna("").values.tolist() == [
        ["t1", "complete"],
        ["", "terminated"],
    ]
    assert frame["working_usd"].tolist() == pytest.approx([0.003, 0.001])
    assert frame["idle_usd"].tolist() == pytest.approx([0, 0.006])


def test_rows_sum_up_to_the_sessions_cost() -> None:
    frame = usage_frame([EMULATED, FORGOTTEN, PAID], TASKS)
    assert frame.groupby("session")["cost_usd"].sum().to_dict() == pytest.approx(
        {"shop": 0.01, "old": 0.1, "real": 0.5}
    )


def test_without_a_breakdown_what_no_task_took_is_idle() -> None:
    frame = usage_frame([PAID], TASKS)
    assert frame["idle_usd"].tolist() == pytest.approx([0, 0.3])


def test_days_have_no_time_of_day() -> None:
    days = usage_frame([PAID], TASKS)["day"]
    assert [str(day) for day in days] == ["2024-10-05 00:00:00", "2024-10-04 00:00:00"]
    assert "00:00" not in repr(days)


def test_what_is_not_known_is_not_zero() -> None:
    frame = usage_frame([replace(EMULATED, cost_usd=None, idle_usd=None)], [])
    assert frame["cost_usd"].isna().all()


def test_forgotten_sessions_are_marked() -> None:
    assert usage_frame([EMULATED, FORGOTTEN], [])["forgotten"].tolist() == [False, True]


def test_an_empty_ledger_has_the_same_columns() -> None:
    assert usage_frame([], []).dtypes.equals(usage_frame([PAID], TASKS).dtypes)


def test_emulated_and_paid_money_are_kept_apart() -> None:
    assert summary([EMULATED, PAID], usage_frame([EMULATED, PAID], TASKS), []) == [
        "emulated: 1 session, 1 task · you pay $0.00 · ≈ $0.0100 on the hosted service: working $0.0040, idle $0.0060",
        "paid: 1 session, 1 task (1 not completed) · $0.5000: working $0.2000, idle $0.3000",
    ]


def test_tasks_newer_than_their_sessions_sum_are_in_the_summary_as_in_the_table() -> None:
    stale = replace(EMULATED, cost_usd=Decimal("0.0001"), idle_usd=Decimal("0.0001"))
    frame = usage_frame([stale], TASKS)
    assert frame[["working_usd", "idle_usd"]].sum().tolist() == pytest.approx([0.003, 0.0001])
    assert summary([stale], frame, [])[0].endswith("≈ $0.0031 on the hosted service: working $0.0030, idle $0.0001")


def test_where_a_sum_is_not_known_it_is_not_split() -> None:
    unknown = replace(EMULATED, cost_usd=None)
    assert summary([unknown], usage_frame([unknown], TASKS), [])[0].endswith(
        "≈ $0.0030 on the hosted service, and 1 row of unknown cost"
    )


def test_where_nothing_is_known_no_sum_is_shown() -> None:
    unknown = replace(PAID, cost_usd=None)
    (line,) = summary([unknown], usage_frame([unknown], []), [])
    assert line.startswith("paid: 1 session, ")
    assert line.endswith("cost unknown")


def test_forgotten_sessions_are_named_with_what_they_idled_away() -> None:
    assert (
        summary([FORGOTTEN], usage_frame([FORGOTTEN], []), [])[1]
        == "  forgotten: 1 session ran into the timeout; idle ≈ $0.1000"
    )


def test_an_idle_session_says_what_waiting_costs() -> None:
    assert summary([EMULATED], usage_frame([EMULATED], []), [IDLE])[-1] == (
        "  main · idle until the timeout: ≈ $0.08; %webrun terminate ends it now"
    )


@pytest.mark.parametrize(
    "snapshot", [replace(IDLE, expires_at_ms=None), replace(IDLE, status=SessionStatus.TERMINATED)]
)
def test_where_nothing_counts_down_waiting_has_no_price(snapshot: SessionSnapshot) -> None:
    assert idle_cost_until_timeout_usd(snapshot) is None


def test_without_sessions_it_says_so() -> None:
    assert summary([], usage_frame([], []), []) == []


def test_both_kinds_are_drawn() -> None:
    pytest.importorskip("matplotlib")
    assert plot_usage(usage_frame([EMULATED, PAID], TASKS)).startswith(b"\x89PNG")


def test_an_empty_plot_is_one_line() -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(CommandError, match="nothing to draw"):
        plot_usage(usage_frame([], []))


def test_a_missing_matplotlib_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(CommandError, match="pip install matplotlib"):
        plot_usage(usage_frame([EMULATED], []))


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
