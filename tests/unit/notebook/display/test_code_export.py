"""Tests of the Python code that `%webrun code` writes."""

from __future__ import annotations

import ast
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from webrun_nb.client.sessions.session import Session
from webrun_nb.notebook.commands.map import Map, submitted_map
from webrun_nb.notebook.commands.task import Task, submitted_task
from webrun_nb.notebook.display.code_export import environment_reference, python_code


def code(
    command: Task, *, text: str | None = None, session: dict[str, Any] | None = None, url: str | None = None
) -> str:
    of_session = None if session is None else cast(Session, SimpleNamespace(name="main"))
    submitted = submitted_task(command, text or command.text, url or command.url, of_session, session)
    written = python_code(submitted)
    ast.parse(written)
    return written


def test_a_task_in_a_session() -> None:
    command = Task(
        "List the laptops.",
        url="practice:shop",
        schema="name:str, price:float",
        out="laptops",
        timeout_ms=120_000,
        max_cost_usd=Decimal("0.05"),
    )
    assert code(command, session={"url": "practice:shop"}) == (
        "import webrun_nb as webrun\n\n"
        "session = webrun.start('main', url='practice:shop')\n"
        "laptops = session.task(\n"
        '    "List the laptops.",\n'
        '    url="practice:shop",\n'
        '    schema="name:str, price:float",\n'
        "    timeout_ms=120_000,\n"
        "    max_cost_usd='0.05',\n"
        ").df\n"
    )


def test_a_task_in_a_session_of_its_own() -> None:
    assert code(Task("get the title", url="https://a.example")).splitlines()[2:] == [
        'result = webrun.run_task("get the title", url="https://a.example")',
        "print(result.text)",
    ]


def test_a_task_in_the_background() -> None:
    written = code(Task("list", job="later"), session={})
    assert "later = session.submit(" in written
    assert "df = later.result().df" in written


@pytest.mark.parametrize(
    ("written", "sent", "literal"),
    [
        ("under ${{ limit }} {a}", "under $400 {a}", 'f"under ${limit} {{a}}"'),
        ("of {{ rows[0].name }}", "of Ann", 'f"of {rows[0].name}"'),
        ("{{ names | join(', ') }}", "a, b", '"a, b"'),
        ("two\nlines", "two\nlines", '"""two\nlines"""'),
        ('say "hi"', 'say "hi"', r'"say \"hi\""'),
    ],
)
def test_texts_are_filled_as_the_cell_was(written: str, sent: str, literal: str) -> None:
    assert literal in code(Task(written), text=sent)


@pytest.mark.parametrize("schema", ["Laptop", "list[Laptop]"])
def test_a_model_keeps_its_name(schema: str) -> None:
    assert f"schema={schema}" in code(Task("x", schema=schema, out="a"))


def test_a_json_schema_is_a_dict() -> None:
    assert "schema={'type': 'array'}" in code(Task("x", schema='{"type": "array"}'))


def test_secrets_are_named_and_looked_up_again() -> None:
    command = Task("log in", secrets=(("shop.example.com", "SHOP"),))
    written = code(command, session={"secrets": {"practice:shop": "PRACTICE"}})
    assert "webrun.start('main', secrets={'practice:shop': 'PRACTICE'})" in written
    assert "secrets={'shop.example.com': 'SHOP'}" in written


def test_a_single_task_keeps_its_rules_and_its_environment_by_name() -> None:
    written = code(Task("look", policy="careful", env="work"))
    assert "policy_id=webrun.policies.find('careful').id" in written
    assert "environment_id=webrun.environments.find('work').id" in written


def test_a_session_is_started_by_the_names_that_were_typed() -> None:
    written = code(Task("look"), session={"environment_id": environment_reference("work"), "policy_id": "pol_1"})
    assert "environment_id=webrun.environments.find('work').id,\n    policy_id='pol_1'," in written


def test_records_without_a_schema_are_asked_for_as_the_magic_does() -> None:
    assert "'items': {'type': 'object'}" in code(Task("x", out="a"))


def code_of_map(command: Map) -> str:
    written = python_code(submitted_map(command))
    ast.parse(written)
    return written


def test_a_map_with_names_of_the_notebook() -> None:
    command = Map(
        "Get the title of {{ row.talk }} in {{ year }}.",
        data="talks",
        url="{{ site }}/{{ row.url }}",
        schema="title:str",
        out="titles",
        concurrency=8,
        keep=("talk",),
        polite=False,
        secrets=(("shop.example.com", "SHOP"),),
    )
    assert code_of_map(command) == (
        "import webrun_nb as webrun\n\n"
        "run = webrun.map(\n"
        "    talks,\n"
        '    "Get the title of {{ row.talk }} in {{ year }}.",\n'
        '    url="{{ site }}/{{ row.url }}",\n'
        '    schema="title:str",\n'
        "    names={'site': site, 'year': year},\n"
        "    concurrency=8,\n"
        "    keep=['talk'],\n"
        "    polite=False,\n"
        "    secrets={'shop.example.com': 'SHOP'},\n"
        ")\n"
        "titles = run.df\n"
    )


def test_a_map_that_goes_on_and_one_in_the_background() -> None:
    resumed = code_of_map(Map("", resume="r7k2m9x"))
    assert resumed.endswith("run = webrun.map(resume='r7k2m9x')\ndf = run.df\n")
    assert code_of_map(Map("x", data="urls", job="found")).endswith('found = webrun.map(urls, "x")\ndf = found.df\n')
