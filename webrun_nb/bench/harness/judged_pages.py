"""Pages with their right answers, from a folder outside the repository, and the ways to read them.

The folder has three parts, each with the scorer that judges it: `cases` (small pages, one difficulty each), `pages`
(real lists) and `products` (a public benchmark of product pages).
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.results import NotAvailableError
from webrun_nb.client.client import Client
from webrun_nb.client.errors import WebRunError
from webrun_nb.notebook.display.result_frames import NotebookFrames

if TYPE_CHECKING:
    import pandas as pd

Through = Literal["task", "reader"]
"""A task as a user runs it, or the page reader alone, which follows no pages and scrolls nothing."""


def part_of(shared: Path | None, name: Literal["cases", "pages", "products"], *files: str) -> Path:
    """Return a part of the folder.

    Parameters
    ----------
    shared : Path or None
        The folder.
    name : {"cases", "pages", "products"}
        The part.
    *files : str
        Names of files that it must have.

    Raises
    ------
    NotAvailableError
        It is not there.
    """
    if shared is None:
        raise NotAvailableError("no folder of judged pages; say where it is with --shared")
    folder = shared / name
    for file in files:
        if not (folder / file).is_file():
            raise NotAvailableError(f"{folder / file} is not there")
    return folder


def scorer(path: Path) -> ModuleType:
    """Import a scorer by its path; it may import its neighbours."""
    neighbours = str(path.parent)
    sys.path.insert(0, neighbours)
    try:
        spec = importlib.util.spec_from_file_location(f"webrun_bench_{path.parent.name}_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(neighbours)
    return module


def load_json(path: Path) -> Any:
    """Return the content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Read:
    """The answer to one page: a frame, or the error."""

    frame: pd.DataFrame | None
    error: str = ""

    @property
    def records(self) -> list[dict[str, Any]]:
        """The rows; None in place of missing values."""
        if self.frame is None:
            return []
        rows = self.frame.astype(object).where(self.frame.notna(), None).to_dict("records")
        return [{str(name): value for name, value in row.items()} for row in rows]


class PageReading:
    """Reads pages with the toolkit's client, against an emulator of the bench.

    Parameters
    ----------
    client : Client
    through : {"task", "reader"}
    """

    def __init__(self, client: Client, through: Through) -> None:
        self._client = client
        self._through = through

    @classmethod
    async def start(cls, bench: BenchContext) -> PageReading:
        """Return the reading that the bench's measurements share.

        Raises
        ------
        BenchError
            The emulator does not start.
        """

        async def begin() -> PageReading:
            emulator = await bench.emulator("context", "--control")
            client = Client(emulator.url, key=emulator.key, frames=NotebookFrames(), ledger=None)
            bench.at_end(client.aclose)
            return cls(client, bench.through)

        return await bench.once("page reading", begin)

    async def served(self, text: str, url: str, schema: object) -> Read:
        """Read a page that is served, with its scripts."""
        try:
            if self._through == "task":
                return Read((await self._client.arun_task(text, url=url, schema=schema)).df)
            session = await self._client.astart("bench", url=url, new=True)
            try:
                return Read((await self._client.aextract(session, schema, text=text)).df)
            finally:
                await session.aterminate()
        except WebRunError as error:
            return Read(None, str(error))

    async def stored(self, text: str, html: str, url: str, schema: object, served_at: str) -> Read:
        """Read a page that is stored without its site: a task opens it where the bench serves it."""
        if self._through == "task":
            return await self.served(text, served_at, schema)
        try:
            return Read((await self._client.aextract(html, schema, text=text, url=url)).df)
        except WebRunError as error:
            return Read(None, str(error))


def product_html(products: Path, page_id: str) -> str:
    """Return the HTML of a page of the product benchmark."""
    return gzip.decompress((products / f"{page_id}.html.gz").read_bytes()).decode("utf-8", "replace")
