"""Tests in a kernel of recordings and cassettes: `%webrun code --playwright`, `--replay`, `--heal`, `webrun.record`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.kernels import Kernel, running_kernel, value
from helpers.login_site import LoginSite

TEXT = "Click Show\nList the fruits: item, price"
SCHEMA = "--schema 'item:str, price:float'"
LIST = "<h1>Fruits</h1><table><tr><th>Item</th><th>Price</th></tr><tr><td>Pear</td><td>$1.20</td></tr></table>"
ROWS = [["Pear", 1.2]]


@pytest.fixture(scope="module")
def site() -> Iterator[LoginSite]:
    site = LoginSite()
    site.page("/fruits", "<h1>Shop</h1><a href=/list>Show</a>")
    site.page("/list", LIST)
    yield site
    site.close()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory, site) -> Iterator[Kernel]:
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data"))) as kernel:
        assert kernel.run("%load_ext webrun_nb").status == "ok"
        ran = kernel.run(f"%%webrun task --url {site.url('/fruits')} {SCHEMA} -o fruits\n{TEXT}")
        assert ran.status == "ok", ran.errors
        assert kernel.run("import webrun_nb as webrun; task_id = webrun.last.task_id").status == "ok"
        yield kernel


@pytest.fixture(scope="module")
def task_id(kernel) -> str:
    return str(value(kernel.run("task_id")))


@pytest.fixture(scope="module")
def file(kernel, task_id, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("recordings") / "fruits.json"
    ran = kernel.run(f"%webrun code {task_id} --recording {path}")
    assert ran.status == "ok", ran.errors
    assert f"%%webrun task --replay {path}" in ran.text
    return path


def replayed(kernel, replay, *options):
    return kernel.run(f"%%webrun task --replay {replay} {SCHEMA} -o again {' '.join(options)}\n{TEXT}")


def test_a_task_is_replayed_by_its_id_and_from_a_file(kernel, file):
    assert replayed(kernel, file).status == "ok"
    assert value(kernel.run("again.values.tolist()")) == ROWS
    empty = f"%%webrun task --replay {file} {SCHEMA} -o again"
    assert kernel.run(empty).status == "ok"
    assert value(kernel.run("again.values.tolist()")) == ROWS
    assert "the local agent would go on (--heal)" in kernel.run(f"{empty} --heal --dry-run").text
    call = "webrun.run_task('', replay=task_id, schema='item:str, price:float').df.values.tolist()"
    assert value(kernel.run(call)) == ROWS


def test_a_step_that_is_gone_is_named_and_mended_in_the_file(kernel, file, site):
    site.page("/fruits", "<h1>Shop</h1><a href=/list>Show all</a>")
    ran = replayed(kernel, file)
    assert "Step 2 of 3 (click link “Show”): the page has no link “Show”" in ran.one_line
    assert "· --heal lets an agent go on there; without --replay the task is done and recorded anew" in ran.one_line
    mended = replayed(kernel, file, "--heal")
    assert mended.status == "ok", mended.errors
    assert f"{file} has the mended steps now" in mended.text
    assert json.loads(file.read_text())["steps"][1]["element"]["name"] == "Show all"
    assert replayed(kernel, file).status == "ok"
    site.page("/fruits", "<h1>Shop</h1><a href=/list>Show</a>")


def test_a_map_replays_a_task_for_each_row(kernel, task_id, site):
    kernel.run(f"pages = ['{site.url('/fruits')}', '{site.url('/fruits?2')}']")
    ran = kernel.run(f"%%webrun map pages --replay {task_id} {SCHEMA} -o all_of_them\n{TEXT}")
    assert ran.status == "ok", ran.errors
    assert value(kernel.run("webrun.last.failures.astype(str).values.tolist()")) == []
    assert value(kernel.run("all_of_them[['item', 'price']].values.tolist()")) == ROWS * 2


def test_the_code_of_a_task_for_playwright_is_text(kernel, task_id):
    assert kernel.run(f"script = %webrun code {task_id} --playwright").status == "ok"
    assert "get_by_role('link', name='Show', exact=True)" in value(kernel.run("str(script)"))


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("%%webrun task --replay nowhere.json\nx", "there is no file nowhere.json"),
        ("%%webrun task --replay nope\nx", "nothing is recorded of task nope"),
        ("%%webrun task --heal\nx", "--heal needs --replay, the recording that it mends"),
        ("%%webrun task --replay {file} --agent local\nx", "--agent needs --heal: a replay alone has no agent"),
        (
            "%%webrun task --replay {file}\nList the prices",
            "leave out the text, to replay the recording, or --replay, to run the text · nothing was done",
        ),
        ("%webrun code nope --playwright", "nothing is recorded of task nope"),
        ("%webrun code --playwright --recording x.json", "--recording"),
        ("%webrun code {task} --recording /nowhere/x.json", "/nowhere/x.json can't be written"),
    ],
)
def test_bad_input_is_one_line(kernel, file, task_id, cell, says):
    assert says in kernel.run(cell.replace("{file}", str(file)).replace("{task}", task_id)).one_line


def test_a_cassette_ends_before_any_task_and_where_the_emulator_has_lost_it(kernel, tmp_path):
    path = tmp_path / "none.cassette"
    stopped = kernel.run(f"tape = webrun.record({str(path)!r})\ntape.stop(), repr(tape)")
    assert value(stopped) == (None, f"<cassette {path}, stopped>")
    assert stopped.text == f"no task was run, so {path} was not written\n"
    assert not path.exists()
    lose = "runtime.run(client.http.control('DELETE', f'cassettes/{client.cassette}'))"
    kernel.run("from webrun_nb.client._sync import runtime\nfrom webrun_nb.notebook.api import toolkit")
    kernel.run(f"tape = webrun.record({str(path)!r})\nclient = toolkit.client()\n{lose}")
    assert "the emulator does not have what was recorded" in kernel.run("tape.stop()").one_line
    assert value(kernel.run("tape.stop() is None"))


def test_a_cassette_is_recorded_then_played_and_shows_the_drift(kernel, site, tmp_path):
    path = tmp_path / "fruits.cassette"
    line = f"%%webrun task --url {site.url('/fruits')} {SCHEMA} -o taped\n{TEXT}"
    socket = site.url("/live").replace("http", "ws")
    site.page("/list", f"{LIST}<script>new WebSocket('{socket}')</script>")
    assert kernel.run(f"tape = webrun.record({str(path)!r})").status == "ok"
    assert kernel.run(line).status == "ok"
    stopped = kernel.run("tape.is_played, tape.stop() == tape.path, tape.stop()")
    assert value(stopped) == (False, True, None)
    assert stopped.text == f"{path} lacks 1 answer that pages asked for: 1 × WebSockets are not kept\n"
    site.page("/list", LIST.replace("$1.20", "$1.50"))
    assert kernel.run(f"tape = webrun.record({str(path)!r})").status == "ok"
    assert "another cassette is in use" in kernel.run(f"webrun.record({str(path)!r})").one_line
    assert kernel.run(line).status == "ok"
    assert value(kernel.run("tape.is_played, tape.stop(), taped.values.tolist()")) == (True, None, ROWS)
    assert "was not recorded again" in kernel.run("tape.drift()").one_line
    assert kernel.run(f"tape = webrun.record({str(path)!r}, again=True)").status == "ok"
    assert kernel.run(line).status == "ok"
    kernel.run("tape.stop(); drift = tape.drift()")
    assert value(kernel.run("drift[['change', 'price']].values.tolist()")) == [["added", 1.5], ["removed", 1.2]]
    site.page("/list", LIST)
    path.write_text("{}")
    assert "is no cassette: webrunCassette is missing" in kernel.run(f"webrun.record({str(path)!r})").one_line
