"""Measures how many of the real judged lists are read exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.judged_pages import PageReading, load_json, part_of, scorer
from webrun_nb.bench.results import Sample, Target


class ListsExact:
    """The share of the real pages whose records are exactly right, each cell as text, by the pages' own scorer."""

    name = "lists-exact"
    measures = "real judged lists: share that is exactly right"
    unit = "of 1"
    target = Target("ours", 1.0, at_least=True)
    rounds = 1

    async def prepare(self, bench: BenchContext) -> None:
        """Find the pages.

        Raises
        ------
        NotAvailableError
            They are not there.
        """
        self._folder = part_of(bench.shared, "pages", "expected.json", "score_records.py")
        self._reading = await PageReading.start(bench)

    async def sample(self, bench: BenchContext) -> Sample:
        """Read all pages."""
        score = scorer(self._folder / "score_records.py").score
        scores: dict[str, Any] = {}
        for page in load_json(self._folder / "expected.json"):
            schema = ", ".join(f"{name}:str?" for name in page["columns"])
            html = (self._folder / page["file"]).read_text(encoding="utf-8", errors="replace")
            served_at = bench.site.page_url(page["file"])
            read = await self._reading.stored(page["task"], html, served_at, schema, served_at)
            scores[page["file"]] = {**score(read.records, page), "rows": len(read.records), "error": read.error}
        return Sample(sum(each["exact"] for each in scores.values()) / max(1, len(scores)), details=scores)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return no names: nothing of a process is counted."""
        return [], []
