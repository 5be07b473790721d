"""Checks of pages with axe-core, the rules of WCAG as a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def assert_accessible(page: Page, where: str = "", *, within: str | None = None, rules: Sequence[str] = ()) -> None:
    """Fail where a page violates a rule of axe-core.

    Parameters
    ----------
    page : Page
    where : str
        A name for the state of the page, for the message of a failure.
    within : str, optional
        Selector of the parts that are checked; by default the whole page.
    rules : sequence of str
        Ids of the rules that are checked; by default all.
    """
    options: dict[str, Any] = {"resultTypes": ["violations"]}  # of what passes, one example is enough
    if rules:
        options["runOnly"] = [*rules]
    is_loaded = page.evaluate("typeof axe !== 'undefined'")
    results = Axe("" if is_loaded else AXE_SCRIPT).run(page, within, options)
    assert results.response["passes"], f"axe checked nothing at {where or page.url}"
    assert results.violations_count == 0, f"{where or page.url}: {results.generate_report()}"
