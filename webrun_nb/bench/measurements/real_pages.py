"""Measures how many records of real pages the local agent reads correctly."""

from __future__ import annotations

import importlib.util
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.answers import records_schema, structured_answer
from webrun_nb.bench.harness.context import BenchContext, Emulator
from webrun_nb.bench.results import BenchError, NotAvailableError, Sample, Target

Score = Callable[[list[dict[str, Any]], Mapping[str, Any]], Mapping[str, Any]]


class RealPages:
    """Each page's task as it is written beside it, one run-task each, the answer's schema being its columns as text.

    Scored by the pages' own `score_records.py`: a row counts only if every cell of it is right. A task that fails
    scores 0. There is no raw number: a script written by hand for each page would score 1.
    """

    name = "pages"
    measures = "real pages: mean row F1 of the local agent's records"
    unit = "F1"
    target = Target("ours", 0.55, at_least=True)
    rounds = 1

    _emulator: Emulator
    _score: Score
    _expected: list[dict[str, Any]]

    async def prepare(self, bench: BenchContext) -> None:
        """Load what is expected and how it is scored.

        Raises
        ------
        NotAvailableError
            There is no folder of pages.
        """
        if bench.pages is None:
            raise NotAvailableError("no folder of pages; say where it is with --pages")
        try:
            self._expected = json.loads((bench.pages / "expected.json").read_text(encoding="utf-8"))
            self._score = _scorer(bench.pages / "score_records.py")
        except OSError as error:
            raise NotAvailableError(f"{error.filename} is not there: {error.strerror}") from error
        self._emulator = await bench.emulator("context")

    async def sample(self, bench: BenchContext) -> Sample:
        """Do every page's task."""
        scores: dict[str, Any] = {}
        for page in self._expected:
            scores[page["file"]] = await self._page(bench, page)
        return Sample(statistics.fmean(each["row_f1"] for each in scores.values()), details=scores)

    async def _page(self, bench: BenchContext, page: Mapping[str, Any]) -> dict[str, Any]:
        began_s = time.perf_counter()
        answer = await self._emulator.finished(
            await self._emulator.post(
                "/start/run-task",
                {
                    "prompt": page["task"],
                    "startingUrl": bench.site.page_url(page["file"]),
                    "outputType": "structured_json",
                    "outputSchema": records_schema(page["columns"]),
                },
            )
        )
        took_s = round(time.perf_counter() - began_s, 2)
        try:
            records = structured_answer(answer)
        except BenchError as error:
            return {"row_f1": 0.0, "took_s": took_s, "error": str(error)}
        score = self._score(records, page)
        return {"row_f1": score["row_f1"], "cell_acc": score["cell_acc"], "rows": len(records), "took_s": took_s}

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes that did the work."""
        return processes.names(self._emulator.pid), []


def _scorer(path: Path) -> Score:
    spec = importlib.util.spec_from_file_location("score_records", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    score: Score = module.score
    return score
