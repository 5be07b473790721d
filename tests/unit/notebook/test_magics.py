"""Tests of the IPython extension in one or more shells: errors, and reloading."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers.fake_service import FakeService
from webrun_nb.client.client import Client
from webrun_nb.notebook.api import Toolkit, toolkit
from webrun_nb.notebook.jobs import Job

FAILS = "from webrun_nb.notebook.syntax.errors import CommandError\nraise CommandError('this is wrong')"


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    client = Client(
        "http://127.0.0.1:9", key="k", transport=httpx.MockTransport(FakeService()), listen=False, ledger=None
    )
    monkeypatch.setattr(Toolkit, "current", property(lambda _: client))
    monkeypatch.setattr(Toolkit, "clients", property(lambda _: [client]))
    monkeypatch.setattr(toolkit, "client", lambda: client)
    yield client
    client.close()


def loaded() -> InteractiveShell:
    shell = InteractiveShell()
    shell.run_cell("%load_ext webrun_nb")
    return shell


def shown(shell: InteractiveShell, capsys: pytest.CaptureFixture[str], cell: str = FAILS) -> str:
    capsys.readouterr()
    shell.run_cell(cell)
    return capsys.readouterr().out


def test_two_shells_show_errors_each_in_its_own_way(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = loaded(), loaded()
    two.run_cell("%config WebrunMagics.short_errors = False")
    assert shown(one, capsys) == "webrun: this is wrong\n"
    assert "Traceback (most recent call last)" in shown(two, capsys)
    assert shown(one, capsys) == "webrun: this is wrong\n"


def test_a_cell_that_runs_another_shells_cell_shows_its_own_error_in_its_own_way(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outer, inner = loaded(), loaded()
    inner.run_cell("%config WebrunMagics.short_errors = False")
    outer.user_ns["inner"] = inner
    text = shown(outer, capsys, f"inner.run_cell({FAILS!r})\n{FAILS}")
    assert text.count("Traceback (most recent call last)") == 1
    assert text.endswith("webrun: this is wrong\n")


def test_an_error_in_the_cell_that_loads_the_extension_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(InteractiveShell(), capsys, f"%load_ext webrun_nb\n{FAILS}") == "webrun: this is wrong\n"


AGAIN = ["%reload_ext webrun_nb", "%unload_ext webrun_nb\n%load_ext webrun_nb"]


@pytest.mark.parametrize("again", AGAIN)
def test_what_is_open_is_kept_when_the_extension_is_loaded_again(client: Client, again: str) -> None:
    shell = loaded()
    shell.run_cell("%webrun start shop")
    workspace = shell.magics_manager.registry["WebrunMagics"]._dispatcher._workspace
    job = Job("laptops", client.sessions["shop"].submit("look"), rows=5, quiet=False)
    workspace.add_job(job)
    shell.run_cell("%config WebrunMagics.max_cost = 2")
    shell.run_cell(again)
    magics = shell.magics_manager.registry["WebrunMagics"]
    assert magics._dispatcher._workspace is workspace
    assert workspace.current is client.sessions["shop"]
    assert workspace.jobs == {"laptops": job}
    assert magics.max_cost == 2
    assert shell.run_cell("%webrun pause").success
    shell.run_cell("%config WebrunMagics.max_cost = None")


@pytest.mark.parametrize("again", AGAIN)
def test_loading_again_adds_nothing_twice(again: str) -> None:
    shell = loaded()

    def added() -> list[int]:
        events = shell.events.callbacks["pre_execute"]
        return [len(each) for each in (shell.input_transformers_cleanup, events, shell.Completer.custom_matchers)]

    before = added()
    shell.run_cell(again)
    assert added() == before


def test_unloading_takes_the_magics_away_and_says_what_stays_open(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = loaded()
    client.start("shop")
    assert shown(shell, capsys, "%unload_ext webrun_nb") == (
        "1 session of this kernel still open: shop; %load_ext webrun_nb gives access to them again\n"
    )
    assert shell.find_line_magic("webrun") is None
    assert shell.find_cell_magic("webrun") is None
    assert not client.sessions["shop"].ended
    assert shell.Completer.custom_matchers == []


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize(
    ("names", "kept"),
    [((), "no session open"), (("a",), "session a kept open"), (("a", "b"), "sessions a, b kept open")],
)
def test_loading_again_says_in_one_line_what_it_did(
    client: Client, capsys: pytest.CaptureFixture[str], again: str, names: tuple[str, ...], kept: str
) -> None:
    shell = loaded()
    for name in names:
        client.start(name)
    assert shown(shell, capsys, again) == f"webrun_nb is loaded again: options and jobs kept, {kept}\n"
    assert shown(shell, capsys, "x = 1") == ""


def test_unloading_says_nothing_where_nothing_is_open(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(loaded(), capsys, "%unload_ext webrun_nb") == ""
