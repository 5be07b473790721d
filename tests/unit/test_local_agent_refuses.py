"""What the local agent must not answer with rows, tried without a page: it asks or fails before it reads one."""

from __future__ import annotations

import pytest

from webrun_nb.agents.base import Ask, Brief, Note, Read, Step, TokenUse
from webrun_nb.agents.local import LocalAgent

SCHEMA = {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}
SHOP = "https://shop.example/"


async def first_step(brief: Brief) -> Step:
    run = LocalAgent().run(brief, TokenUse())
    try:
        return await run.asend(None)
    finally:
        await run.aclose()


@pytest.mark.parametrize("schema", [SCHEMA, {"type": "array", "items": {"type": "object"}}])
async def test_a_greeting_is_asked_about_and_gives_no_rows(schema: dict[str, object]) -> None:
    step = await first_step(Brief("hello", "structured_json", schema, SHOP))
    assert isinstance(step, Ask)
    assert 'I can\'t follow this: "hello"' in step.question


async def test_a_schema_alone_asks_for_the_pages_records() -> None:
    assert isinstance(await first_step(Brief("", "structured_json", SCHEMA, SHOP)), Read | Note)
