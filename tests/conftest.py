"""Fixtures and hooks for all kinds of tests: an emulator in a process of its own, and the order of the tests."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from helpers.emulators import StartEmulator, emulators
from helpers.skips import fail_unless_accepted

# The tests start hundreds of Python processes: each module is compiled once, whatever the machine's setting is.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# How long an example takes says how busy the machine is.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")
# pytest --hypothesis-profile=soak tests/unit/emulator/domain/test_session.py: what is too long for every run
settings.register_profile("soak", max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))


AT_WORK = ("bench", "e2e", "notebook")
"""Folders whose tests keep a core busy. Other tests spend much of their time waiting; unit tests are short."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files: those that keep a core busy alternate with those that mostly wait, so that no core is idle.

    The unit tests come last: their files are short, so that all workers end at about the same time. Within a file,
    tests with a kernel of their own come first: the others share the one that is started after them.
    """
    folders = {item.path: item.path.relative_to(Path(__file__).parent).parts[0] for item in items}
    at_work = [path for path, folder in folders.items() if folder in AT_WORK]
    waiting = [path for path, folder in folders.items() if folder not in (*AT_WORK, "unit")]
    place = {path: (number + 0.5) / len(files) for files in (at_work, waiting) for number, path in enumerate(files)}
    items.sort(key=lambda item: (place.get(item.path, 1), item.get_closest_marker("own_kernel") is None))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many tests run at a time with `-n logical`: more than cores, since many wait for browsers."""
    return max(2, (3 * (os.cpu_count() or 1) + 1) // 2)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while the thousands of tests and their modules are loaded, nor later among them: they stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fail_unless_accepted(report)
    return report


@pytest.fixture(scope="module")
def start_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartEmulator]:
    """Start emulators with the options given; each is ended at the end of its file at the latest."""
    with emulators(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="module")
def start_emulator_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartEmulator]:
    """Start emulators as programs of their own, for what a fork would not show; see `emulators`."""
    with emulators(tmp_path_factory, as_program=True) as start:
        yield start


@pytest.fixture(scope="session")
def shared_pages() -> Path:
    """Return the folder of real pages beside the project, where it exists."""
    folder = Path(__file__).parents[2] / "shared" / "pages"
    if not folder.is_dir():
        pytest.skip("the folder of real pages (../shared/pages) is not here")
    return folder
