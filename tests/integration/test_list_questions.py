"""Tests of questions about lists: answered from all rows, or refused."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.agent_runner import work
from helpers.practice_server import serving
from webrun_nb.agents.base import AgentError, Log, TaskSpec
from webrun_nb.browsers.protocol import BrowserInstance
from webrun_nb.practice.shop import catalogue

pytestmark = pytest.mark.asyncio(loop_scope="module")

Site = Any
"""conftest's; tests are no package, so it has no name to import."""
LAPTOPS = [product for product in catalogue().products if product.category.slug == "laptops"]
ROWS = {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}}


def table(*rows: tuple[str, str], more: str = "") -> str:
    cells = "".join(f"<tr><td>{name}</td><td>{price}</td></tr>" for name, price in rows)
    return f"<h1>Lamps</h1><table><tr><th>Name</th><th>Price</th></tr>{cells}</table>{more}"


async def answer_to(instance: BrowserInstance, url: str, text: str) -> str:
    return (await work(instance, TaskSpec(text, starting_url=url))).answer.text


async def test_the_cheapest_is_that_of_all_pages_and_the_answer_says_so(instance: BrowserInstance) -> None:
    cheapest = min(LAPTOPS, key=lambda laptop: laptop.price_usd)
    with serving() as sites:
        shop = sites.url("shop")
        said = await answer_to(instance, shop, "What is the cheapest laptop?")
        assert said.startswith(f"1 of {len(LAPTOPS)} rows from 2 pages.")
        assert cheapest.name in said
        here = await answer_to(instance, sites.url("shop", "/category/laptops"), "How many laptops are on this page?")
        assert here == "12 laptops (on this page)"
        assert await answer_to(instance, shop, "How many laptops are there?") == f"{len(LAPTOPS)} laptops (on 2 pages)"
        stocked = sum(laptop.in_stock for laptop in LAPTOPS)
        in_stock = await answer_to(instance, shop, "How many laptops are in stock?")
        assert in_stock == f"{stocked} laptops (on 2 pages)"


async def test_ties_and_rows_without_a_value_are_mentioned(instance: BrowserInstance, site: Site) -> None:
    url = site.page("/ties", table(("Ada", "$9"), ("Bo", "$7"), ("Cy", "$7"), ("Di", "on request")))
    said = await answer_to(instance, url, "Which lamp is the cheapest?")
    assert said.startswith(
        "1 of 4 rows. 1 more has the same price as the last of these. 1 of 4 have no price to compare."
    )
    worked = await work(instance, TaskSpec("find the 2 cheapest lamps", "structured_json", ROWS, url))
    assert worked.answer.data == [{"name": "Bo"}, {"name": "Cy"}]
    assert [step.text for step in worked.steps if isinstance(step, Log)] == [
        "Reading the table under “Lamps”.",
        "1 of 4 have no price to compare.",
    ]


@pytest.mark.parametrize(
    ("prices", "sentence", "shown"),
    [
        (("$9", "€7"), "what is the cheapest lamp", "EUR and USD"),
        (("$9", "$7"), "list the lamps under 8 euros", "USD"),
        (("£9", "£7"), "list the lamps under $8", "GBP"),
    ],
)
async def test_amounts_are_never_compared_across_currencies(
    instance: BrowserInstance, site: Site, prices: tuple[str, str], sentence: str, shown: str
) -> None:
    url = site.page("/mixed", table(("Ada", prices[0]), ("Bo", prices[1])))
    with pytest.raises(AgentError) as caught:
        await answer_to(instance, url, sentence)
    assert f"the page's amounts are in {shown}, and nothing is converted." in caught.value.message


async def test_a_count_of_a_list_that_can_not_be_read_to_its_end_is_refused(
    instance: BrowserInstance, site: Site
) -> None:
    url = site.page("/first", table(("Ada", "$9"), ("Bo", "$7"), more='<a rel="next" href="/gone">Next</a>'))
    site.page("/gone", table(("Cy", "$1"), ("Di", "$2")), status=500)
    with pytest.raises(AgentError, match="2 on 1 page, but the list goes on"):
        await answer_to(instance, url, "how many lamps are there?")
    assert await answer_to(instance, url, "how many lamps are on this page?") == "2 lamps (on this page)"


async def test_nothing_is_counted_on_an_error_page(instance: BrowserInstance, site: Site) -> None:
    url = site.page("/missing", table(("Ada", "$9"), ("Bo", "$7")), status=404)
    with pytest.raises(AgentError, match=r"/missing answered HTTP 404 .*: nothing was read from it"):
        await answer_to(instance, url, "how many lamps are there?")


async def test_a_schema_and_a_sentence_that_only_acts_ask_for_the_page_as_it_is_then(
    instance: BrowserInstance, site: Site
) -> None:
    row = "<tr><td>Cy</td><td>$5</td></tr>"
    grown = f"<button onclick=\"document.querySelector('table').innerHTML += '{row}'\">Add</button>"
    url = site.page("/grows", table(("Ada", "$9"), ("Bo", "$7"), more=grown))
    worked = await work(instance, TaskSpec("click Add", "structured_json", ROWS, url))
    assert worked.answer.data == [{"name": "Ada"}, {"name": "Bo"}, {"name": "Cy"}]
    assert any("the schema does" in step.text for step in worked.steps if isinstance(step, Log))
    bare = site.page("/bare", "<button>More</button>")
    with pytest.raises(AgentError, match=r"no values for name on this page\. Done before: click More"):
        await work(instance, TaskSpec("click More", "structured_json", ROWS, bare))


async def test_a_click_with_no_columns_asked_for_has_no_rows(instance: BrowserInstance, site: Site) -> None:
    url = site.page("/click", table(("Ada", "$9"), ("Bo", "$7"), more="<button>More</button>"))
    anything = {"type": "array", "items": {"type": "object"}}
    [row] = (await work(instance, TaskSpec("click More", "structured_json", anything, url))).answer.data
    assert list(row) == ["answer"]
    assert row["answer"].startswith("Done: click More (no change of the page was seen).")


async def test_an_answer_that_says_what_is_meant_is_followed_alone(instance: BrowserInstance, site: Site) -> None:
    """The page's whole list does not take its place."""
    url = site.page("/asked", table(("Ada", "$9"), ("Bo", "$7")))
    brief = TaskSpec("frobnicate", "structured_json", ROWS, url)
    assert (await work(instance, brief, ["list the lamps under $8"])).answer.data == [{"name": "Bo"}]


@pytest.mark.parametrize(
    ("sentence", "words"), [("show the lamps with name Bo", "name Bo"), ("list fans and ovens", "fans")]
)
async def test_a_requested_column_that_does_not_exist_is_asked_about(
    instance: BrowserInstance, site: Site, sentence: str, words: str
) -> None:
    url = site.page("/wishes", table(("Ada", "$9"), ("Bo", "$7")))
    columns = {name: {"type": ["string", "null"]} for name in ("name", "price")}
    schema = {"type": "array", "items": {"type": "object", "properties": columns, "required": list(columns)}}
    worked = await work(instance, TaskSpec(sentence, "structured_json", schema, url), ["list the lamps under $8"])
    assert f'I found no "{words}" on this page' in worked.asked[0].question
    assert worked.answer.data == [{"name": "Bo", "price": "$7"}]


CARDS = "".join(
    f"<li class=card><b class=name>Lamp {number}</b> <i class=price>${number}</i></li>" for number in range(2100)
)


async def test_a_list_of_more_than_2000_cards_is_read_whole(instance: BrowserInstance, site: Site) -> None:
    url = site.page("/long", f"<h1>Lamps</h1><ul>{CARDS}</ul>")
    assert await answer_to(instance, url, "how many lamps are there?") == "2100 lamps"


async def test_a_table_of_more_than_5000_rows_is_read_whole(instance: BrowserInstance, site: Site) -> None:
    url = site.page("/table", table(*((f"Lamp {number}", f"${number}") for number in range(6000))))
    assert await answer_to(instance, url, "how many lamps are there?") == "6000 lamps"


# --- several tables of one page ---------------------------------------------------------------------------------------


def headed(head: str, **tables: list[str]) -> str:
    """Return HTML of sections, each with a heading and a table; columns are separated by |."""

    def line(cells: str, tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells.split('|'))}</tr>"

    parts = (
        f"<section><h2>{title.replace('_', ' ')}</h2><div><table>{line(head, 'th')}"
        f"{''.join(line(row, 'td') for row in rows)}</table></div></section>"
        for title, rows in tables.items()
    )
    return f"<title>Log</title><h1>River log</h1>{''.join(parts)}"


async def test_tables_of_the_same_columns_are_one_list_over_all_pages(instance: BrowserInstance, site: Site) -> None:
    more = '<a rel="next" href="/log2">Next</a>'
    url = site.page("/log", headed("Sample|pH", Day_1=["A1|7.1", "A2|6.8"], Day_2=["B1|6.2"]) + more)
    site.page("/log2", headed("Sample|pH", Day_3=["C1|5.9", "C2|7.3"], Day_4=["D1|8.0"]))
    assert (await answer_to(instance, url, "how many samples are there?")).startswith("6 samples")
    assert "| C1 | 5.9 |" in await answer_to(instance, url, "which sample has the lowest pH?")
    assert "(6 rows" in await answer_to(instance, url, "what is the average pH?")
    worked = await work(instance, TaskSpec("list the samples on day 4", "structured_json", None, url))
    assert (worked.answer.data, worked.answer.unused) == ([{"Sample": "D1", "pH": "8.0"}], ())
    worked = await work(instance, TaskSpec("list the samples on day 7", "structured_json", None, url))
    assert len(worked.answer.data) == 6
    assert [part.text for part in worked.answer.unused] == ["on day 7"]


async def test_rows_under_the_heading_that_is_named(instance: BrowserInstance, site: Site) -> None:
    url = site.page("/depots", headed("Item|Price", Paris=["Bolt|$2", "Nut|$1"], Lyon=["Bolt|$3", "Gear|$8"]))
    worked = await work(instance, TaskSpec("list the items in Paris", starting_url=url))
    assert worked.answer.text.startswith("2 of 4 items.")
    assert "| Nut | $1 |" in worked.answer.text
    assert worked.asked == []


async def test_an_answer_of_one_of_several_lists_says_so(instance: BrowserInstance, site: Site) -> None:
    teams = (
        f"<h2>{name}</h2><ul>{''.join(f'<li><b>{who}</b> <i>{n}</i></li>' for n, who in enumerate(whos))}</ul>"
        for name, whos in {"Red": ["Ann", "Ben", "Cat"], "Blue": ["Dan", "Eve"]}.items()
    )
    url = site.page("/teams", f"<title>Teams</title><h1>Teams</h1>{''.join(teams)}")
    said = await answer_to(instance, url, "how many rows are there?")
    assert said == "3 rows. Read from the list under “Red”; the page also has the list under “Blue”."


async def test_ages_numbered_rows_and_sentences_that_work(instance: BrowserInstance, site: Site) -> None:
    url = site.page("/people", headed("Name|Age|Household", Members=["Ada|41|1", "Bo|29|2", "Cy|33|3"]))
    assert (await answer_to(instance, url, "list the persons older than 30")).startswith("2 of 3 persons.")
    assert await answer_to(instance, url, "age of household 2") == "29"
    with pytest.raises(AgentError) as caught:
        await answer_to(instance, url, "what is the age?")
    sentence = "list the rows with Name and Age"
    assert caught.value.message.endswith(
        f'3 rows match; say which one, or write "list all …". A sentence that works here: `{sentence}`.'
    )
    assert (await answer_to(instance, url, sentence)).startswith("3 rows.")
