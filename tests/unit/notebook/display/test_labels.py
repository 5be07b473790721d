"""Tests of the labels of results: amounts, summary lines, and notes about incomplete tables."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.client.answers.tasks import Breakdown, Usage
from webrun_nb.client.monitoring.budget import BudgetReading
from webrun_nb.notebook.display.completeness_note import completeness_note
from webrun_nb.notebook.display.results import head_note, summary_line
from webrun_nb.notebook.text.labels import Cost
from webrun_nb.tables.completeness import Completeness

USAGE = Usage(
    cost_usd=Decimal("0.0123"),
    emulated=True,
    breakdown=Breakdown(Decimal("0.0102"), Decimal(0), Decimal("0.0021"), Decimal(0)),
)


def emulated(amount: str, tokens: str | None = None) -> Cost:
    return Cost(Decimal(amount), emulated=True, tokens_usd=None if tokens is None else Decimal(tokens))


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        (emulated("0.0123456"), "≈ $0.0123"),
        (emulated("0.012"), "≈ $0.012"),  # no digit that the amount doesn't have
        (emulated("0.5"), "≈ $0.50"),
        (
            emulated("0.0579", tokens="0.0456"),
            "≈ $0.058",
        ),  # two digits of the estimate, and no more of the sum
        (emulated("0.00411", tokens="0.00211"), "≈ $0.0041"),
        (emulated("12.345", tokens="12.3"), "≈ $12"),
        (emulated("0"), "$0.00"),
        (emulated("0.00001"), "< $0.0001"),
        (Cost(Decimal("0.0123"), emulated=False), "$0.0123"),
        (Cost(Decimal("0.0579"), emulated=False, tokens_usd=Decimal("0.0456")), "$0.0579"),
        (Cost(Decimal("1234.5"), emulated=False), "$1234.50"),
        (Cost(None, emulated=False), "cost unknown"),
    ],
)
def test_amounts(cost: Cost, shown: str) -> None:
    assert str(cost) == shown


def test_an_emulated_summary_shows_zero_to_pay_and_the_estimate_apart() -> None:
    assert Cost.from_usage(USAGE).summary() == (
        "emulated · you pay $0.00 · hosted ≈ $0.0123 (compute $0.0102 measured, tokens ≈ $0.0021 estimated)"
    )


def test_a_hosted_summary_is_plain() -> None:
    assert Cost.from_usage(Usage(cost_usd=Decimal("0.0123"))).summary() == "$0.0123"


def test_unknown_is_none() -> None:
    assert Cost.from_usage(None) == Cost.from_usage(Usage(total_tokens=7)) == Cost(None, emulated=False)


def test_emulated_and_paid_are_never_added() -> None:
    with pytest.raises(ValueError, match="can't be added"):
        emulated("1") + Cost(Decimal(1), emulated=False)


def test_costs_of_one_kind_are_added_part_by_part() -> None:
    total = Cost.from_usage(USAGE) + Cost.from_usage(USAGE)
    assert (total.amount_usd, total.compute_usd, total.tokens_usd) == (
        Decimal("0.0246"),
        Decimal("0.0204"),
        Decimal("0.0042"),
    )


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    assert (Cost(None, emulated=True) + emulated("1")).amount_usd is None


@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity"])
def test_nonsense_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="amount_usd"):
        emulated(amount)


def test_json_is_plain() -> None:
    assert json.loads(json.dumps(Cost.from_usage(USAGE).to_json()))["tokens_usd"] == 0.0021


@given(st.decimals("0.0001", "9999", places=6), st.none() | st.decimals("0.0001", "9999", places=6))
def test_what_is_shown_is_the_amount_within_its_last_digit(amount: Decimal, tokens: Decimal | None) -> None:
    total = amount + (tokens or 0)
    shown = str(Cost(total, emulated=True, tokens_usd=tokens)).removeprefix("≈ $")
    digit = max(Decimal("0.0001"), Decimal(1).scaleb(tokens.adjusted() - 1) if tokens else Decimal(0))
    assert abs(Decimal(shown) - total) <= digit / 2


# --- the lines around a result ------------------------------------------------------------------------------


def test_the_summary_line() -> None:
    line = summary_line(elapsed_ms=6_200, cost=emulated("0.0041"), shape=(42, 3), name="laptops")
    assert line == "42 rows × 3 · 6.2 s · ≈ $0.0041 (emulated, you pay $0.00) · laptops"


def test_the_summary_line_of_a_text_answer() -> None:
    assert summary_line(elapsed_ms=72_400, cost=Cost(Decimal("0.01"), emulated=False)) == "1 min 12 s · $0.0100"


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        (emulated("0.0048"), "≈ $0.0048 (emulated, you pay $0.00) · ≈ $0.0038 over its budget of $0.001"),
        (Cost(Decimal("0.0048"), emulated=False), "$0.0048 · $0.0038 over its budget of $0.001"),
    ],
)
def test_the_summary_line_names_a_cost_beyond_the_budget(cost: Cost, shown: str) -> None:
    budget = BudgetReading("its", Decimal("0.001"), Decimal("0.0038"))
    line = summary_line(elapsed_ms=6_200, cost=cost, budget=budget)
    assert line == f"6.2 s · {shown}: the task ended before it could be stopped"


def test_the_summary_line_distinguishes_the_cost_of_a_session_from_its_tasks() -> None:
    line = summary_line(elapsed_ms=6_200, cost=emulated("0.0048"), task_usd=Decimal("0.0041"))
    both = "≈ $0.0048 with its session's start and end, the task alone ≈ $0.0041"
    assert line == f"6.2 s · {both} (emulated, you pay $0.00)"
    alike = summary_line(elapsed_ms=6_200, cost=emulated("0.0048"), task_usd=Decimal("0.00481"))
    assert alike == "6.2 s · ≈ $0.0048 (emulated, you pay $0.00)"


def test_the_summary_line_says_nothing_of_a_budget_that_was_kept() -> None:
    budget = BudgetReading("its", Decimal("0.0048"), Decimal(0))
    line = summary_line(elapsed_ms=6_200, cost=emulated("0.0048"), budget=budget)
    assert line == "6.2 s · ≈ $0.0048 (emulated, you pay $0.00)"


@pytest.mark.parametrize(("ms", "shown"), [(59_940, "59.9 s"), (59_960, "1 min 0 s"), (119_700, "2 min 0 s")])
def test_elapsed_time_never_shows_60_seconds(ms: float, shown: str) -> None:
    assert summary_line(elapsed_ms=ms, cost=None, shape=(1, 3)) == f"1 row × 3 · {shown}"


@pytest.mark.parametrize(
    ("total", "shown", "name", "note"),
    [
        (42, 5, "df", "the first 5 of 42 rows shown; all are in df"),
        (1234, 5, None, "the first 5 of 1,234 rows shown; all are in webrun.last.df"),
        (42, 0, "df", "none of 42 rows shown; all are in df"),
        (5, 5, "df", ""),
        (0, 5, "df", ""),
    ],
)
def test_truncation_is_announced(total: int, shown: int, name: str | None, note: str) -> None:
    assert head_note(total, shown, name) == note


def test_incompleteness_is_announced_by_column() -> None:
    note = completeness_note(Completeness(9, 3, {"a": 2, "b": 4, "c": 0}, {"a": 1, "b": 0, "c": 1}, ("a", "c")))
    assert note == "3 rows incomplete (a: 2 missing and 1 that didn't fit; c: 1 that didn't fit), shown as <NA>"


def test_a_typed_columns_null_is_not_called_missing() -> None:
    note = completeness_note(Completeness(9, 3, {"dept": 2}, {"dept": 1}, ("dept",), typed=("dept",)))
    assert note == "3 rows incomplete (dept: 3 without a value that fits), shown as <NA>"


def test_an_optional_column_that_no_row_has_is_announced() -> None:
    note = completeness_note(Completeness(9, 0, {"brand": 9, "weight": 9, "b": 4}, {"b": 0}, typed=("weight",)))
    assert note == "brand: found nowhere; weight: no value that fits, shown as <NA>"


def test_an_optional_column_that_no_row_has_is_announced_among_others() -> None:
    note = completeness_note(Completeness(9, 2, {"a": 2, "brand": 9}, {"a": 0, "brand": 0}, ("a",)))
    assert note == "2 rows incomplete (a: 2 missing; brand: found nowhere), shown as <NA>"


def test_a_complete_result_has_no_note() -> None:
    assert completeness_note(Completeness(9, 0, {"b": 4}, {"b": 0})) == ""
