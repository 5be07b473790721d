"""Of two readings of a sentence, the page decides which is meant."""

from __future__ import annotations

from dataclasses import replace

from helpers.agent_runner import work_on
from helpers.stored_pages import StoredPage, stored
from webrun_nb.agents.base import Perform, TaskSpec
from webrun_nb.browsers.actions import Click
from webrun_nb.browsers.observation import Element


async def test_the_whole_name_of_a_control_is_meant_before_a_part_of_it() -> None:
    page = stored("form")
    button = Element(0, "button", "Open map", "button", text="Open map", path="body > button")
    heading = Element(1, "heading", "Map", "h2", text="Map", path="body > h2")
    seen = replace(page.observation, elements=(button,), texts=(heading,), groups=())
    for sentence in ("click Open map", "click the Open map button"):
        steps = await work_on(StoredPage(seen, page.snapshot), TaskSpec(sentence, starting_url=seen.url))
        [action] = [step.action for step in steps if isinstance(step, Perform) and isinstance(step.action, Click)]
        assert action.ref == button.ref
