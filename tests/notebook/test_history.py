"""Tests in a kernel of `%webrun history`, `code`, and their completion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from helpers.kernels import Kernel, running_kernel, value
from helpers.proxies import LocalProxy

OPTIONS = '--url practice:shop --schema "name:str, price:float" -o laptops'
TASK = f"%%webrun task {OPTIONS}\nList the laptops under ${{{{ limit }}}}."


@pytest.fixture(scope="module")
def kernel(tmp_path_factory) -> Iterator[Kernel]:
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data"))) as kernel:
        assert kernel.run("%load_ext webrun_nb\nlimit = 400").status == "ok"
        assert "no task was run" in kernel.run("%webrun code").one_line
        assert kernel.run("%webrun start shop").status == "ok"
        assert kernel.run(TASK).status == "ok"
        kernel.run("%%webrun task --url http://127.0.0.1:9/\nget the title")
        yield kernel


@pytest.fixture(scope="module")
def proxy() -> Iterator[Any]:
    running = LocalProxy("http", "ada", "hunter2")
    yield running
    running.die()


def test_history_has_the_tasks_newest_first_with_this_kernels_texts(kernel):
    kernel.run("past = %webrun history")
    assert value(kernel.run("past.outcome.tolist()")) == ["NAVIGATION_FAILED", "complete"]
    assert value(kernel.run("past.text.tolist()")) == ["get the title", "List the laptops under ${{ limit }}."]
    kernel.run("some = %webrun history shop -n 1")
    assert value(kernel.run("len(some), some.session.tolist(), bool(some.emulated.all())")) == (1, ["shop"], True)
    assert "did you mean shop?" in kernel.run("%webrun history shpo").one_line


def test_all_of_history_has_sites_and_what_was_wasted(kernel):
    ran = kernel.run("%webrun history --all")
    (shown,) = [out["data"]["text/html"] for out in ran.outputs if out["msg_type"] == "execute_result"]
    columns = ("run", "row", "site", "outcome", "cost_usd", "waste")
    assert [name for name in columns if f"<th>{name}</th>" not in shown] == []
    kernel.run("past = %webrun history --all")
    assert value(kernel.run("past[['site', 'waste']].fillna('').values.tolist()")) == [
        ["127.0.0.1:9", "failed"],
        ["practice:shop", ""],
    ]
    assert value(kernel.run("import webrun_nb as webrun; webrun.history(count=1).equals(past.whole.head(1))")) is True


def test_usage_sums_up_sites_and_names_what_was_wasted(kernel):
    ran = kernel.run("sites = %webrun usage --by site --plot")
    assert "wasted: ≈ $" in ran.text
    (picture,) = [out["data"]["image/png"] for out in ran.outputs if out["msg_type"] == "display_data"]
    assert picture.startswith("iVBOR")
    assert value(kernel.run("sites[['site', 'tasks', 'failed']].fillna('').sort_values('site').values.tolist()")) == [
        ["", 0, 0],
        ["127.0.0.1:9", 1, 1],
        ["practice:shop", 1, 0],
    ]
    assert value(kernel.run("webrun.usage('site').columns.equals(sites.columns), webrun.plot_usage().data[1:4]")) == (
        True,
        b"PNG",
    )
    assert "--by takes day, run, site, session, not 'week'" in kernel.run("%webrun usage --by week").one_line


@pytest.fixture(scope="module")
def later(kernel) -> Iterator[Kernel]:
    """Return a new kernel with a new emulator on the same data folder, where `past` is the history."""
    assert kernel.run("%webrun terminate --all").status == "ok"  # a result is there once its session has ended
    folder = value(kernel.run("import os; os.environ['WEBRUN_DATA_DIR']"))
    with running_kernel(WEBRUN_DATA_DIR=folder) as later:
        later.run("%load_ext webrun_nb\nimport webrun_nb as webrun\npast = %webrun history")
        yield later


def test_a_later_kernels_history_has_the_texts_as_they_were_sent(later):
    texts = value(later.run("past.sort_values('ended_at').text.tolist()[:2]"))
    assert texts == ["List the laptops under $400.", "get the title"]


def test_a_later_kernel_has_the_result(kernel, later):
    task_id = value(kernel.run("laptops.attrs['webrun']['task']"))
    later.run(f"again = webrun.result({task_id!r}); frame = again.df")
    assert value(later.run("again.instruction, list(frame.dtypes.astype(str))")) == (
        "List the laptops under $400.",
        ["string", "Float64"],
    )
    assert value(later.run("frame.values.tolist()")) == value(kernel.run("laptops.values.tolist()"))


def test_a_later_kernel_gets_the_error_of_a_task(later):
    ran = later.run("webrun.result(past[past.outcome == 'NAVIGATION_FAILED'].task_id.iloc[0])")
    assert ran.one_line.startswith("TaskFailedError NAVIGATION_FAILED: http://127.0.0.1:9/ ")


def test_a_result_that_is_not_there_is_one_line(later):
    assert "you have no task aaaaaaaaaaaa" in later.run("webrun.result('aaaaaaaaaaaa')").one_line


def test_the_code_of_a_task_does_the_same(kernel):
    ran = kernel.run("task_id = laptops.attrs['webrun']['task']\nwritten = %webrun code\nfirst = str(written)")
    assert ran.status == "ok", ran.errors
    get = "get_ipython().run_line_magic('webrun', 'code ' + task_id)"
    assert kernel.run(f"before, frame = laptops, {get}\nexec(frame)").status == "ok"
    assert value(kernel.run("laptops.equals(before), 'f\"List the laptops under ${limit}.\"' in frame")) == (True, True)
    assert value(kernel.run("'get the title' in first")) is True
    assert "this kernel ran no task or job 'nonesuch' · %webrun code " in kernel.run("%webrun code nonesuch").one_line


WRITTEN = "written = get_ipython().run_line_magic('webrun', 'code')"


def run_written(kernel: Kernel) -> str:
    """Run the code that `code` writes for the last task, compare the frames, and return it."""
    assert kernel.run(f"{WRITTEN}\nbefore = laptops\nexec(str(written))").status == "ok"
    assert value(kernel.run("laptops.equals(before), len(laptops) > 0")) == (True, True)
    return str(value(kernel.run("str(written)")))


def test_the_code_of_a_session_has_names_and_its_proxy_without_the_password(kernel, proxy):
    kernel.run('%webrun env create daily\n%webrun policy create careful --template "Research Only"')
    kernel.run("import os\nos.environ['PROXY_PASSWORD'] = 'hunter2'")
    start = f"%webrun start ruled --env daily --policy careful --proxy http://ada@127.0.0.1:{proxy.port}"
    assert kernel.run(start).status == "ok"
    assert kernel.run(TASK.replace("task", "task -s ruled", 1)).status == "ok"
    written = run_written(kernel)
    assert "webrun.environments.find('daily').id" in written
    assert "webrun.policies.find('careful').id" in written
    assert f"proxy='http://ada@127.0.0.1:{proxy.port}'" in written
    assert "hunter2" not in written
    assert kernel.run("%webrun terminate ruled").status == "ok"


def test_the_code_of_a_task_of_its_own_has_names(kernel):
    assert kernel.run("%webrun terminate --all").status == "ok"
    assert kernel.run('%webrun env create own\n%webrun policy create wary --template "Research Only"').status == "ok"
    assert kernel.run(TASK.replace("task", "task --env own --policy wary", 1)).status == "ok"
    written = run_written(kernel)
    assert "webrun.environments.find('own').id" in written
    assert "policies.find('wary')" in written
    assert kernel.run("%webrun start shop").status == "ok"


def test_the_code_goes_into_the_next_cell(kernel):
    kernel.client.execute("%webrun code", silent=False)
    payload = kernel.client.get_shell_msg(timeout=120)["content"]["payload"]
    assert payload[0]["source"] == "set_next_input"
    assert "webrun.run_task(" in payload[0]["text"]
    kernel.client.execute("text = %webrun code", silent=False)
    assert kernel.client.get_shell_msg(timeout=120)["content"]["payload"] == []
    assert "webrun.run_task(" in value(kernel.run("str(text)"))


def test_the_tab_key_completes_environments(kernel):
    assert kernel.run("%webrun env create work").status == "ok"
    kernel.client.complete("%webrun start --env w", 21)
    assert kernel.client.get_shell_msg(timeout=120)["content"]["matches"] == ["work"]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("%webrun hist", "history"),
        ("%%webrun task --sch", "--schema"),
        ("%webrun stop sh", "shop"),
        ("%%webrun ta", "task"),
    ],
)
def test_the_tab_key_completes_in_a_kernel(kernel, line, offered):
    kernel.client.complete(line, len(line))
    matches = kernel.client.get_shell_msg(timeout=120)["content"]["matches"]
    assert offered in matches
