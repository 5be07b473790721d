"""Fixtures for tests in a real JupyterLab. The server is shared by all; each module has a browser, each test a page."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

if TYPE_CHECKING:
    from lab import LabPage, LabServer


def _load_lab() -> None:
    # --import-mode=importlib keeps this folder off sys.path: tests of the same name can live in several folders.
    spec = importlib.util.spec_from_file_location("lab", Path(__file__).with_name("lab.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["lab"] = module
    spec.loader.exec_module(module)


_load_lab()


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A running JupyterLab with clean folders."""
    import lab

    with lab.lab_server(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="module")
def lab_browser() -> Iterator[Browser]:
    """A browser. Not for the whole session: Playwright's loop and pytest-asyncio's can't share a thread."""
    import lab

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=lab.find_browser())
        yield browser
        browser.close()


@pytest.fixture
def lab(lab_server: LabServer, lab_browser: Browser) -> Iterator[LabPage]:
    """A page of JupyterLab; its notebook's kernel is shut down at the end."""
    from lab import LabPage

    context = lab_browser.new_context(viewport={"width": 1200, "height": 900})
    page = LabPage(lab_server, context.new_page())
    yield page
    page.close_notebook()
    context.close()
