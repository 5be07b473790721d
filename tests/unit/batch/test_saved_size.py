"""The outputs of a map of many rows are small enough to be saved with their notebook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from types import SimpleNamespace

import pandas as pd
import pytest

from helpers.fake_runner import FakeRunner, answer
from webrun_nb.batch.coordinator import Coordinator, RunLimits
from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.politeness import HostLimits
from webrun_nb.batch.rows import RowAnswer, RowFailure, RowTask
from webrun_nb.batch.run import MapRun
from webrun_nb.batch.store import RunStore
from webrun_nb.notebook.display.map_results import show_map_result
from webrun_nb.notebook.widgets.map_card import MapCard

ROWS, FAILED = 10_000, 50
LONG = "a text of a page that is longer than a column of a table is wide, and more of it " * 4


async def do(row: RowTask, attempt: int) -> RowAnswer:
    raise AssertionError("no row runs: all have ended")


async def go_on(run: MapRun) -> MapRun:
    return run


async def test_a_map_of_ten_thousand_rows_is_saved_in_less_than_100_kb(
    make_store: Callable[..., RunStore], capsys: pytest.CaptureFixture[str]
) -> None:
    store = make_store(ROWS)
    rows = store.rows()
    found = [store.finish(row.position, None, answer(row, {"name": LONG, "city": LONG})) for row in rows[FAILED:]]
    lost = RowFailure("NAVIGATION_FAILED", LONG, acted=False)
    await asyncio.gather(*found, *(store.fail(row.position, 1, lost, final=True) for row in rows[:FAILED]))
    coordinator = Coordinator(store, FakeRunner(do), HostLimits(), None, RunLimits(), changed=lambda: None)
    run = MapRun(SimpleNamespace(ledger=None), store, coordinator, MapOptions(), None, None, "firms", go_on)
    made = list[pd.DataFrame]()
    show_map_result(run, name="firms", rows=5, quiet=False, bind=made.append)
    printed = capsys.readouterr().out
    assert f"{ROWS:,} rows × 2 · {ROWS - FAILED:,} done, {FAILED} failed" in printed
    assert "47 more failed" in printed
    card = MapCard(run, lambda card: None, {}, name="firms", result="webrun.last")
    [table], failures = made, run.failures
    assert (len(table), len(failures)) == (ROWS, FAILED)
    with pd.option_context("display.max_rows", 60):
        shown = [table._repr_html_(), repr(table), failures._repr_html_(), repr(failures), repr(run)]
    sizes = {
        "printed": len(printed),
        "card": len(json.dumps([card._repr_mimebundle_(), card.state], default=str)),
        "tables": sum(map(len, shown)),
    }
    assert sum(sizes.values()) < 100_000, sizes
