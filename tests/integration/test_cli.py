"""Tests of the command line with real Chromium; no process may be left afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from webrun_nb.browsers import discovery

Site = Any
"""conftest's; tests are no package, so it has no name to import."""

pytestmark = pytest.mark.skipif(
    not discovery.installed(), reason="no browser is installed; run: webrun-nb install-browser"
)

_ENDS_WITHIN_S = 250


class CommandLine:
    """A runner of `webrun-nb`; it recognises its processes by their data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.environment = {**os.environ, "WEBRUN_DATA_DIR": str(data_dir), "COLUMNS": "120"}

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "webrun_nb", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**self.environment, **environment},
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Return exit code, stdout and stderr."""
        with self.start(*arguments, **environment) as process:
            out, err = process.communicate(timeout=_ENDS_WITHIN_S)
        return process.returncode, out, err

    def left_running(self) -> list[psutil.Process]:
        """Return the processes that still run after ending ones have had time to end."""
        ours = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("WEBRUN_DATA_DIR") == self.environment["WEBRUN_DATA_DIR"]:
                    ours.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return psutil.wait_procs(ours, timeout=60)[1]


@pytest.fixture
def webrun_nb(tmp_path: Path) -> Iterator[CommandLine]:
    line = CommandLine(tmp_path / "data")
    yield line
    left = line.left_running()
    for process in left:
        process.kill()
    assert left == []


def one_line(err: str) -> str:
    assert err.count("\n") == 1, err
    return err


LAPTOPS = """<h1>Laptops</h1><table><thead><tr><th>Name</th><th>Price</th></tr></thead><tbody>
<tr><td>Aurora 13</td><td>$749.00</td></tr><tr><td>Borealis \x1b[2J</td><td>$1,299.00</td></tr></tbody></table>"""


def test_demo_shows_steps_table_cost_and_where_the_notebook_is_and_leaves_no_ledger(webrun_nb: CommandLine) -> None:
    code, out, err = webrun_nb.run("demo")
    assert (code, err) == (0, "")
    for said in ("open http://shop.localhost", "rows × 3", "in_stock", "you pay $0.00", "-m webrun_nb lab"):
        assert said in out
    assert not (Path(webrun_nb.environment["WEBRUN_DATA_DIR"]) / "ledger.sqlite3").exists()


def test_demo_works_on_any_page(webrun_nb: CommandLine, site: Site) -> None:
    """Control characters in the page's values do not reach the terminal."""
    url = site.page("/laptops", LAPTOPS)
    code, out, _ = webrun_nb.run("demo", "--url", url, "--schema", "name:str, price:float", "List the laptops")
    assert code == 0
    assert "2 rows × 2" in out
    assert "Borealis" in out
    assert "\x1b" not in out


def test_demo_without_a_schema_shows_the_answer_as_text(webrun_nb: CommandLine, site: Site) -> None:
    url = site.page("/laptops", LAPTOPS)
    code, out, _ = webrun_nb.run("demo", "--url", url, "List the laptops")
    assert code == 0
    assert "Aurora 13" in out


def test_a_task_that_fails_is_one_line_with_its_code(webrun_nb: CommandLine) -> None:
    code, _, err = webrun_nb.run("demo", "--url", "http://nobody.invalid/", "List the laptops")
    assert code == 1
    assert "NAVIGATION_FAILED" in one_line(err)


def test_a_question_is_shown_with_its_choices_and_what_to_do(webrun_nb: CommandLine, site: Site) -> None:
    url = site.page("/two", "<ul><li>Aurora 13 <button>Buy</button></li><li>Borealis 15 <button>Buy</button></li></ul>")
    code, _, err = webrun_nb.run("demo", "--url", url, 'Click the "Buy" button')
    assert code == 1
    for said in ("stopped to ask", "Choices: ", "Aurora 13", "Borealis 15", "run it again"):
        assert said in one_line(err)


def test_without_a_browser_demo_ends_in_one_line(webrun_nb: CommandLine) -> None:
    code, _, err = webrun_nb.run("demo", WEBRUN_BROWSER="/no/such/browser")
    assert code == 1
    assert "WEBRUN_BROWSER" in one_line(err)


def test_ctrl_c_ends_the_task_the_emulator_and_the_browsers(webrun_nb: CommandLine, site: Site) -> None:
    with webrun_nb.start("demo", "--url", site.silent("/never"), "List the laptops") as process:
        assert process.stdout is not None
        assert any(" open http" in line for line in process.stdout)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=_ENDS_WITHIN_S)
    assert process.returncode == 130
    assert "interrupted" in one_line(err)


def test_install_browser_is_content_with_the_one_that_is_there(webrun_nb: CommandLine) -> None:
    code, out, err = webrun_nb.run("install-browser")
    assert (code, err) == (0, "")
    assert out.startswith("A browser is ready: ")


def test_doctor_finds_what_is_here_and_never_shows_the_key(webrun_nb: CommandLine) -> None:
    code, out, err = webrun_nb.run("doctor", WEBRUN_API_KEY="wr_not-to-be-seen")
    assert (code, err) == (0, "")
    names = ("browser", "emulator", "API key")
    state = {name: line.split()[0] for line in out.splitlines() for name in names if f"  {name}  " in line}
    assert state == dict.fromkeys(names, "ok")
    assert "not-to-be-seen" not in out


def test_doctor_says_that_the_browser_is_missing(webrun_nb: CommandLine) -> None:
    code, out, _ = webrun_nb.run("doctor", WEBRUN_BROWSER="/no/such/browser")
    assert code == 1
    line = next(line for line in out.splitlines() if line.startswith("missing"))
    assert "browser" in line
    assert "webrun-nb install-browser" in line
