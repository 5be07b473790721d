"""Tests of problems that a page or a sentence states."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.skills.solving import solution_of, solution_on
from webrun_nb.browsers.observation import Observation


@pytest.mark.parametrize(
    ("line", "solution"),
    [
        ("3 + 4 =", "7"), ("3 + 4", "7"), ("12 ÷ 4 = ?", "3"), ("2 × 3 =", "6"), ("7 − 10 =", "-3"),
        ("1 / 4 =", "0.25"), ("(2 + 3) * 4 =", "20"), ("1,000 + 1 =", "1001"), ("x - 3 = 5", "8"), ("2x + 1 = 7", "3"),
        ("3 = y + 1", "2"),
    ],
)  # fmt: skip
def test_sums_and_equations(line: str, solution: str) -> None:
    assert solution_of(line) == solution


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Chapter 3",
        "2026-11-29",
        "call 555-0199 now",
        "x = x",
        "x + y = 3",
        "x * x = 4",
        "1 / 0 =",
        "a" * 500,
        "3 +",
    ],
)
def test_what_states_no_problem(line: str) -> None:
    assert solution_of(line) is None


def test_a_page_with_two_problems_has_no_one_solution() -> None:
    assert solution_on(Observation("http://x.test/", "", (), "3 + 4 =\n1 + 1 =")) is None
    assert solution_on(Observation("http://x.test/", "", (), "Solve this\n3 + 4 =\nHurry")) == "7"
