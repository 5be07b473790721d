"""Tests of the Tab key on lines of `%webrun`, in a kernel in which nothing was started."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.kernels import Kernel, running_kernel
from webrun_nb.client.policies import TEMPLATES
from webrun_nb.notebook.commands.registry import COMMANDS

OPTIONS = [option.flag for option in COMMANDS.find("task").options if option.flag.startswith("--")]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "planted-rows.csv").write_text("a\n1\n")
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data"))) as kernel:
        assert kernel.run(f"%cd -q {folder}\n%load_ext webrun_nb\n%reload_ext webrun_nb").status == "ok"
        yield kernel


def offered(kernel: Kernel, cell: str) -> tuple[list[str], str]:
    """Return the completions for the end of a cell's first line, and the replaced part of it."""
    end = len(cell.partition("\n")[0])
    kernel.client.complete(cell, end)
    content = kernel.client.get_shell_msg(timeout=120)["content"]
    return content["matches"], cell[content["cursor_start"] : content["cursor_end"]]


@pytest.mark.parametrize(
    ("cell", "matches", "replaced"),
    [
        ("%%webrun task --\nList the laptops.", OPTIONS, "--"),
        ("%%webrun task --sch", ["--schema"], "--sch"),
        ("%webrun hist", ["history"], "hist"),
        ("%%webrun task --url practice:sh", ["practice:shop"], "practice:sh"),
        ("%webrun policy create x --template ", [f'"{name}"' for name in TEMPLATES], ""),
        ('%webrun policy create x --template "Strict L', ['"Strict Lockdown"'], '"Strict L'),
        ("%webrun start --env ", [], ""),
        ("%webrun wait ", ["--for"], ""),
        ("%%webrun task -n ", [], ""),
    ],
)
def test_only_what_fits_the_place_is_offered(kernel: Kernel, cell: str, matches: list[str], replaced: str) -> None:
    found, fragment = offered(kernel, cell)
    assert found == matches
    if matches:
        assert fragment == replaced


def test_a_file_is_completed_by_ipython(kernel: Kernel) -> None:
    assert "planted-rows.csv" in offered(kernel, "%%webrun task --file planted-r")[0]


def test_completion_starts_nothing(kernel: Kernel) -> None:
    for cell in ("%webrun start --policy ", "%webrun start --env ", "%%webrun task --url "):
        offered(kernel, cell)
    ran = kernel.run("from webrun_nb.notebook.api import toolkit\nprint(toolkit.current, toolkit.emulator)")
    assert ran.text == "None None\n"
