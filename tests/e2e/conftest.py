"""Fixtures of the tests in a real JupyterLab: one server for all, a browser with a page for each module."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from typing import get_args

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from helpers.jupyterlab import READY_MS, VIEWPORT, App, LabPage, LabServer, find_browser
from helpers.jupyterlab import lab_server as run_lab_server
from webrun_nb.bench.harness.jupyter_server import SETTINGS

LAB_SETTINGS = {
    **SETTINGS,
    "@jupyterlab/completer-extension/manager": {"providerTimeout": READY_MS},  # after 1 s it would offer nothing
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--jupyter", choices=get_args(App), default="lab", help="the application to test in")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the outputs of the notebook's cells to the report of a test that failed."""
    report = yield
    lab = getattr(item, "funcargs", {}).get("lab")
    if report.when == "call" and report.failed and lab is not None:
        try:
            outputs = json.dumps(lab.outputs(), indent=1)
        except Error as error:  # the page is gone, or shows no notebook
            outputs = str(error)
        report.sections.append(("Outputs of the notebook's cells", outputs[-20_000:]))
    return report


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[LabServer]:
    """A running JupyterLab (`--jupyter=notebook`: Notebook 7) with empty folders."""
    app = pytestconfig.getoption("--jupyter", "lab")
    with run_lab_server(tmp_path_factory.mktemp("lab"), settings=LAB_SETTINGS, app=app) as server:
        yield server


@pytest.fixture(scope="module")
def lab_browser() -> Iterator[Browser]:
    """A browser for one module: Playwright's loop and pytest-asyncio's cannot share a thread for the whole session."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def shared_page(lab_server: LabServer, lab_browser: Browser) -> Iterator[LabPage]:
    """A page; the kernel of its notebook is shut down at the end."""
    with lab_browser.new_context(viewport=VIEWPORT) as context:
        page = LabPage(lab_server, context.new_page())
        yield page
        page.close_notebook()


@pytest.fixture
def lab(request: pytest.FixtureRequest, shared_page: LabPage) -> Iterator[LabPage]:
    """A page of JupyterLab. A module's tests share one page and one kernel, with an emulator in it, but no session.

    To load the page and to start kernel and emulator takes seconds. A test that speaks of the kernel's start, or
    changes it for good, gets a kernel and an emulator of its own with `@pytest.mark.own_kernel`.
    """
    shared_page.keeps_kernel = request.node.get_closest_marker("own_kernel") is None
    yield shared_page
    shared_page.clean_up()
