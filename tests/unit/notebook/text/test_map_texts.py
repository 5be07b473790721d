"""Tests of the words for a map: its numbers, what else there is to know, and hostile texts in its failures."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from helpers.fake_cards import HOSTILE
from helpers.fake_maps import COMPLETE, RUNNING
from webrun_nb.batch.progress import ShownFailure
from webrun_nb.notebook.text import map_texts as words


def test_all_of_a_running_map_is_said():
    assert words.lines(RUNNING, "talks") == [
        "map talks · running · 340 of 500 rows · 1:23 · ≈ $0.0123 (emulated, you pay $0.00)",
        "320 done · 20 failed · 4 running · 156 to go · 4.2 rows/s · about 0:37 left · run r7k2m9x",
        "failed: row 17 · NAVIGATION_FAILED: the page answered 404 · practice:directory/17",
    ]


def test_money_that_is_paid_is_no_estimate_and_is_never_called_emulated():
    paid = replace(RUNNING, emulated=False, max_cost_usd=Decimal("0.5"), state="paused")
    text = "\n".join(words.lines(paid, ""))
    assert "$0.0123" in text
    assert "budget $0.50" in text
    assert "4 sessions stay open meanwhile: $0.08/min" in text
    assert "≈" not in text
    assert "emulated" not in text


def test_what_is_not_known_is_left_out():
    unknown = replace(RUNNING, rows_per_s=None, left_s=None)
    assert words.rate(unknown) == words.left(unknown) == words.budget(unknown) == ""


def test_slow_rates_are_per_minute():
    assert words.rate(replace(RUNNING, rows_per_s=0.05)) == "3.0 rows/min"


def test_a_pause_without_sessions_costs_nothing():
    paused = replace(RUNNING, state="paused", sessions=0, idle_usd_per_minute=Decimal(0))
    assert "no session is open: the pause costs nothing" in words.notes(paused)
    assert words.left(paused) == ""


def test_every_fact_beside_the_counts_is_named():
    notes = words.notes(replace(RUNNING, resumed=320, cached=1, repeated=2, retried=3, held=1, workers=2))
    assert notes == [
        "resumed run r7k2m9x: 320 of 500 rows were done before",
        "1 kept answer used, for which nothing ran",
        "3 attempts repeated after failures that may pass",
        "2 rows ran twice: the first task was cut off",
        "1 row waits for a host: its limit, its delay, or a time it asked for",
        "on 2 Dask workers",
    ]


def test_a_run_that_did_not_do_all_rows_says_how_to_go_on():
    stopped = replace(COMPLETE, state="stopped", done=320)
    assert words.counts(stopped) == "320 done · 20 failed · 160 not run"
    assert words.how_to_go_on(stopped) == "what is done is kept; go on with %%webrun map --resume r7k2m9x"
    assert words.how_to_go_on(COMPLETE) == words.how_to_go_on(RUNNING) == ""


def test_a_row_is_named_by_its_label_where_that_is_not_its_position():
    failure = ShownFailure(3, "acme", "", HOSTILE, "")
    line = words.failure_line(failure)
    assert line.startswith("row 3 (acme) · ")
    assert not set("\x1b\u202e\n") & set(line)
