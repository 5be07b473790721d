"""Tests of which names of lists select no rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.agent_runner import work_on
from helpers.snapshots import snapshot_of_html
from helpers.stored_pages import stored
from webrun_nb.agents.base import Finish, TaskSpec
from webrun_nb.agents.local.extracting.selection import may_be_unnamed


@pytest.mark.parametrize("subject", ["flats", "dishes", "job postings", "exchange rates", "line items"])
def test_what_only_names_the_rows_may_be_unnamed(subject: str) -> None:
    assert may_be_unnamed(subject)


@pytest.mark.parametrize(
    "subject",
    ["gaming laptops", "Dell laptops", "red items", "used cars", "flights after 10:00", "day 2", "open tickets"],
)
def test_what_may_select_rows_has_to_be_on_the_page(subject: str) -> None:
    assert not may_be_unnamed(subject)


SCHEMA = {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}
PETS = """<table><tr><th>Name</th><th>Species</th></tr>
<tr><td>Milo</td><td>Cat</td></tr><tr><td>Rex</td><td>Dog</td></tr></table>"""


@pytest.mark.parametrize(("heading", "names"), [("Pets", ["Milo"]), ("Cats", ["Milo", "Rex"])])
async def test_an_address_is_no_proof_that_all_rows_are_of_one_kind(heading: str, names: list[str]) -> None:
    snapshot = snapshot_of_html(f"<h1>{heading}</h1>{PETS}", url="https://pets.example/cats-and-dogs")
    page = replace(stored("teams"), snapshot=snapshot)
    *_, last = await work_on(page, TaskSpec("list the cats with name", "structured_json", SCHEMA))
    assert isinstance(last, Finish)
    assert [row["name"] for row in last.data] == names
