"""Ends waits on a process as soon as the process is known to be gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class CutError(Exception):
    """The process that was waited on is gone."""


class Lifeline:
    """Cancels the waits on a process, such as a browser, as soon as the process is known to be gone.

    A stopped browser or driver never answers, and never says that it won't.
    """

    def __init__(self) -> None:
        self._held: set[asyncio.Timeout] = set()
        self._is_cut = False

    @property
    def is_cut(self) -> bool:
        """True if the process is gone."""
        return self._is_cut

    @contextlib.asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Run the block until the process is gone.

        Raises
        ------
        CutError
            It is gone, or goes meanwhile.
        """
        if self._is_cut:
            raise CutError
        scope = asyncio.timeout(None)
        try:
            async with scope:
                self._held.add(scope)
                yield
        except TimeoutError as error:
            if scope.expired():
                raise CutError from error
            raise
        finally:
            self._held.discard(scope)

    def cut(self) -> None:
        """Cancel every wait: the process is gone. Safe to call twice."""
        if self._is_cut:
            return
        self._is_cut = True
        now = asyncio.get_running_loop().time()
        for scope in self._held:
            scope.reschedule(now)
