"""Has the pages of a context send and report another `User-Agent` than the browser's own, for a while.

Two ways are needed. An extra header of the context is sent by every page from its first request on, popups too, but
scripts do not see it. The emulation of a page makes its documents, frames and dedicated workers report it
(`navigator.userAgent`), and leaves out the headers and values that name the browser otherwise (`Sec-CH-UA`,
`navigator.userAgentData`). Beyond both are shared workers, service workers and the script that loads the latter; and
the scripts of a popup's first document may run before its emulation begins.
"""

from __future__ import annotations

import asyncio
import contextlib

from playwright.async_api import BrowserContext, CDPSession, Error, Page

from webrun_nb.browsers.chromium.launcher import LOCALE


class UserAgentOverride:
    """The `User-Agent` that a context's pages send and report instead of the browser's own.

    Parameters
    ----------
    context : BrowserContext
    """

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._user_agent: str | None = None
        self._sessions: list[CDPSession] = []

    async def set(self, user_agent: str | None) -> None:
        """Use a `User-Agent` in all pages from now on; None: the browser's own.

        Raises
        ------
        playwright.async_api.Error
            The browser is gone.
        """
        if user_agent == self._user_agent:
            return
        self._user_agent = user_agent
        sessions, self._sessions = self._sessions, []
        await asyncio.gather(*map(_detach, sessions))
        await self._context.set_extra_http_headers({} if user_agent is None else {"User-Agent": user_agent})
        await asyncio.gather(*map(self.cover, self._context.pages))

    async def cover(self, page: Page) -> None:
        """Have a new page report the `User-Agent` as well, where there is one."""
        user_agent = self._user_agent
        if user_agent is None:
            return
        with contextlib.suppress(Error):  # the page has gone
            session = await self._context.new_cdp_session(page)
            if user_agent != self._user_agent:  # it was set again meanwhile
                await session.detach()
                return
            self._sessions.append(session)
            emulation = {"userAgent": user_agent, "acceptLanguage": LOCALE}
            await session.send("Emulation.setUserAgentOverride", emulation)


async def _detach(session: CDPSession) -> None:
    """End a page's emulation: it is that of its session."""
    with contextlib.suppress(Error):  # the page has gone
        await session.detach()
