"""Restores the storage state of a checkpoint into the context of an empty page, and leaves the page empty.

Playwright can do that for a new context alone, by way of a page that it opens and closes; a page that is ready already
saves the opening of two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from webrun_nb.browsers.chromium.warm_pages import WarmPage

_RESTORE_JS = (files("webrun_nb.browsers.chromium") / "js" / "restore_storage.js").read_text(encoding="utf-8")


def is_json(storage_state: Mapping[str, Any]) -> bool:
    """Return whether a storage state consists of plain JSON.

    Other values (dates, bytes, …) have an encoding that only Playwright can read.
    """
    return not any("valueEncoded" in record or "keyEncoded" in record for record in _records(storage_state))


def _records(storage_state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for origin in storage_state.get("origins", []):
        for database in origin.get("indexedDB", []):
            for store in database["stores"]:
                yield from store["records"]


async def restore_storage(ready: WarmPage, storage_state: Mapping[str, Any]) -> None:
    """Restore a context's cookies, local storage and IndexedDB.

    Parameters
    ----------
    ready : WarmPage
        Its page opens each of the origins, without any request to the network, and is empty again at the end.
    storage_state : mapping
        Playwright's, all of it plain JSON.

    Raises
    ------
    playwright.async_api.Error
        The browser does not take it.
    """
    if cookies := storage_state.get("cookies"):
        await ready.context.add_cookies(cookies)
    origins = storage_state.get("origins")
    if not origins:
        return
    async with ready.guard.serving_blank_pages(ready.page):
        for origin in origins:
            await ready.page.goto(origin["origin"], wait_until="commit")
            await ready.page.evaluate(_RESTORE_JS, origin)
        await ready.page.goto("about:blank", wait_until="commit")
