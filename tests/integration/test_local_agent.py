"""Tests of the local agent on real pages in a browser: from plain English to rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import pytest

from helpers.agent_runner import work
from helpers.practice_server import serving
from webrun_nb.agents.base import (
    AgentError,
    Finish,
    Log,
    Observe,
    Perform,
    Performed,
    TakeSnapshot,
    TaskSpec,
    TokenUse,
)
from webrun_nb.agents.scripted import ScriptedAgent
from webrun_nb.browsers.actions import Click, GoBack, Navigate, Type
from webrun_nb.browsers.protocol import BrowserInstance
from webrun_nb.practice.shop import catalogue

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAPTOPS = [product for product in catalogue().products if product.category.slug == "laptops"]


def rows_of(*columns: str, kind: object = ("string", "null"), **typed: object) -> dict[str, Any]:
    kinds = {name: {"type": list(kind) if isinstance(kind, tuple) else kind} for name in columns}
    properties = {**kinds, **{name: {"type": value} for name, value in typed.items()}}
    item = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "array", "items": item}


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """Return the practice shop's address."""

    with serving() as server:
        yield server.url("shop")


# --- the practice shop ------------------------------------------------------------------------------------------------


async def test_the_headline_task_gives_the_catalogues_rows(instance: BrowserInstance, shop: str) -> None:
    schema = rows_of(name="string", price="number", in_stock="boolean")
    brief = TaskSpec("List the laptops under $900, cheapest first.", "structured_json", schema, shop)
    worked = await work(instance, brief)
    jsonschema_rs.validate(schema, worked.answer.data)
    cheap = sorted((p for p in LAPTOPS if p.price_usd < 900), key=lambda p: p.price_usd)
    assert worked.answer.data == [{"name": p.name, "price": float(p.price_usd), "in_stock": p.in_stock} for p in cheap]


async def test_each_value_says_where_it_came_from(instance: BrowserInstance, shop: str) -> None:
    brief = TaskSpec("List all laptops.", "structured_json", rows_of("name", "price"), shop)
    worked = await work(instance, brief)
    places = {(p.row, p.column) for p in worked.answer.provenance}
    assert places == {(row, column) for row in range(len(LAPTOPS)) for column in ("name", "price")}
    assert {urlsplit(p.url).query for p in worked.answer.provenance} == {"", "page=2"}


async def test_a_single_value_is_the_pages_and_not_a_choice_of_its_forms(instance: BrowserInstance, shop: str) -> None:
    """The page's sort box says "Price: low to high"."""
    laptop = min(LAPTOPS, key=lambda product: product.price_usd)
    worked = await work(instance, TaskSpec(f'search for "{laptop.name}", then get the price', starting_url=shop))
    assert worked.answer.text == f"${laptop.price_usd:.2f}"


async def test_the_top_of_a_list_is_its_own_rows_in_order(instance: BrowserInstance, shop: str) -> None:
    """No label of the page's filter form is among them, which has prices too."""
    rated = [p for p in catalogue().products if p.category.slug == "phones" and p.rating is not None]
    best = sorted(rated, key=lambda product: product.rating, reverse=True)[:3]
    brief = TaskSpec("list the top 3 phones by rating", "structured_json", rows_of("name", rating="number"), shop)
    worked = await work(instance, brief)
    assert [row["rating"] for row in worked.answer.data] == [float(product.rating) for product in best]


async def test_the_last_page_may_hold_one_row(instance: BrowserInstance, shop: str) -> None:
    brief = TaskSpec("search for camera, then list the products", "structured_json", rows_of("name"), shop)
    worked = await work(instance, brief)
    assert len(worked.answer.data) == 13


async def test_a_filter_by_a_column_that_was_not_asked_for(instance: BrowserInstance, shop: str) -> None:
    brief = TaskSpec("list the laptops in stock", "structured_csv", ["name"], shop)
    worked = await work(instance, brief)
    assert worked.answer.data == [{"name": p.name} for p in LAPTOPS if p.in_stock]


async def test_a_condition_no_column_answers_to_is_asked_about(instance: BrowserInstance, shop: str) -> None:
    brief = TaskSpec("list the laptops with at least 16 fingers", "structured_json", rows_of("name"), shop)
    worked = await work(instance, brief, ["list the laptops over $2,000"])
    assert "with at least 16 fingers" in worked.asked[0].question
    assert worked.answer.data == [{"name": p.name} for p in LAPTOPS if p.price_usd > 2000]


async def test_a_column_that_must_be_there_and_is_not(instance: BrowserInstance, shop: str) -> None:
    brief = TaskSpec("list the laptops", "structured_json", rows_of("name", warranty="string"), shop)
    with pytest.raises(AgentError, match="warranty") as caught:
        await work(instance, brief)
    assert caught.value.code == "OUTPUT_SCHEMA_MISMATCH"


async def test_a_column_that_may_be_missing_is_null(instance: BrowserInstance, shop: str) -> None:
    brief = TaskSpec("list the top 2 laptops", "structured_json", rows_of("name", "warranty"), shop)
    worked = await work(instance, brief)
    assert [row["warranty"] for row in worked.answer.data] == [None, None]


async def test_a_short_question_gets_a_short_answer(instance: BrowserInstance, shop: str) -> None:
    worked = await work(instance, TaskSpec("What is the price of the Norvane Aurora 14?", starting_url=shop))
    assert worked.answer.text == "$749.00"


async def test_a_named_thing_gets_its_own_value(instance: BrowserInstance, shop: str) -> None:
    worked = await work(instance, TaskSpec("what is the price of the Umbrel One", starting_url=shop))
    assert worked.answer.text == "$599.00"


async def test_a_named_thing_that_is_not_there_gets_no_value(instance: BrowserInstance, shop: str) -> None:
    with pytest.raises(AgentError, match="Felix 13") as caught:
        await work(instance, TaskSpec("what is the price of the Felix 13", starting_url=shop))
    assert caught.value.code == "ELEMENT_NOT_FOUND"


PETS = (
    "<title>Shelter</title><h1>Pets for adoption</h1><div>"
    + "".join(
        f"<div class=pet><h2 class=name>{name}</h2><p class=species>{kind}</p><p class=price>${price}</p></div>"
        for name, kind, price in [("Rex", "Dog", 120), ("Tom", "Cat", 80), ("Polly", "Parrot", 60), ("Mia", "Cat", 90)]
    )
    + "</div>"
)


async def test_several_named_things_are_a_table(instance: BrowserInstance, site: Any) -> None:
    worked = await work(instance, TaskSpec("What is the price of Rex and Tom?", starting_url=site.page("/pets", PETS)))
    assert "Rex | $120" in worked.answer.text
    assert "Tom | $80" in worked.answer.text


async def test_a_missing_pet_gets_no_value(instance: BrowserInstance, site: Any) -> None:
    with pytest.raises(AgentError, match="Felix"):
        await work(instance, TaskSpec("what is the price of Felix?", starting_url=site.page("/pets", PETS)))


@pytest.mark.parametrize(
    ("task", "names"), [("List the cats", ["Tom", "Mia"]), ("list the parrots under $100", ["Polly"])]
)
async def test_the_noun_picks_rows(instance: BrowserInstance, site: Any, task: str, names: list[str]) -> None:
    worked = await work(instance, TaskSpec(task, "structured_json", rows_of("name"), site.page("/pets", PETS)))
    assert [row["name"] for row in worked.answer.data] == names


async def test_one_record_is_not_stitched_of_heading_and_card(instance: BrowserInstance, site: Any) -> None:
    schema = rows_of("name", "species", "price")["items"]
    with pytest.raises(AgentError, match="4 rows"):
        await work(instance, TaskSpec("Get the pet", "structured_json", schema, site.page("/pets", PETS)))


async def test_a_product_page_is_one_record(instance: BrowserInstance, shop: str) -> None:
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "price": {"type": "string", "format": "money"},
            "sku": {"type": "string"},
        },
        "required": ["name", "price", "sku"],
    }
    brief = TaskSpec('open the Laptops page, click "Norvane Aurora 14"', "structured_json", schema, shop)
    worked = await work(instance, brief)
    assert worked.answer.data == {"name": "Norvane Aurora 14", "price": "749.00 USD", "sku": "LAP-1037"}


async def test_the_old_price_is_not_the_price(instance: BrowserInstance, shop: str) -> None:
    reduced = [p for p in LAPTOPS if p.old_price_usd is not None]
    brief = TaskSpec("list the laptops", "structured_json", rows_of("name", price="number"), shop)
    worked = await work(instance, brief)
    prices = {row["name"]: row["price"] for row in worked.answer.data}
    assert [prices[p.name] for p in reduced] == [float(p.price_usd) for p in reduced]


async def test_without_a_schema_there_is_a_table_to_read(instance: BrowserInstance, shop: str) -> None:
    brief = TaskSpec("Go to Price list, list the tablets by Norvane, most expensive first", starting_url=shop)
    worked = await work(instance, brief)
    lines = [line for line in worked.answer.text.splitlines() if line.startswith("|")]
    rows = list(csv.reader(lines[2:], delimiter="|"))
    assert [row[1].strip() for row in rows] == ["Norvane Page 10", "Norvane Page 8"]


# --- acting -----------------------------------------------------------------------------------------------------------

FORM = """<title>Form</title><form action="/sent"><label>Name <input name=n></label>
<input name=e placeholder="E-mail address"><select name=c aria-label=Country><option>France<option>Germany</select>
<label><input type=checkbox name=g> Gift wrap</label><button>Send it</button></form>"""
SHELF = """<title>Shelf</title><ul><li>Aurora 13 <button onclick="document.title='one'">Add to cart</button>
<li>Borealis 15 <button onclick="document.title='two'">Add to cart</button></ul>"""


async def test_a_form_is_filled_with_one_look_after_each_step(instance: BrowserInstance, site: Any) -> None:
    site.page("/sent", "<h1>Thanks</h1>")
    brief = TaskSpec(
        'Type "Ada" into Name, enter "a@b.example" in the e-mail address, select Germany from Country, '
        "tick Gift wrap and click Send it",
        starting_url=site.page("/form", FORM),
    )
    worked = await work(instance, brief)
    assert "/sent?n=Ada&e=a%40b.example&c=Germany&g=on" in site.asked
    assert sum(isinstance(step, Observe) for step in worked.steps) <= 6


async def test_an_element_beside_something_is_the_one(instance: BrowserInstance, site: Any) -> None:
    brief = TaskSpec('click "Add to cart" next to Borealis 15', starting_url=site.page("/shelf", SHELF))
    worked = await work(instance, brief)
    assert worked.asked == []
    assert (await instance.observe()).title == "two"


@pytest.mark.parametrize(("answer", "title"), [("1", "one"), ("Borealis", "two")])
async def test_two_elements_that_fit_are_asked_about(
    instance: BrowserInstance, site: Any, answer: str, title: str
) -> None:
    brief = TaskSpec("click Add to cart", starting_url=site.page("/shelf", SHELF))
    worked = await work(instance, brief, [answer])
    assert len(worked.asked[0].candidates) == 2
    assert (await instance.observe()).title == title


async def test_an_answer_that_does_not_help_is_asked_again(instance: BrowserInstance, site: Any) -> None:
    brief = TaskSpec("Frobnicate the shelf", starting_url=site.page("/shelf", SHELF))
    worked = await work(instance, brief, ["er, what?", 'click "Add to cart" next to Aurora 13'])
    assert len(worked.asked) == 2
    assert "Frobnicate the shelf" in worked.asked[0].question
    assert (await instance.observe()).title == "one"


async def test_an_element_that_is_not_there_names_what_is(instance: BrowserInstance, site: Any) -> None:
    brief = TaskSpec('click the "Send" button', starting_url=site.page("/shelf", SHELF))
    with pytest.raises(AgentError, match="Add to cart") as caught:
        await work(instance, brief)
    assert caught.value.code == "ELEMENT_NOT_FOUND"


async def test_only_actions_end_in_one_line(instance: BrowserInstance, site: Any) -> None:
    brief = TaskSpec('click "Add to cart" next to Aurora 13', starting_url=site.page("/shelf", SHELF))
    text = (await work(instance, brief)).answer.text
    assert "Aurora 13" in text
    assert "\n" not in text


async def test_a_small_task_takes_no_step_too_many(instance: BrowserInstance, site: Any) -> None:
    rows = "".join(f"<tr><td>n{i}<td>{i}</tr>" for i in range(10))
    site.page("/sent", f"<table><tr><th>Name<th>Size</tr>{rows}</table>")
    task = 'type "a" into Name, type "b" into E-mail address, click Send it, list name and size'
    brief = TaskSpec(task, "structured_json", rows_of("name", size="integer"), site.page("/form", FORM))
    worked = await work(instance, brief)
    assert [type(step) for step in worked.steps] == [
        Observe,
        Perform,
        Observe,  # was it taken? and the page to act on next
        Perform,
        Observe,
        Perform,
        Observe,
        TakeSnapshot,
        Log,
        Finish,
    ]
    assert [type(action) for action in worked.acts] == [Type, Type, Click]


# --- pages ------------------------------------------------------------------------------------------------------------


async def test_a_next_page_that_is_no_list_is_left_again(instance: BrowserInstance, site: Any) -> None:
    items = "".join(f"<li class=q><b class=name>n{i}</b> <i class=size>{i}</i>" for i in range(3))
    url = site.page("/list", f"<h1>Things</h1><ul>{items}</ul><a href=/none>Next</a>")
    brief = TaskSpec("list everything", "structured_json", rows_of("name", "size"), url)
    worked = await work(instance, brief)
    assert len(worked.answer.data) == 3
    assert isinstance(worked.acts[-1], GoBack)


async def test_a_column_whose_heading_has_capitals_inside_is_found(instance: BrowserInstance, site: Any) -> None:
    body = "<table><tr><th>Sample<th>pH<th>CO<sub>2</sub></tr><tr><td>a<td>6.5<td>410</tr><tr><td>b<td>7.1<td>412</tr>"
    brief = TaskSpec("List the samples", "structured_json", rows_of("sample", ph="number", co2="number"), "")
    brief = replace(brief, starting_url=site.page("/samples", f"{body}</table>"))
    assert (await work(instance, brief)).answer.data == [
        {"sample": "a", "ph": 6.5, "co2": 410},
        {"sample": "b", "ph": 7.1, "co2": 412},
    ]


async def test_what_is_hidden_is_not_read(instance: BrowserInstance, site: Any) -> None:
    body = "<table><tr><th>Name<th>Size</tr><tr><td>a<td>1</tr><tr hidden><td>b<td>2</tr></table>"
    brief = TaskSpec("list name, size", "structured_csv", ["name", "size"], site.page("/t", body))
    assert (await work(instance, brief)).answer.data == [{"name": "a", "size": "1"}]


SOUP = """<h1>Books</h1><div>
<div><div><a href=/b/1>Dune</a></div><div>$9.99</div><div>In stock</div></div>
<div><div><a href=/b/2>Emma</a></div><div>$4.50</div><div>Out of stock</div></div>
<div><div><a href=/b/3>Ulysses</a></div><div>$12.00</div><div>In stock</div></div></div>"""
NEWS = [("Rain", "2024-03-01"), ("Sun", "2024-03-05"), ("Snow", "2024-02-05")]
FLAT = "<h1>News</h1>" + "".join(
    f"<h3><a href=/{day}>{title}</a></h3><p>By Ann, <time datetime={day}>then</time></p><p>More of it.</p>"
    for title, day in NEWS
)
PAIRS = "".join(
    f"<tr class=athing><td>{i}.<td class=title><a href=/s/{i}>Story {i}</a></tr>"
    f"<tr><td><td class=subtext><span>{i * 10} points</span> by <a class=hnuser>user{i}</a></tr><tr class=spacer></tr>"
    for i in range(1, 9)
)
SECTIONS = """<h1>Menu</h1><h2>Starters</h2><ul><li><b class=dish>Soup</b> <i class=price>$5</i>
<li><b class=dish>Salad</b> <i class=price>$6</i></ul><h2>Desserts</h2><ul><li><b class=dish>Cake</b>
<i class=price>$7</i><li><b class=dish>Ice</b> <i class=price>$3</i></ul>"""
SPANNED = """<table><tr><th>Team<th>Player<th>Goals</tr><tr><td rowspan=2>Reds<td>Al<td>3</tr><tr><td>Bo<td>5</tr>
<tr><td>Blues<td>Cy<td>4</tr></table>"""
GROWING = """<h1>Rows</h1><ul id=u>
<li class=r><b class=n>row x0</b><li class=r><b class=n>row x1</b><li class=r><b class=n>row x2</b></ul>
<button onclick="
u.insertAdjacentHTML('beforeend', `<li class=r><b class=n>row x${u.children.length}</b>`);
if (u.children.length > 4) this.remove()">Load more</button>"""


@pytest.mark.parametrize(
    ("body", "task", "columns", "rows"),
    [
        pytest.param(
            SOUP,
            "list the books, cheapest first",
            {"title": "string", "price": "number", "in_stock": "boolean"},
            [("Emma", 4.5, False), ("Dune", 9.99, True), ("Ulysses", 12, True)],
            id="elements without classes",
        ),
        pytest.param(FLAT, "list the articles after March 2, 2024", {"title": "string"}, [("Sun",)], id="no wrappers"),
        pytest.param(
            f"<title>News</title><table>{PAIRS}</table>",
            "list the stories with at least 70 points",
            {"title": "string", "points": "integer", "by": "string"},
            [("Story 7", 70, "user7"), ("Story 8", 80, "user8")],
            id="records of two table rows",
        ),
        pytest.param(SECTIONS, "list the desserts", {"dish": "string"}, [("Cake",), ("Ice",)], id="under a heading"),
        pytest.param(
            SPANNED,
            "list the players with more than 3 goals",
            {"team": "string", "player": "string"},
            [("Reds", "Bo"), ("Blues", "Cy")],
            id="cells over several rows",
        ),
        pytest.param(
            GROWING, "list everything", {"name": "string"}, [(f"row x{n}",) for n in range(5)], id="load more"
        ),
    ],
)
async def test_lists_of_many_makes(
    instance: BrowserInstance, site: Any, body: str, task: str, columns: dict[str, str], rows: list[tuple[object, ...]]
) -> None:
    schema = rows_of(**{name: [kind, "null"] for name, kind in columns.items()})
    worked = await work(instance, TaskSpec(task, "structured_json", schema, site.page("/made", body)))
    assert [tuple(row[name] for name in columns) for row in worked.answer.data] == rows


async def test_a_hostile_page_can_be_looked_at_and_read(instance: BrowserInstance, site: Any) -> None:
    deep = "<div>" * 400 + "x" + "</div>" * 400
    script = "<script type='application/ld+json'>{broken</script>"
    lies = ("id", "children", "parentElement", "tagName", "closest", "querySelector", "getAttribute", "attributes")
    form = "<form class=x>" + "".join(f"<input name={name}>" for name in lies) + "</form>"
    title = "t" * 5000
    many = "".join(f"<li class='c{i}'><a href='javascript:alert({i})' title='{title}'>a{i}</a>" for i in range(3500))
    body = f"{script}{form}{deep}<ul>{many}</ul><table><tr><td colspan=99999>z</table>"
    await instance.perform(Navigate(site.page("/hostile", body)))
    seen, snapshot = await instance.observe(), await instance.snapshot()
    assert len(seen.elements) <= 3000
    assert max(len(element.name) for element in seen.elements) <= 200
    assert len(list(snapshot.root.find("li"))) == 3500
    assert snapshot.is_cut  # of the nested elements, the innermost are not read


async def test_the_tokens_grow_with_the_page(instance: BrowserInstance, site: Any) -> None:
    def page(rows: int) -> str:
        cells = "".join(f"<tr><td>name number {i}<td>{i}</tr>" for i in range(rows))
        return f"<table><tr><th>Name<th>Size</tr>{cells}</table>"

    small = await work(
        instance, TaskSpec("list name, size", "structured_csv", ["name", "size"], site.page("/s", page(5)))
    )
    large = await work(
        instance, TaskSpec("list name, size", "structured_csv", ["name", "size"], site.page("/l", page(500)))
    )
    assert large.tokens.prompt > 10 * small.tokens.prompt
    assert large.tokens.completion > 10 * small.tokens.completion


async def test_the_scripted_agent_takes_its_steps(instance: BrowserInstance) -> None:
    agent = ScriptedAgent([Log("hello"), Finish("done")])
    run = agent.run(TaskSpec("x"), TokenUse())
    assert await anext(run) == Log("hello")
    assert await run.asend(Performed()) == Finish("done")
    assert agent.replies == [Performed()]
    await run.aclose()


# --- real pages -------------------------------------------------------------------------------------------------------


def score(records: Sequence[dict[str, Any]], expected: dict[str, Any], folder: Path) -> float:
    """Return row F1 as computed by `score_records.py` beside the stored pages."""
    names: dict[str, Any] = {"__file__": str(folder / "score_records.py"), "__name__": "score_records"}
    exec((folder / "score_records.py").read_text(encoding="utf-8"), names)
    return float(names["score"](records, expected)["row_f1"])


async def test_shared_pages_score(instance: BrowserInstance, site: Any, shared_pages: Path) -> None:
    scores = {}
    for expected in json.loads((shared_pages / "expected.json").read_text(encoding="utf-8")):
        # Nothing of these pages is asked of the hosts they came from.
        alone = {"content-security-policy": "default-src 'self' 'unsafe-inline' data:"}
        url = site.page("/" + expected["file"], (shared_pages / expected["file"]).read_bytes(), headers=alone)
        brief = TaskSpec(expected["task"], "structured_json", rows_of(*expected["columns"]), url)
        worked = await work(instance, brief)
        scores[expected["file"]] = score(worked.answer.data, expected, shared_pages)
    assert sum(scores.values()) / len(scores) >= 0.99, scores


# --- where there is nothing to read -----------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["list the laptops", 'click "Laptops"', "check out", "search for usb cable"])
async def test_without_a_page_it_is_said_at_once(instance: BrowserInstance, task: str) -> None:
    """The failure comes before any wait or question."""
    with pytest.raises(AgentError, match="No page is open: give its address as startingUrl") as caught:
        await work(instance, TaskSpec(task))
    assert caught.value.code == "NAVIGATION_FAILED"


async def test_a_task_that_says_where_to_go_needs_no_page(instance: BrowserInstance, shop: str) -> None:
    worked = await work(instance, TaskSpec(f"go to {shop}, then get the title"))
    assert worked.answer.text


@pytest.mark.parametrize(
    "task", ["get the title", 'click "Laptops", then get the title', "how many laptops are there?"]
)
async def test_an_error_page_is_neither_read_nor_used(instance: BrowserInstance, shop: str, task: str) -> None:
    with pytest.raises(AgentError, match=r"nowhere answered HTTP 404 \(Not Found\): nothing was (read|done)") as caught:
        await work(instance, TaskSpec(task, starting_url=f"{shop}nowhere"))
    assert caught.value.code == "NAVIGATION_FAILED"
    assert caught.value.details == {"status": 404, "url": f"{shop}nowhere"}


async def test_an_error_page_that_is_expected_is_used(instance: BrowserInstance, shop: str) -> None:
    brief = TaskSpec(
        'click "Laptops", then get the title', starting_url=f"{shop}nowhere", expect_status=frozenset({404})
    )
    assert "404" not in (await work(instance, brief)).answer.text


LOGIN = "<form><input name=email type=email><input name=password type=password><button>Log in</button></form>"


async def test_a_login_page_that_answers_401_can_be_used(instance: BrowserInstance, site: Any) -> None:
    """Both the page that asks to log in and the one after a refused login answer 401."""
    with pytest.raises(AgentError, match="nobody entered what") as caught:
        await work(instance, TaskSpec("log in", starting_url=site.page("/private", LOGIN, status=401)))
    assert caught.value.code == "AGENT_ERROR"


@pytest.mark.parametrize("subject", ["dishwashers", "washing machines"])
async def test_labels_of_a_filter_form_are_no_records(instance: BrowserInstance, shop: str, subject: str) -> None:
    brief = TaskSpec(f"Give me the {subject}", "structured_json", rows_of("name", "price"), shop)
    with pytest.raises(AgentError, match="the search for it lists none"):
        await work(instance, brief)
