"""Estimates are the least and the most of a sample, times the rows that are left."""

from dataclasses import replace
from decimal import Decimal

import pytest

from helpers.fake_runner import answer
from webrun_nb.batch.estimate import Estimate, SampledRow
from webrun_nb.batch.rows import RowFailure, RowTask


def sampled(position: int, elapsed_s: float, cost: float) -> SampledRow:
    row = RowTask(position, f"firm {position}", "Get the\nname.", f"http://site.example/{position}")
    return SampledRow(row, replace(answer(row, {"name": "A"}, cost=cost), elapsed_s=elapsed_s))


def failed(position: int, **facts: object) -> SampledRow:
    row = RowTask(position, str(position), "Get it.", "http://site.example/x")
    return SampledRow(row, RowFailure("NAVIGATION_FAILED", "the page answered 404", **facts))


def estimate(*sample: SampledRow, left: int = 997, concurrency: int = 8, emulated: bool = True) -> Estimate:
    return Estimate("r7k2m9", left + len(sample), left, concurrency, emulated, sample)


THREE = (sampled(0, 1.0, 0.001), sampled(1, 2.0, 0.002), sampled(2, 1.5, 0.0015))


def test_the_range_is_that_of_the_sample():
    made = estimate(*THREE, left=800, concurrency=8)
    assert made.time_s == (100.0, 200.0)
    assert made.cost_usd == (Decimal("0.800"), Decimal("1.600"))


def test_the_hosted_service_takes_five_sessions_at_once():
    assert estimate(*THREE, left=800, concurrency=8).hosted_time_s == (160.0, 320.0)
    assert estimate(*THREE, left=800, concurrency=4).hosted_time_s == estimate(*THREE, left=800, concurrency=4).time_s


def test_the_start_of_a_session_is_not_in_the_time_of_its_first_row():
    first = sampled(0, 6.0, 0.001)
    body = {**first.outcome.body, "usage": {"cost": 0.001, "emulated": True, "completion_time": 2.0}}
    made = estimate(SampledRow(first.row, replace(first.outcome, body=body)), left=8, concurrency=8)
    assert made.time_s == (2.0, 2.0)


def test_fewer_rows_than_sessions_run_at_once():
    assert estimate(*THREE, left=2, concurrency=8).time_s == (1.0, 2.0)


def test_the_lines_say_the_sample_its_range_and_both_services():
    assert estimate(*THREE, left=997).lines() == [
        "row 0 (firm 0): http://site.example/0",
        "  Get the name.",
        "  1 record · 1.0 s · $0.0010",
        "row 1 (firm 1): http://site.example/1",
        "  Get the name.",
        "  1 record · 2.0 s · $0.0020",
        "row 2 (firm 2): http://site.example/2",
        "  Get the name.",
        "  1 record · 1.5 s · $0.0015",
        "run r7k2m9: a sample of 3 of its 1,000 rows has run and is kept; 997 are left",
        "the rest, if its rows are as these 3:",
        "  on the emulator, 8 at once: 2 min to 4 min; you pay $0.00",
        "  on the hosted service, 5 at once (5 sessions are allowed, and 10 starts of sessions a minute): "
        "3 min to 7 min; $1.00 to $1.99",
    ]


def test_on_the_hosted_service_nothing_is_said_of_the_emulator():
    [line] = [line for line in estimate(*THREE, emulated=False).lines() if line.startswith("  on ")]
    assert line.startswith("  on the hosted service")


def test_the_money_is_only_from_rows_whose_cost_is_known():
    made = estimate(THREE[0], failed(1, elapsed_s=9.0))
    assert made.cost_usd == (Decimal("0.997"), Decimal("0.997"))
    assert made.lines()[-1] == "  the money is from 1 of them: of the others it is not known"
    assert "  failed: NAVIGATION_FAILED: the page answered 404 · 9.0 s" in made.lines()


@pytest.mark.parametrize(
    "sample",
    [failed(0), SampledRow(THREE[0].row, replace(THREE[0].outcome, cached_age_s=60.0))],
    ids=["failed", "kept"],
)
def test_what_no_row_tells_is_not_known(sample):
    made = estimate(sample)
    assert (made.time_s, made.hosted_time_s, made.cost_usd) == (None, None, None)
    assert made.lines()[-1] == "time and money are not known: no row of the sample tells them"


def test_a_sample_that_is_all_rows_leaves_nothing_to_estimate():
    assert estimate(*THREE, left=0).lines()[-1].endswith("0 are left")


def test_a_password_in_a_text_is_not_shown():
    row = RowTask(0, "0", "log in as ada with password hunter2-is-long", "http://site.example")
    shown = "\n".join(estimate(SampledRow(row, answer(row, {"x": 1}))).lines())
    assert "log in as ada" in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize(("seconds", "said"), [(0.2, "1 s"), (48.2, "48 s"), (130, "2 min"), (7000, "1 h 57 min")])
def test_times_have_no_more_digits_than_are_known(seconds, said):
    one = sampled(0, seconds, 0.001)
    assert f"about {said}; you pay" in "\n".join(estimate(one, left=1, concurrency=1).lines())
