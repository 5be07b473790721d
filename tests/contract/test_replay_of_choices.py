"""Contract tests of recordings of what a language model has chosen: they are replayed without a model."""

from __future__ import annotations

import json

import pytest

from helpers.login_site import LoginSite
from helpers.scripted_model import number_of
from helpers.scripts import run_script
from webrun_nb.bench.harness.model_server import Answer, model_server

ROW = {"type": "object", "properties": {"item": {"type": ["string", "null"]}, "price": {"type": ["number", "null"]}}}
TABLE = {"outputType": "structured_json", "outputSchema": {"type": "array", "items": ROW}}
RECORD = {"outputType": "structured_json", "outputSchema": ROW}
TEXT = "List the fruits under $3, cheapest first"
HEAD = "<h1>Shop</h1><h2>Fruits</h2><table><tr><th>Item</th><th>Price</th></tr>"
FIRST = f"{HEAD}<tr><td>Apple</td><td>$2.50</td></tr><tr><td>Mango</td><td>$4.00</td></tr></table><a href=/two>Next</a>"
SECOND = f"{HEAD}<tr><td>Pear</td><td>$1.20</td></tr></table>"
ROWS = [{"item": "Pear", "price": 1.2}, {"item": "Apple", "price": 2.5}]
CHANGED = """<title>Shop</title><main><table class=x><caption>Vegetables</caption><tr><th>Kind</th><th>Price</th>
<th>Item</th></tr><tr><td>lily</td><td>$1.00</td><td>Leek</td></tr></table><h2>Fruits</h2>
<table class=y id=k9><tr><th>Kind</th><th>Price</th>
<th>Item</th></tr><tr><td>stone</td><td>$4.00</td><td>Mango</td></tr><tr><td>pome</td><td>$2.75</td><td>Apple</td></tr>
</table><p>More</p><a class=z href=/two>Next</a></main>"""
SCROLLED = """<h2>Fruits</h2><div id=box style="height: 200px; overflow: auto"><ul id=all style="height: 1200px;
position: relative; margin: 0"></ul></div><script>
const draw = () => {
  const first = Math.floor(box.scrollTop / 30), rows = [];
  for (let i = first; i < Math.min(40, first + 8); i++)
    rows.push(`<li style="position: absolute; top: ${30 * i}px"><b>Fruit ${i + 1}</b> <span>$${i + 1}.00</span></li>`);
  all.innerHTML = rows.join("");
};
box.onscroll = draw;
draw();
</script>"""
PRODUCT = "<h1>Plum</h1><p class=p>$3.20</p><p class=s>In stock</p>"
WORDS = "The Plum costs $3.20. It is in stock."


@pytest.fixture(scope="module")
def site():
    site = LoginSite()
    yield site
    site.close()


@pytest.fixture(autouse=True)
def _pages(site):
    put_pages(site)


def put_pages(site):
    site.page("/one", FIRST)
    site.page("/two", SECOND)
    site.page("/scrolled", SCROLLED)
    site.page("/plum", PRODUCT)


@pytest.fixture(scope="module")
def served():
    with model_server() as server:
        yield server


@pytest.fixture(scope="module")
def by_model(emulator, site, served):
    """A function that has the scripted model do a task; returns the task's id."""

    def do(text, path, *answers, **fields):
        put_pages(site)
        served.say(*answers)
        task = {"prompt": text, "startingUrl": site.url(path), "emulator": options(served), **fields}
        _, body = emulator.post("/start/run-task", task)
        assert body["status"] == "complete", body
        return body["taskId"]

    return do


@pytest.fixture(scope="module")
def of_rows(by_model):
    return by_model(
        TEXT,
        "/one",
        Answer("extract", {"list": "L1", "columns": {"item": "Item", "price": "Price"}}),
        Answer("find", {"words": "Next"}),
        lambda told: Answer("click", {"element": number_of("'Next'", told)}),
        Answer("extract", {"list": "L1", "more": True}),
        Answer("finish", {"where": [{"column": "price", "is": "<", "value": 3}], "order_by": "price"}),
        **TABLE,
    )


@pytest.fixture(scope="module")
def of_words(by_model):
    return by_model(
        "What does the plum cost, and is it there?",
        "/plum",
        lambda told: Answer(
            "finish",
            {"answer": WORDS, "cites": [number_of(text, told) for text in ("# Plum", "$3.20", "In stock")]},
        ),
    )


@pytest.mark.parametrize(
    ("path", "rows_read"), [("/one", [2.5, 4.0, 1.2]), ("/scrolled", [float(number) for number in range(1, 41)])]
)
def test_a_whole_list_is_read_by_one_call_and_replayed(emulator, by_model, path, rows_read):
    columns = {"item": "Item", "price": "Price"} if path == "/one" else {"item": "name", "price": "price"}
    call = Answer("extract", {"list": "L1", "columns": columns, "all_pages": True})
    body = replayed(emulator, by_model("List all fruits", path, call, Answer("finish"), **TABLE), **TABLE)
    assert [row["price"] for row in rows(body)] == rows_read


def options(served):
    return {"agent": "llm", "model": "openai:some-model", "modelUrl": served.url, "modelKey": "sk-replay-1"}


def replayed(emulator, task_id, **fields):
    return emulator.post("/start/run-task", {"emulator": {"replay": task_id}, **fields})[1]


def rows(body):
    assert body["status"] == "complete", body
    return json.loads(body["data"]["message"])


def test_a_list_is_recorded_by_its_title_and_columns_and_the_rows_by_their_conditions(emulator, of_rows):
    steps = emulator.get(f"/_emulator/tasks/{of_rows}/recording")[1]["recording"]["steps"]
    assert [next(key for key in step if key not in ("because", "looks")) for step in steps] == [
        "action", "list", "action", "list", "rows",
    ]  # fmt: skip
    assert (steps[1]["list"]["kind"], steps[1]["list"]["title"]) == ("table", "Fruits")
    assert steps[1]["list"]["columns"]["price"] == {"name": "Price", "mark": ["label", "Price"]}
    assert steps[3]["list"]["adds"] is True
    assert steps[4]["rows"]["where"] == [{"column": "price", "sign": "<", "value": 3}]


def test_a_replay_reads_the_rows_that_are_there_now_without_a_model(emulator, site, served, of_rows):
    served.say()
    site.page("/two", SECOND.replace("$1.20", "$1.40"))
    body = replayed(emulator, of_rows, **TABLE)
    assert rows(body) == [{"item": "Pear", "price": 1.4}, ROWS[1]]
    assert (served.requests, body["usage"]["total_tokens"]) == ([], 0)
    proof = emulator.get(f"/_emulator/tasks/{body['taskId']}/provenance")[1]["provenance"]
    assert {each["text"] for each in proof} == {"Pear", "$1.40", "Apple", "$2.50"}
    assert rows(replayed(emulator, body["taskId"], **TABLE)) == rows(body)  # the recording of a replay


def test_other_classes_columns_and_tables_are_no_matter(emulator, site, of_rows):
    site.page("/one", CHANGED)
    body = replayed(emulator, of_rows, **TABLE)
    assert body["error"] == (
        "Step 4 of 5 (read table “Fruits”): This is not a further page of the same list: its columns are others."
    )
    site.page("/two", CHANGED.replace("Apple", "Fig").replace("<a", "<i"))
    assert rows(replayed(emulator, of_rows, **TABLE)) == [
        {"item": "Apple", "price": 2.75}, {"item": "Fig", "price": 2.75},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("Fruits", "Nuts", "the page has no table “Fruits”; its lists: table “Nuts”, record “Shop”"),
        (">Price<", ">Cost<", "table “Fruits” has no column “Price”; its columns: Item, Cost"),
        ("</table>", f"</table>{HEAD}<tr><td>Fig</td><td>$1</td></tr></table>",
         "the page has 2 of table “Fruits”, there were 1, and nothing tells which"),
    ],
)  # fmt: skip
def test_a_list_that_is_not_meant_for_sure_fails_the_step(emulator, site, of_rows, before, after, says):
    site.page("/one", FIRST.replace(before, after))
    body = replayed(emulator, of_rows, **TABLE)
    assert (body["status"], body["code"]) == ("failed", "ELEMENT_NOT_FOUND")
    assert body["error"] == f"Step 2 of 5 (read table “Fruits”): {says}."
    assert (body["details"]["step"], body["details"]["steps"]) == (2, 5)


def test_words_hold_as_long_as_all_that_they_cite_says_the_same(emulator, site, of_words):
    site.page("/plum", f"<div class=n><p>New</p></div><main>{PRODUCT}</main>")
    body = replayed(emulator, of_words)
    assert (body["status"], body["data"]["message"]) == ("complete", WORDS)
    site.page("/plum", PRODUCT.replace("In stock", "Not in stock"))
    body = replayed(emulator, of_words)
    assert (body["status"], body["details"]["step"]) == ("failed", 4)
    assert "(cite paragraph “In stock”): the page has no paragraph “In stock”" in body["error"]


def test_a_model_mends_what_the_page_does_not_show_any_more_and_the_mended_recording_holds(
    emulator, site, served, of_words
):
    site.page("/plum", PRODUCT.replace("$3.20", "$2.90"))
    served.say(lambda told: Answer("finish", {"answer": "It costs $2.90.", "cites": [number_of("$2.90", told)]}))
    task = {"emulator": {"replay": of_words, "heal": True, **options(served)}}
    _, body = emulator.post("/start/run-task", task)
    assert (body["status"], body["data"]["message"]) == ("complete", "It costs $2.90."), body
    assert "What does the plum cost" in served.all_said
    served.say()
    again = replayed(emulator, body["taskId"])
    assert (again["status"], again["data"]["message"], served.requests) == ("complete", "It costs $2.90.", [])


def test_a_model_goes_on_where_only_links_were_followed_before(emulator, site, served, of_rows):
    site.page("/two", SECOND.replace("Fruits", "More fruits"))
    columns = {"item": "Item", "price": "Price"}
    served.say(Answer("extract", {"list": "L1", "columns": columns}), Answer("finish"))
    task = {"emulator": {"replay": of_rows, "heal": True, **options(served)}, **TABLE}
    assert rows(emulator.post("/start/run-task", task)[1]) == [ROWS[0]]


def test_single_elements_are_read_where_they_are_now(emulator, site, by_model):
    task_id = by_model(
        "Get the item and its price",
        "/plum",
        lambda told: Answer(
            "extract",
            {
                "list": "elements",
                "columns": {"item": str(number_of("# Plum", told)), "price": str(number_of("$3.20", told))},
            },
        ),
        Answer("finish"),
        **RECORD,
    )
    site.page("/plum", f"<div><i>Hello</i></div>{PRODUCT}")
    assert rows(replayed(emulator, task_id, **RECORD)) == {"item": "Plum", "price": 3.2}
    site.page("/plum", PRODUCT.replace("$3.20", "$3.90"))
    assert rows(replayed(emulator, task_id, **RECORD)) == {"item": "Plum", "price": 3.9}
    site.page("/plum", PRODUCT.replace("Plum", "Pear"))
    assert "(read item, price): the page has no heading “Plum”" in replayed(emulator, task_id, **RECORD)["error"]


def test_rows_that_were_chosen_one_by_one_hold_as_long_as_all_rows_are_the_same(emulator, site, by_model):
    extract = Answer("extract", {"list": "L1", "columns": {"item": "Item", "price": "Price"}})
    task_id = by_model("Which fruit is the best?", "/one", extract, Answer("finish", {"rows": [2]}), **TABLE)
    assert rows(replayed(emulator, task_id, **TABLE)) == [{"item": "Mango", "price": 4.0}]
    site.page("/one", FIRST.replace("$2.50", "$2.60"))
    assert replayed(emulator, task_id, **TABLE)["error"] == (
        "Step 3 of 3 (choose the rows): row 1 has other values than it had, and they were chosen one by one."
    )


def test_the_script_reads_the_same(emulator, of_rows, tmp_path):
    status, body = emulator.get(f"/_emulator/tasks/{of_rows}/script")
    assert status == 200, body
    assert json.loads(run_script(body["script"], tmp_path)) == ROWS
