"""Measures the speed of the extraction engine: a large table against pandas, and a page of cards."""

from __future__ import annotations

import asyncio
import importlib
import io
import time
from collections.abc import Callable, Sequence
from typing import Any

from webrun_nb.bench.harness import large_pages
from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.own_browser import own_browser
from webrun_nb.bench.results import BenchError, NotAvailableError, Sample, Target
from webrun_nb.browsers.actions import Navigate
from webrun_nb.common.column_types import column_schema, parse_columns
from webrun_nb.extraction.engine import extract

_ROWS, _ROWS_IN_QUICK_RUNS = 5_000, 200
_CARDS = 50


def _schema(columns: str) -> dict[str, Any]:
    properties = {each.name: column_schema(each) for each in parse_columns(columns)}
    return {"type": "array", "items": {"type": "object", "properties": properties, "required": list(properties)}}


class TableSpeed:
    """Snapshot and extraction of an open page with a table of 5,000 rows × 8 columns: two with money, one with dates,
    one with whole numbers.

    Ours: the snapshot of the page in Chromium, and its records with the evidence of each value. The page load is not
    in it.

    Raw: `pandas.read_html` with the parser `bs4` on the same HTML in the same round, which converts almost nothing.
    """  # noqa: D205

    name = "extraction-table"
    measures = "table of 5,000 × 8: snapshot and extraction (raw: pandas.read_html, bs4)"
    unit = "ms"
    target = Target("ratio", 1.0)
    rounds = 3

    async def prepare(self, bench: BenchContext) -> None:
        """Open the page, and read it once on each side.

        Raises
        ------
        NotAvailableError
            No browser, or no html5lib is installed.
        """
        self._raw = _read_html()
        self._rows = _ROWS_IN_QUICK_RUNS if bench.quick else _ROWS
        self._html = large_pages.table(self._rows)
        self._browser = await own_browser(bench)
        if not bench.quick:
            await self.sample(bench)

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once.

        Raises
        ------
        BenchError
            A row or a value is missing.
        """
        await self._browser.perform(Navigate(bench.site.publish("table", self._html)))
        began_s = time.perf_counter()
        snapshot = await self._browser.snapshot()
        seen_s = time.perf_counter()
        found = await asyncio.to_thread(extract, [snapshot], _schema(large_pages.TABLE_COLUMNS), "List all orders")
        done_s = time.perf_counter()
        if len(found.records) != self._rows or any(report.nulls for report in found.columns):
            raise BenchError(f"the table was read wrongly: {len(found.records)} rows of {self._rows}")
        raw_began_s = time.perf_counter()
        tables = await asyncio.to_thread(self._raw, io.StringIO(self._html), flavor="bs4")
        raw_s = time.perf_counter() - raw_began_s
        if len(tables[0]) != self._rows:
            raise BenchError("pandas.read_html read another number of rows")
        details = {"snapshot": (seen_s - began_s) * 1000, "extraction": (done_s - seen_s) * 1000}
        return Sample((done_s - began_s) * 1000, raw_s * 1000, details)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Name this process, in which both run; ours also waits for the browser."""
        return ["bench", "browser"], ["bench"]


def _read_html() -> Callable[..., Any]:
    import pandas as pd

    try:  # what pandas parses with
        importlib.import_module("bs4")
        importlib.import_module("html5lib")
    except ModuleNotFoundError as error:
        raise NotAvailableError(f"{error.name} is not installed; run: pip install 'webrun-nb[bench]'") from error
    return pd.read_html


class CardsSpeed:
    """Extraction from a page of 50 cards: name, present and old price, availability. The snapshot is not in it."""

    name = "extraction-cards"
    measures = "page of 50 cards: extraction beyond the snapshot"
    unit = "ms"
    target = Target("ours", 60)
    rounds = 5

    async def prepare(self, bench: BenchContext) -> None:
        """Open the page, and read it once.

        Raises
        ------
        NotAvailableError
            No browser is installed.
        """
        browser = await own_browser(bench)
        await browser.perform(Navigate(bench.site.publish("cards", large_pages.cards(_CARDS))))
        self._snapshot = await browser.snapshot()
        await self.sample(bench)

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once.

        Raises
        ------
        BenchError
            A card or a value is missing.
        """
        schema = _schema(large_pages.CARD_COLUMNS)
        began_s = time.perf_counter()
        found = await asyncio.to_thread(extract, [self._snapshot], schema, "List the lamps")
        took_ms = (time.perf_counter() - began_s) * 1000
        if len(found.records) != _CARDS or any(report.nulls for report in found.columns):
            raise BenchError(f"the cards were read wrongly: {len(found.records)} of {_CARDS}")
        return Sample(took_ms)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Name this process: extraction is a function."""
        return ["bench"], []
