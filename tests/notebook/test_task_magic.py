"""Tests in a kernel of `%%webrun task` with each of its options."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.kernels import IMPORT_WAITING, Kernel, Ran, running_kernel

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


def test_a_record_within_a_record_becomes_columns_with_dotted_names(kernel):
    offer = "class Offer(pydantic.BaseModel):\n    price: float"
    kernel.run(f"import pydantic\n{offer}\nclass Offered(pydantic.BaseModel):\n    name: str\n    offer: Offer")
    task(kernel, '--schema "list[Offered]" --flat -o flat')
    assert value(kernel, 'flat["offer.price"].tolist()') == "[329.0, 399.99]"


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
    (shown,) = [o for o in task(kernel, "").outputs if "<table>" in o.get("data", {}).get("text/html", "")]
    assert set(shown["data"]) == {"text/html", "text/plain"}, "a front end would render markdown by its own rules"
    assert '<td style="text-align:left">Kestrin Scout 11</td>' in shown["data"]["text/html"]
    assert "| Kestrin Scout 11 |" in shown["data"]["text/plain"]


def test_a_template_in_the_url_needs_no_quotes(kernel):
    kernel.run('aisle = {"name": "laptops"}')
    ran = kernel.run(
        '%%webrun task --url practice:shop/category/{{ aisle["name"] }} --schema name:str -o named\n' + LAPTOPS
    )
    assert ran.status == "ok", ran.errors
    assert value(kernel, "named.name.tolist()") == "['Kestrin Scout 11', 'Ovexa Slate 12']"


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
    task(kernel, "-q")
    before = value(kernel, "len(webrun.last.body['taskId']), webrun.last.task_id")
    ran = task(kernel, '--schema "name:str" --timeout 90s --dry-run --json')
    assert '"maxDuration": 90000' in ran.text
    assert value(kernel, "len(webrun.last.body['taskId']), webrun.last.task_id") == before


def test_a_dry_run_says_what_would_be_done_first_and_shows_the_request_on_demand(kernel):
    plain = task(kernel, '--schema "name:str" --dry-run', "List the laptops with name and colour.").text
    assert plain.index("not sent") < plain.index("the local agent would") < plain.index("not used")
    assert 'not used: "colour" (the answer has no column of that name)' in plain
    assert "add --json to see the request" in plain
    assert '"prompt"' not in plain
    whole = task(kernel, "--dry-run --json", "List the laptops.").text
    assert whole.index("the local agent would") < whole.index('"prompt": "List the laptops."')
    alone = kernel.run("%%webrun task --json\nList the laptops.")
    assert "--json shows the request of a dry run" in alone.one_line


def test_a_dry_run_names_the_agent_that_the_task_would_go_to(kernel):
    model = "--model ollama:qwen3 --dry-run"
    assert "ollama:qwen3 would do it" in task(kernel, model, "List the laptops.").text
    assert "the local agent" not in task(kernel, f"--agent llm {model}", "List the laptops.").text
    both = task(kernel, f"--agent auto {model}", "List the laptops.").text
    assert both.index("the local agent would") < both.index("does not understand the text, ollama:qwen3 would do")
    kernel.run("%config WebrunMagics.model = 'ollama:qwen3'")
    assert "ollama:qwen3 would do it" in task(kernel, "--dry-run", "List the laptops.").text
    kernel.run("%config WebrunMagics.model = None")


def test_what_was_not_used_is_named_under_the_result(kernel):
    ran = task(kernel, '--schema "name:str" -o rows', "List the laptops for gaming.")
    lines = ran.text.splitlines()
    assert 'not used: "for gaming" (nothing on the page says which rows are "gaming")' in lines
    assert value(kernel, "[part.text for part in webrun.last.unused]") == "['for gaming']"
    assert "not used" not in task(kernel, '--schema "name:str"', "List the laptops.").text


def test_a_dry_run_says_how_the_text_is_understood(kernel):
    known = task(kernel, "--dry-run", "List the laptops under $900.").text
    assert 'the local agent would: 1. read "laptops", only under $900, over all its pages' in known
    unknown = task(kernel, "--dry-run", "Why the widgets?").text
    assert 'it would fail: I did not understand any of this: "Why the widgets?".' in unknown


def test_braces_are_filled_from_the_notebook_unless_raw(kernel):
    kernel.run("limit = 400")
    filled = task(kernel, "--dry-run --json", "List the laptops under ${{ limit }}.")
    raw = task(kernel, "--raw --dry-run --json", "List the laptops under ${{ limit }}.")
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


def test_the_last_result_has_all_that_the_grammar_promises(kernel):
    task(kernel, '--schema "name:str, price:float" -o last_frame')
    assert value(kernel, "last = webrun.last\nlast.df.equals(last_frame)") == "True"
    kinds = "[type(each).__name__ for each in (last.text, last.json, last.raw, last.body)]"
    assert value(kernel, kinds) == "['str', 'list', 'DataFrame', 'dict']"
    assert value(kernel, "len(last.files), len(last.network) > 0, last.usage.total_tokens > 0") == "(0, True, True)"
    assert value(kernel, "len(last.steps) > 0, len(last.provenance) > 0, last.completeness is not None") == (
        "(True, True, True)"
    )


def test_what_a_frame_says_of_itself_outlives_parquet(kernel, tmp_path):
    task(kernel, '--schema "name:str, price:float?, shelf:enum(a|b)?" -o kept')
    path = str(tmp_path / "kept.parquet")
    said = f"kept.to_parquet({path!r})\nimport pandas\npandas.read_parquet({path!r}).attrs == kept.attrs"
    assert value(kernel, said) == "True"
    assert value(kernel, "kept['shelf'].isna().all().item(), str(kept['price'].dtype)") == "(True, 'Float64')"


@pytest.mark.parametrize("schema", ["Sort", "as_dict", "sort.json"])
def test_one_record_by_a_dataclass_a_dict_or_a_file(kernel, schema):
    made = (
        "import dataclasses, json, pathlib\n@dataclasses.dataclass\nclass Sort:\n    title: str\n"
        "as_dict = {'type': 'object', 'properties': {'title': {'type': 'string'}}, 'required': ['title']}\n"
        "pathlib.Path('sort.json').write_text(json.dumps(as_dict))"
    )
    assert kernel.run(made).status == "ok"
    ran = kernel.run(f"%%webrun task --url practice:shop --schema {schema} -o one\nGet the title.")
    kernel.run("pathlib.Path('sort.json').unlink()")
    assert ran.status == "ok", ran.errors
    assert value(kernel, "one.shape, str(one['title'].dtype)") == "((1, 1), 'string')"


def test_an_interrupt_stops_the_task_and_says_what_keeping_the_session_costs(kernel):
    waits = (
        f"%webrun start held\n{IMPORT_WAITING}\nimport os, signal\n"
        "def interrupt(snapshot):\n"
        "    if 'wait' in str(snapshot.last_action).lower():\n"
        "        leave()\n        os.kill(os.getpid(), signal.SIGINT)\n"
        "held = webrun.start('held')\nleave = held.subscribe(interrupt)\n"
        "wait_until(lambda: held.monitor.listening)  # no event of the task is missed"
    )
    assert kernel.run(waits).status == "ok"
    line = kernel.run("%%webrun task -s held --url practice:shop\nGet the title. Wait for 60 seconds.").one_line
    assert "the task was stopped, session held is kept" in line
    assert "until it times out" in line
    assert value(kernel, "webrun.start('held').status().status") == "'active'"
    assert kernel.run("%webrun terminate held").status == "ok"


IN_A_FUNCTION = """
place, Laptop = "the notebook", int
def listed(place):
    class Laptop(pydantic.BaseModel):
        name: str
    get_ipython().run_cell_magic("webrun", "task --dry-run --json --schema list[Laptop]", "List what is in {{ place }}")
listed("this function")
"""


def test_a_magic_in_a_function_sees_the_functions_names(kernel):
    ran = kernel.run(f"import pydantic\n{IN_A_FUNCTION}")
    assert "List what is in this function" in ran.text
    assert '"name"' in ran.text


def test_an_error_page_is_an_error_in_one_line_that_says_how_to_read_it(kernel):
    ran = kernel.run("%%webrun task --url practice:shop/nowhere\nGet the title.")
    (line,) = ran.errors[0]["traceback"]
    assert line.startswith("TaskFailedError NAVIGATION_FAILED: http://shop.localhost:")
    assert "/nowhere answered HTTP 404 (Not Found): nothing was read from it · " in line
    assert 'to read such a page on purpose: --expect "status = 404"' in line


def test_an_expected_error_page_is_read(kernel):
    ran = kernel.run('%%webrun task --url practice:shop/nowhere --expect "status = 404"\nGet the title.')
    assert ran.status == "ok", ran.errors


def test_a_dry_run_shows_what_is_expected(kernel):
    shown = task(kernel, '--expect "status = 404" --dry-run --json').text
    assert "at least one page has to answer with: status = 404 (a status in --expect is for the emulator only)" in shown
    assert '"expectStatus": [\n      404\n    ]' in shown
