"""Measures how the product pages of a public benchmark are read: F1 over the pages by attribute, and precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.judged_pages import PageReading, load_json, part_of, product_html, scorer
from webrun_nb.bench.results import Sample, Target

TEXT = "Extract the product's price, sku, availability and brand"
SCHEMA = "price:money?, sku:str?, availability:enum(InStock|OutOfStock)?, brand:str?"
_JUDGED = ("price", "sku", "availability")
_ALL = (*_JUDGED, "brand")


class _OfProducts:
    """The base of what is counted on the product pages. They are read once for all of it."""

    unit = "F1"
    rounds = 1

    _folder: Path
    _reading: PageReading

    async def prepare(self, bench: BenchContext) -> None:
        """Find the pages.

        Raises
        ------
        NotAvailableError
            They are not there.
        """
        self._folder = part_of(bench.shared, "products", "expected.json", "score.py")
        self._reading = await PageReading.start(bench)

    async def _scores(self, bench: BenchContext) -> dict[str, Any]:
        """Return F1, precision and recall by attribute, and the answers that are not right by page."""

        async def read_all() -> dict[str, Any]:
            expected = load_json(self._folder / "expected.json")
            answers = {page: await self._answer(bench, page, truth["url"]) for page, truth in expected.items()}
            f1 = scorer(self._folder / "score.py").f1
            scores = {
                name: dict(zip(("f1", "precision", "recall"), f1(expected, answers, name), strict=True))
                for name in _ALL
            }
            return {**scores, "not_right": _not_right(expected, answers)}

        return await bench.once("products", read_all)

    async def _answer(self, bench: BenchContext, page: str, url: str) -> dict[str, str]:
        """Read a page; the answer has the benchmark's form: an amount without its currency, and no nulls."""
        html = product_html(self._folder, page)
        read = await self._reading.stored(TEXT, html, url, SCHEMA, bench.site.product_url(page))
        record = read.records[0] if read.records else {}
        given = {name: record[name] for name in _ALL if record.get(name) is not None}
        return {name: str(value) for name, value in given.items()}

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return no names: nothing of a process is counted."""
        return [], []


class ProductPrice(_OfProducts):
    """The price, by the benchmark's own scorer."""

    name = "product-price"
    measures = "product pages: F1 of the price"
    target = Target("ours", 0.93, at_least=True)

    async def sample(self, bench: BenchContext) -> Sample:
        """Read the pages."""
        scores = await self._scores(bench)
        return Sample(scores["price"]["f1"], details=scores)


class ProductSku(_OfProducts):
    """The seller's number of the product."""

    name = "product-sku"
    measures = "product pages: F1 of the sku"
    target = Target("ours", 0.86, at_least=True)

    async def sample(self, bench: BenchContext) -> Sample:
        """Read the pages."""
        return Sample((await self._scores(bench))["sku"]["f1"])


class ProductAvailability(_OfProducts):
    """F1 of the availability; an answer that is always yes scores 0.91."""

    name = "product-availability"
    measures = "product pages: F1 of the availability"
    target = Target("ours", 0.96, at_least=True)

    async def sample(self, bench: BenchContext) -> Sample:
        """Read the pages."""
        return Sample((await self._scores(bench))["availability"]["f1"])


class ProductPrecision(_OfProducts):
    """The lowest precision of price, sku and availability: values that are right, of those that were returned."""

    name = "product-precision"
    measures = "product pages: lowest precision of price, sku, availability"
    unit = "of 1"
    target = Target("ours", 0.95, at_least=True)

    async def sample(self, bench: BenchContext) -> Sample:
        """Read the pages."""
        scores = await self._scores(bench)
        return Sample(min(scores[name]["precision"] for name in _JUDGED))


def _not_right(expected: Mapping[str, Any], answers: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for page, truth in expected.items():
        for name in _ALL:
            said, right = answers[page].get(name), truth.get(name, [])
            if said not in right and (said is not None or right) and not _same_amount(said, right):
                found.setdefault(page, {})[name] = {"said": said, "right": right}
    return found


def _same_amount(said: str | None, right: Sequence[str]) -> bool:
    try:
        return said is not None and float(said) in map(float, right)
    except ValueError:
        return False
