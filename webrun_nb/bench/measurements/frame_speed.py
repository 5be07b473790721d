"""Measures how soon an answer of many records is a DataFrame."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from webrun_nb.bench.harness import large_pages
from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.results import BenchError, Sample, Target
from webrun_nb.tables.frames import to_frame
from webrun_nb.tables.schema import resolve

if TYPE_CHECKING:
    import pandas as pd

_RECORDS, _RECORDS_IN_QUICK_RUNS = 100_000, 2_000
_DTYPES = {
    **dict.fromkeys(("number", "item", "city", "status"), "string"),
    "price": "Float64",
    "total": "Float64",
    "ordered": "datetime64[us]",
    "quantity": "Int64",
}


class FrameSpeed:
    """100,000 records of eight columns as a DataFrame; JSON is parsed before.

    Ours: `to_frame` with the schema, which checks each value and counts what is missing.

    Raw: `pandas.DataFrame(records)` with money and dates converted, and `astype` with the same dtypes.
    """

    name = "frame"
    measures = "100,000 records to a DataFrame (raw: pandas.DataFrame and astype)"
    unit = "ms"
    target = Target("ratio", 1.5)
    rounds = 5

    async def prepare(self, bench: BenchContext) -> None:
        """Make the records, and convert them once on each side."""
        self._records = large_pages.records(_RECORDS_IN_QUICK_RUNS if bench.quick else _RECORDS)
        self._schema = resolve(large_pages.TABLE_COLUMNS, {})
        await self.sample(bench)

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once.

        Raises
        ------
        BenchError
            The frames differ.
        """
        return await asyncio.to_thread(self._sample)

    def _sample(self) -> Sample:
        began_s = time.perf_counter()
        ours, _ = to_frame(self._records, self._schema, meta={})
        ours_s = time.perf_counter() - began_s
        began_s = time.perf_counter()
        raw = _with_pandas_alone(self._records)
        raw_s = time.perf_counter() - began_s
        if not ours.equals(raw):
            raise BenchError("the frames differ")
        return Sample(ours_s * 1000, raw_s * 1000)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Name this process, in which both run."""
        return ["bench"], ["bench"]


def _with_pandas_alone(records: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(records)
    for name in ("price", "total"):
        frame[name] = pd.to_numeric(frame[name].str.split(" ").str[0])
    frame["ordered"] = pd.to_datetime(frame["ordered"], format="%Y-%m-%d")
    return frame.astype(_DTYPES)
