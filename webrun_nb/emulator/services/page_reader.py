"""Reads records from a page, without a task: from HTML that a caller brings, or from the page of a session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from webrun_nb.browsers.protocol import BrowserError, Browsers
from webrun_nb.common.codes import ErrorCode, TaskFailureCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.services.session_workers import SessionWorkers
from webrun_nb.extraction.snapshot import Snapshot

if TYPE_CHECKING:
    from webrun_nb.extraction.proposals import Overview
    from webrun_nb.extraction.results import Extraction

T = TypeVar("T")

READ_TIMEOUT_S = 60.0
"""Time limit for one page, with the wait for the pages before it, and for a session's first page to open."""
_LOOKS = 3
"""Looks at the page of a session that shows nothing yet: scripts may fill it a moment after it was loaded."""
_LOOK_AGAIN_AFTER_S = 0.7
_AT_ONCE = 2
"""Pages that are loaded or read at once: each takes a core."""


class PageReader:
    """Takes snapshots and gives them to the extraction engine.

    Parameters
    ----------
    browsers : Browsers
        Displays HTML.
    workers : SessionWorkers
        Finds the browsers of sessions.
    """

    def __init__(self, browsers: Browsers, workers: SessionWorkers) -> None:
        self._browsers = browsers
        self._workers = workers
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._reading: set[asyncio.Task[Any]] = set()

    async def read(
        self, page: str | Session, schema: Mapping[str, Any] | None, text: str = "", *, url: str = ""
    ) -> tuple[Snapshot, Extraction]:
        """Return the snapshot of a page and the records in it.

        Parameters
        ----------
        page : str or Session
            HTML, or the session whose page is read, with its secrets masked.
        schema : mapping or None
            The JSON Schema of what is wanted; None for the page's list with its own columns.
        text : str, optional
            The task in plain words.
        url : str, optional
            The URL of the HTML.

        Raises
        ------
        CommandRefusedError
            `INVALID_PARAMETER`: the schema asks for no records, or the HTML can't be loaded; `INVALID_STATE`: the
            session has no browser now; `INSTANCE_UNAVAILABLE`: there is none, or it does not answer, or the page was
            not read within `READ_TIMEOUT_S`.
        """
        read = partial(_extract, schema=schema, text=text)
        return await self._within_limit(page, url, read, lambda found: bool(found.records or found.questions))

    async def peek(self, page: str | Session, *, url: str = "") -> tuple[Snapshot, Overview]:
        """Return the snapshot of a page and all lists and records in it, each with the way to ask for it.

        Parameters
        ----------
        page, url : str or Session, str
            As in `read`.

        Raises
        ------
        CommandRefusedError
            As `read`.
        """
        return await self._within_limit(page, url, _overview, lambda seen: bool(seen.proposals))

    async def _within_limit(
        self, page: str | Session, url: str, use: Callable[[Snapshot], T], is_enough: Callable[[T], bool]
    ) -> tuple[Snapshot, T]:
        reading = asyncio.create_task(self._read(page, url, use, is_enough), name="read a page")
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)
        # What takes too long goes on, and keeps its place: a thread can't be ended.
        await asyncio.wait({reading}, timeout=READ_TIMEOUT_S)
        if reading.done():
            return reading.result()
        reading.add_done_callback(_retrieve)
        why = f"the page was not read within {READ_TIMEOUT_S:.0f} s"
        raise CommandRefusedError(ErrorCode.INSTANCE_UNAVAILABLE, why)

    async def _read(
        self, page: str | Session, url: str, use: Callable[[Snapshot], T], is_enough: Callable[[T], bool]
    ) -> tuple[Snapshot, T]:
        if not isinstance(page, Session):
            return await self._look(page, url, use)
        await self._first_page(page)
        for _ in range(_LOOKS - 1):
            seen, found = await self._look(page, url, use)
            if is_enough(found):
                return seen, found
            await asyncio.sleep(_LOOK_AGAIN_AFTER_S)
        return await self._look(page, url, use)

    async def _look(self, page: str | Session, url: str, use: Callable[[Snapshot], T]) -> tuple[Snapshot, T]:
        async with self._free:
            seen = await self._snapshot(page, url)
            return seen, await asyncio.to_thread(use, seen)

    async def _first_page(self, session: Session) -> None:
        """Wait until a session has opened the page that it was started at."""
        try:
            await self._workers.opened(session)
        except BrowserError as error:
            raise CommandRefusedError(ErrorCode.INVALID_STATE, error.message, status=session.status) from error

    async def _snapshot(self, page: str | Session, url: str) -> Snapshot:
        try:
            if isinstance(page, Session):
                return await self._workers.snapshot_of(page)
            return await self._browsers.snapshot_of_html(page, url=url)
        except BrowserError as error:
            if error.code == TaskFailureCode.NAVIGATION_FAILED:
                raise CommandRefusedError(ErrorCode.INVALID_PARAMETER, error.message, parameter="html") from error
            raise CommandRefusedError(ErrorCode.INSTANCE_UNAVAILABLE, error.message) from error


def _retrieve(reading: asyncio.Task[Any]) -> None:
    """Keep asyncio from reporting an error that no caller waits for any more."""
    if not reading.cancelled():
        reading.exception()


def _extract(seen: Snapshot, schema: Mapping[str, Any] | None, text: str) -> Extraction:
    # Imported on first use: an emulator starts without the tables of all locales.
    from webrun_nb.extraction.engine import extract
    from webrun_nb.extraction.schema import SchemaShapeError

    try:
        return extract([seen], schema, text)
    except SchemaShapeError as error:
        raise CommandRefusedError(ErrorCode.INVALID_PARAMETER, f"schema: {error}", parameter="schema") from None


def _overview(seen: Snapshot) -> Overview:
    from webrun_nb.extraction.proposals import overview

    return overview(seen)
