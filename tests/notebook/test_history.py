"""`%webrun history`, `code`, and the Tab key, in a real kernel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from notebook_kernel import Kernel, Ran, running_kernel

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


def value(ran: Ran) -> Any:
    assert ran.status == "ok", ran.errors
    (result,) = [output for output in ran.outputs if output["msg_type"] == "execute_result"]
    return eval(result["data"]["text/plain"], {})


def test_history_has_the_tasks_newest_first_with_this_kernels_texts(kernel):
    kernel.run("past = %webrun history")
    assert value(kernel.run("past.outcome.tolist()")) == ["NAVIGATION_FAILED", "complete"]
    assert value(kernel.run("past.text.tolist()")) == ["get the title", "List the laptops under ${{ limit }}."]
    kernel.run("some = %webrun history shop -n 1")
    assert value(kernel.run("len(some), some.session.tolist(), bool(some.emulated.all())")) == (1, ["shop"], True)
    assert "did you mean shop?" in kernel.run("%webrun history shpo").one_line


def test_history_without_its_kernel_has_no_texts(kernel, tmp_path):
    folder = value(kernel.run("import os; os.environ['WEBRUN_DATA_DIR']"))
    with running_kernel(WEBRUN_DATA_DIR=folder) as later:
        later.run("%load_ext webrun_nb\npast = %webrun history")
        assert value(later.run("len(past), bool(past.text.isna().all())")) == (2, True)


def test_the_code_of_a_task_does_the_same(kernel):
    ran = kernel.run("task_id = laptops.attrs['webrun']['task']\nwritten = %webrun code\nfirst = str(written)")
    assert ran.status == "ok", ran.errors
    get = "get_ipython().run_line_magic('webrun', 'code ' + task_id)"
    assert kernel.run(f"before, frame = laptops, {get}\nexec(frame)").status == "ok"
    assert value(kernel.run("laptops.equals(before), 'f\"List the laptops under ${limit}.\"' in frame")) == (True, True)
    assert value(kernel.run("'get the title' in first")) is True
    assert "this kernel ran no task 'nonesuch'" in kernel.run("%webrun code nonesuch").one_line


def test_the_code_goes_into_the_next_cell(kernel):
    kernel.client.execute("%webrun code", silent=False)
    payload = kernel.client.get_shell_msg(timeout=30)["content"]["payload"]
    assert payload[0]["source"] == "set_next_input"
    assert "webrun.start('shop'" in payload[0]["text"]


def test_the_tab_key_knows_the_environments(kernel):
    assert kernel.run("%webrun env create work").status == "ok"
    kernel.client.complete("%webrun start --env w", 21)
    assert kernel.client.get_shell_msg(timeout=30)["content"]["matches"] == ["work"]


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
    matches = kernel.client.get_shell_msg(timeout=30)["content"]["matches"]
    assert offered in matches
