"""A part of a sentence counts as used only if leaving it out changes the result: each part is left out in turn."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.agent_runner import work_on
from helpers.stored_pages import stored
from webrun_nb.agents.base import Finish, TaskSpec

ROWS: dict[str, Any] = {"type": "array", "items": {"type": "object"}}


async def answer_to(page: str, sentence: str) -> Finish:
    *_, last = await work_on(stored(page), TaskSpec(sentence, "structured_json", ROWS))
    assert isinstance(last, Finish), (sentence, last)
    return last


@pytest.mark.parametrize(
    ("page", "begin", "parts"),
    [
        ("programme", "list the talks", ["in room Pier", "on day 2"]),
        ("programme", "list the talks", ["at Dock", "on day 7"]),
        ("programme", "list the talks", ["at Wembley"]),
        ("depots", "list the items", ["in Lyon", "under $6"]),
        ("depots", "list the items", ["in Lyon", "with stock over 0", "cheapest first"]),
        ("regions", "list the sales", ["with state = HI"]),
        ("regions", "list the sales", ["for 2020"]),
        ("members", "list the members", ["older than 30", "sorted by age"]),
        ("members", "list the first 2 members", ["older than 30"]),
        ("samples", "list the samples", ["with pH under 7", "on day 1"]),
        ("samples", "list the samples", ["highest pH first", "on day 9"]),
        ("shop", "list the laptops on this page", ["under $900", "cheapest first"]),
    ],
)
async def test_each_part_changes_the_result_or_is_named(page: str, begin: str, parts: list[str]) -> None:
    whole = await answer_to(page, ", ".join([begin, *parts]) if len(parts) > 2 else " ".join([begin, *parts]))
    not_used = {part.text.casefold() for part in whole.unused}
    for left_out in parts:
        rest = [part for part in parts if part != left_out]
        without = await answer_to(page, " ".join([begin, *rest]))
        is_named = any(left_out.casefold() in text or text in left_out.casefold() for text in not_used)
        assert (without.data != whole.data) is not is_named, left_out
