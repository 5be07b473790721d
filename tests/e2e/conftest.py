"""Fixtures for tests in a real JupyterLab. The server is shared by all; each module has a browser, each test a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from playwright.sync_api import Browser, sync_playwright

from helpers.jupyterlab import App, LabPage, LabServer, find_browser
from helpers.jupyterlab import lab_server as run_lab_server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--jupyter", choices=get_args(App), default="lab", help="the application to test in")


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[LabServer]:
    """A running JupyterLab (`--jupyter=notebook`: Notebook 7) with clean folders."""
    with run_lab_server(tmp_path_factory.mktemp("lab"), app=pytestconfig.getoption("--jupyter", "lab")) as server:
        yield server


@pytest.fixture(scope="module")
def lab_browser() -> Iterator[Browser]:
    """A browser. Not for the whole session: Playwright's loop and pytest-asyncio's can't share a thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser())
        yield browser
        browser.close()


@pytest.fixture
def lab(lab_server: LabServer, lab_browser: Browser) -> Iterator[LabPage]:
    """A page of JupyterLab; its notebook's kernel is shut down at the end."""
    context = lab_browser.new_context(viewport={"width": 1200, "height": 900})
    page = LabPage(lab_server, context.new_page())
    yield page
    page.close_notebook()
    context.close()
