"""`%%webrun task` with each of its options, in a real kernel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from notebook_kernel import Kernel, Ran, running_kernel

LAPTOPS = "List the laptops under $400, cheapest first."


@pytest.fixture(scope="module")
def kernel(tmp_path_factory) -> Iterator[Kernel]:
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data"))) as kernel:
        assert kernel.run("%load_ext webrun_nb").status == "ok"
        yield kernel


def task(kernel: Kernel, options: str, text: str = LAPTOPS) -> Ran:
    ran = kernel.run(f"%%webrun task --url practice:shop {options}\n{text}")
    assert ran.status == "ok", ran.errors
    return ran


def value(kernel: Kernel, expression: str) -> str:
    """Return what a cell with an expression shows."""
    (output,) = kernel.run(expression).outputs
    return str(output["data"]["text/plain"])


def tables(ran: Ran) -> list[str]:
    return [o["data"]["text/plain"] for o in ran.outputs if "dataframe" in o.get("data", {}).get("text/html", "")]


def test_a_schema_types_the_frame(kernel):
    task(kernel, '--schema "name:str, price:float, in_stock:bool, rating:float?" -o typed')
    assert value(kernel, "list(typed.dtypes.astype(str))") == "['string', 'Float64', 'boolean', 'Float64']"


def test_a_money_column_keeps_its_currency_beside_it(kernel):
    task(kernel, '--schema "name:str, price:money" -o priced')
    assert value(kernel, 'priced["price"].tolist()') == "[329.0, 399.99]"
    assert value(kernel, 'priced.attrs["webrun"]["currencies"]') == "{'price': 'USD'}"


def test_a_model_in_the_notebook_is_a_schema(kernel):
    kernel.run("import pydantic\nclass Laptop(pydantic.BaseModel):\n    name: str\n    price: float")
    task(kernel, '--schema "list[Laptop]" -o modelled')
    assert value(kernel, 'modelled["price"].tolist()') == "[329.0, 399.99]"


def test_a_json_schema_is_a_schema(kernel):
    schema = (
        '\'{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}}\''
    )
    task(kernel, f"--schema {schema} -o literal")
    assert value(kernel, 'literal["name"].tolist()') == "['Kestrin Scout 11', 'Ovexa Slate 12']"


def test_without_a_schema_the_frame_has_the_pages_own_columns_as_text(kernel):
    task(kernel, "-o own")
    assert value(kernel, "set(map(str, own.dtypes))") == "{'string'}"
    assert value(kernel, "len(own)") == "2"


def test_without_an_answer_to_bind_the_text_is_shown(kernel):
    (shown,) = [o for o in task(kernel, "").outputs if "text/markdown" in o.get("data", {})]
    assert "Kestrin Scout 11" in shown["data"]["text/markdown"]


def test_n_shows_so_many_and_says_so(kernel):
    ran = task(kernel, '--schema "name:str" -o rows -n 1', "List the laptops.")
    assert len(tables(ran)[0].splitlines()) == 2  # the header and one row
    assert "the first 1 of 16 rows shown" in ran.text
    assert value(kernel, "len(rows)") == "16"


@pytest.mark.parametrize("quiet", [("-q", ""), ("", ";")])
def test_quietly_only_the_summary_is_shown(kernel, quiet):
    option, ending = quiet
    ran = task(kernel, f'--schema "name:str" -o rows {option}', LAPTOPS + ending)
    assert tables(ran) == []
    assert "2 rows × 1" in ran.text


def test_a_dry_run_sends_nothing(kernel):
    before = value(kernel, "len(webrun.last.raw['taskId']), webrun.last.task_id")
    ran = task(kernel, '--schema "name:str" --timeout 90s --dry-run')
    assert '"maxDuration": 90000' in ran.text
    assert value(kernel, "len(webrun.last.raw['taskId']), webrun.last.task_id") == before


def test_braces_are_filled_from_the_notebook_unless_raw(kernel):
    kernel.run("limit = 400")
    filled = task(kernel, "--dry-run", "List the laptops under ${{ limit }}.")
    raw = task(kernel, "--raw --dry-run", "List the laptops under ${{ limit }}.")
    assert "under $400." in filled.text
    assert "under ${{ limit }}." in raw.text


def test_a_time_limit_is_the_tasks(kernel):
    ran = kernel.run("%%webrun task --url practice:shop --timeout 1s\nwait for 10 seconds")
    assert "TASK_TIMEOUT" in ran.one_line


def test_s_names_the_session_and_end_ends_it(kernel):
    kernel.run("%webrun start one")
    kernel.run("%webrun start two")
    task(kernel, "-s one --end")
    frame = "frame = %webrun status --all\nprint(dict(zip(frame['name'], frame['status'])))"
    shown = kernel.run(frame).text
    assert "'one': 'completed'" in shown
    assert "'two': 'active'" in shown
    kernel.run("%webrun terminate --all")


def test_run_all_twice_does_not_bill_two(kernel):
    kernel.run("%webrun start again")
    first = value(kernel, "webrun.start('again').session_id")
    kernel.run("%webrun start again")
    assert value(kernel, "webrun.start('again').session_id") == first
    kernel.run("%webrun terminate again")


def test_all_sessions_are_a_frame(kernel):
    kernel.run("frame = %webrun status --all")
    assert value(kernel, "{'name', 'status', 'cost_usd', 'idle_usd'} <= set(frame.columns)") == "True"


def test_asyncio_run_works_in_cells_and_so_do_tasks_after_it(kernel):
    kernel.run("%webrun asyncio on")
    ran = kernel.run(
        "import asyncio\n"
        "async def main():\n"
        "    async with await webrun.astart('nested') as session:\n"
        "        return (await session.atask('get the title', url='practice:shop')).text\n"
        "print(asyncio.run(main()))"
    )
    assert ran.status == "ok", ran.errors
    assert "Electronics" in ran.text
    assert task(kernel, "").status == "ok"
