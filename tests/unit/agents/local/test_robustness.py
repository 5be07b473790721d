"""Property tests of the local agent: for any sentence it answers, asks or fails with one of its own codes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

import pytest

from helpers import stored_pages
from helpers.agent_runner import work_on
from webrun_nb.agents.base import AgentError, Ask, Failed, Finish, Performed, Refused, Reply, TaskSpec
from webrun_nb.agents.local.extracting.asked_for import shape_of
from webrun_nb.agents.local.language.intended import preview
from webrun_nb.agents.local.messages import DEFECT
from webrun_nb.bench.harness.random_sentences import ODD_WORDS, random_sentence

SENTENCES = 1_000
CODES = {
    "AGENT_ERROR", "ELEMENT_NOT_FOUND", "OUTPUT_SCHEMA_MISMATCH", "NAVIGATION_FAILED", "BLOCKED_BY_POLICY",
    "TASK_STOPPED",
}  # fmt: skip
FORMS = [
    "press {w}", "press the {w} button", "press {k}", "press the {k} key", "press ctrl+{w}", "press the {k} button",
    "click {w}", "click the {o} {r}", "click the {w} {r} next to {w}", "double-click {w}", "tap on {w}", "hit {k}",
    "open {w}", "go to {w}", "go back", "go back {w}", "visit {u}", "return to {w}", 'type "{w}" into {w}', "type {w}",
    "enter {w} as {w}", "in the {w} field type {w}", "set {w} to {w}", "fill {w} with {w}", "fill in {w}",
    "fill in the form with {w}: {w}, {w} {w}", "complete the form: {w} {n}", "select {w} from {w}", "choose {w}",
    "pick the {o} {w}", "check {w}", "untick {w}", "tick the {o} box", "search for {w}", "search {w}", "look for {w}",
    "wait {n} seconds", "wait for {w}", "wait until {w} appears", "scroll {w}", "scroll to the {w}", "submit",
    "submit the form", "log in", "log in as {w}", "sign out", "sort by {w}", "sort {w} by {w} descending", "skip {w}",
    "list {w}", "list the {w}s", "list all {w}s with {w} and {w}", "list the {w}s: {w}, {w}", "list {w}s on {w} {n}",
    "list the {w}s under ${n}, cheapest first", "list the {w}s with {w} = {w}", "list the {w}s where {w} is {w}",
    "list the {w}s between {n} and {n}", "list the {w}s after {n}", "get the {w}", "get the {w} of the {o} {w}",
    "get the {w} of {w}", "get the {w}'s {w}", "what is the {w} of {w}?", "what is the cheapest {w}?", "which {w}?",
    "which {w} has the most {w}?", "which {w}s are {w}?", "how many {w}s are there?", "how many {w}s have {w}?",
    "how many {w}s with {w} over {n}?", "how much is the {w}?", "who wrote {w}?", "the first {n} {w}s",
    "get the first {n} {w}s", "show the {o} table", "extract table {n}", "extract the {w} table with {w} and {w}",
    "from the {o} table, get {w} and {w}", "list the {w}s in the {w} {w}", "list the {w}s tagged {w}", "in stock",
    "get the top {n} {w}s by {w}", "list the {w}s without {w}", "average {w} of the {w}s", "what is the total {w}?",
    "add {w} to the cart", "put {w} in my basket", "remove {w} from the cart", "check out", "place the order",
    "transfer ${n} to {w}", "pay {n} from {w} to {w} for {w}", "download {w}", "export the {w} as csv", "delete {w}",
    "upload {w}", "attach {w} to {w}", "delete the {w} called {w}", "confirm the transfer", "{w}", "{w} {w} {w}", "{u}",
    "if {w}, click {w}", "for each {w}, click {w}", "click", "press", "list", "get", "type", "what", "", "and", "then",
]  # fmt: skip
KEYS = ["Enter", "escape", "F5", "f0", "f25", "Delete", "Page Down", "Tab", "ctrl", "a", "+", "space", "return"]
ORDINALS = ["first", "second", "third", "last", "2nd", "0th", "99th", "1st"]
ROLES = ["button", "link", "field", "box", "checkbox", "tab", "menu", "list", "radio button", "row", "result", "icon"]
NUMBERS = ["0", "1", "2", "3", "12", "900", "1,299.00", "1e3", "3.5", "-1", "999999999999999999999", "ten", "twenty"]
URLS = ["https://harbour.example/", "example.com", "practice:shop", "http://[::1", "https://", "localhost:9/x?y=1#z"]
JOINTS = [", ", " and ", ". ", "; ", "\n", ", then ", " and then ", ", and list "]


def schemas(words: Sequence[str], luck: random.Random) -> tuple[str, object]:
    """Return an output type and a schema for it."""
    kinds = ["string", "number", "integer", "boolean", "array", ["string", "null"]]
    properties = {word: {"type": luck.choice(kinds)} for word in words}
    record = {"type": "object", "properties": properties, "required": list(properties)[: luck.randrange(3)]}
    return luck.choice(
        [
            ("text", None),
            ("structured_json", record),
            ("structured_json", {"type": "array", "items": record}),
            ("structured_json", {"type": "object", "properties": {"rows": {"type": "array", "items": record}}}),
            ("structured_json", {"type": "array", "items": {"type": "object"}}),
            ("structured_csv", list(properties) or ["a"]),
        ]
    )


def sentence(vocabulary: Sequence[str], luck: random.Random) -> str:
    """Generate an instruction of one to three sentences."""

    def clause() -> str:
        text = luck.choice(FORMS)
        for slot, words in {"w": vocabulary, "k": KEYS, "o": ORDINALS, "r": ROLES, "n": NUMBERS, "u": URLS}.items():
            while (mark := f"{{{slot}}}") in text:
                text = text.replace(mark, luck.choice(words).replace("{", "(").replace("}", ")"), 1)
        return text if luck.random() < 0.8 else luck.choice((text.upper(), text.title(), f"{text}!", f"please {text}"))

    return luck.choice(JOINTS).join(clause() for _ in range(luck.choice((1, 1, 2, 3))))


def outcome(luck: random.Random) -> Reply:
    return luck.choices((Performed(), Failed("ELEMENT_NOT_FOUND", "gone"), Refused("a rule")), (8, 1, 1))[0]


async def tried(name: str, luck: random.Random) -> None:
    page = stored_pages.stored(name)
    shown = [e.name for e in page.observation.elements if e.name] + page.observation.text.split()
    vocabulary = [*shown[:200], *ODD_WORDS]
    said = luck.choice((sentence, random_sentence))(vocabulary, luck)
    output_type, schema = schemas(luck.sample(vocabulary, luck.randrange(4)), luck)
    brief = TaskSpec(said, output_type, schema, page.observation.url, files=("a.pdf",), secrets=("*",))  # type: ignore[arg-type]
    replies = [luck.choice(("1", "skip it", "approve", "99", "", sentence(vocabulary, luck))) for _ in range(6)]
    ended: object
    try:
        preview(said, shape_of(brief), has_page=True)
        ended = (await work_on(page, brief, replies, lambda action: outcome(luck)))[-1]
    except AgentError as error:
        if error.message.startswith(DEFECT):
            raise AssertionError(f"{said!r} with {schema!r} on {name}, answered {replies!r}") from error
        ended = error.code
    except Exception as error:
        raise AssertionError(f"{said!r} with {schema!r} on {name}, answered {replies!r}") from error
    assert isinstance(ended, Finish | Ask) or ended in CODES, ended


@pytest.mark.parametrize("name", stored_pages.names())
def test_no_sentence_raises_an_unexpected_error(name: str) -> None:
    luck = random.Random(name)

    async def all_of_them() -> None:
        for _ in range(-(-SENTENCES // len(stored_pages.names()))):
            await tried(name, luck)

    asyncio.run(all_of_them())
