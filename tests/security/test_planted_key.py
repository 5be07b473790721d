"""Tests that an emulator's key is not shown, stored or logged anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from helpers.kernels import Kernel, running_kernel
from helpers.processes import family

KEY = "wr_planted-7f3a9c1e5b"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def emulator(start_emulator_program, data_dir):
    running = start_emulator_program("--data-dir", str(data_dir), "--control", key=KEY)
    yield running
    running.end()


@pytest.fixture(scope="module")
def kernel(emulator, data_dir) -> Iterator[Kernel]:
    with running_kernel(WEBRUN_DATA_DIR=str(data_dir)) as kernel:
        kernel.run(f"import webrun_nb as webrun\nclient = webrun.Client({emulator.url!r}, key={KEY!r})")
        kernel.run("session = client.start()")
        yield kernel


def everything(kernel: Kernel, cell: str) -> str:
    """Return all outputs of a cell as one text."""
    ran = kernel.run(cell)
    return ran.text + "".join(str(output) for output in ran.outputs)


@pytest.mark.parametrize(
    "cell",
    [
        "client",
        "repr(client), str(client), repr(client.http), vars(session).keys()",
        "session",
        "session.snapshot",
        "session.task('list the laptops', url='practice:shop').body",
        "client.last",
        "session.task('list it', url='http://127.0.0.1:9/')",
        "session.task('click the Frobnicate button', url='practice:shop')",
        "%load_ext webrun_nb\n%config WebrunMagics.short_errors = False\nclient.start('x', url='ftp://x/')",
    ],
)
def test_it_is_in_no_output(kernel, cell):
    shown = everything(kernel, cell)
    assert shown
    assert KEY not in shown.replace(cell, "")


def test_it_is_in_no_command_line(emulator, kernel):
    assert not [process for process in family(emulator.process.pid) if KEY in " ".join(process.cmdline())]


def test_it_is_not_handed_to_the_browsers(emulator, kernel):
    """The driver does not get it either: code that escapes from a page must not find the key of the service."""
    holders = []
    for process in family(emulator.process.pid)[1:]:
        try:
            environment = process.environ()
        except (psutil.AccessDenied, psutil.ZombieProcess, psutil.NoSuchProcess):
            continue
        if KEY in environment.values():
            holders.append(process.name())
    assert holders == []


def test_it_is_in_no_file_of_the_data_folder(kernel, data_dir):
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert {"webrun.db", "emulator.log"} <= {path.name for path in files}  # the database is beside the logs
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
