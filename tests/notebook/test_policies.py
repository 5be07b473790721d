"""Tests in a kernel of `%webrun policy …` and `--policy`, with a real emulator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.kernels import Kernel, running_kernel, value

TASK = "%%webrun task --url practice:shop --policy careful\nClick the Laptops link"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a policy in a file: clicks that name laptops are blocked, and so is the address behind them."""
    folder = tmp_path_factory.mktemp("rules")
    rules = [
        {"category": "Click", "permission": "block", "scope": "target", "match": "Laptops"},
        {"category": "Navigation", "permission": "block", "urlPattern": "*laptops*"},
    ]
    (folder / "careful.json").write_text(json.dumps({"description": "No laptops.", "actionRules": rules}))
    (folder / "broken.json").write_text(json.dumps({"actionRules": [{"category": "Click"}]}))
    return folder


@pytest.fixture(scope="module")
def kernel(tmp_path_factory, folder) -> Iterator[Kernel]:
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data"))) as kernel:
        made = kernel.run(f"%load_ext webrun_nb\n%webrun policy create careful --file {folder}/careful.json")
        assert made.status == "ok", made
        assert '· block Click where the target has "Laptops"' in made.text
        yield kernel


def test_policies_are_a_table(kernel):
    columns = "['name', 'status', 'hosts', 'action_rules', 'default']"
    (row,) = value(kernel.run(f"df = %webrun policy list\ndf[{columns}].values.tolist()"))
    assert row == ["careful", "active", "all", 2, "allow"]


def test_show_has_no_regular_expression(kernel):
    text = kernel.run('%webrun policy create reading --template "Research Only"\n%webrun policy show reading').text
    assert kernel.run("%webrun policy delete reading").status == "ok"
    assert '· block Click where the target has one of the words "buy", "order", "pay",' in text
    assert not set("\\|?") & set(text)
    assert "the rules as they are written: webrun.policies.find('reading').action_rules" in text


def test_show_says_it_in_plain_words(kernel):
    text = kernel.run("%webrun policy show careful").text
    assert text.splitlines() == [
        "careful",
        "  No laptops.",
        "  · every host may be reached",
        '  · block Click where the target has "Laptops"',
        "  · block Navigation to *laptops*",
        "  · allow everything else",
    ]


def test_a_template_is_a_policy_to_begin_with(kernel):
    text = kernel.run('%webrun policy create reading --template "Research Only"').text
    assert "· block File Upload" in text
    assert "deleted" in kernel.run("%webrun policy delete reading").text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("create careful --template 'Research Only'", "there is a policy 'careful' already"),
        ("create other", "a template or a file is needed"),
        ("create other --file nowhere.json", "can't be read"),
        ("create other --file {folder}/broken.json", "actionRules[0].permission"),
        ("show nobody", 'there are: careful; `%webrun policy create NAME --template "Research Only"` makes one'),
        ("create other --template Anything", "there are: Research Only"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(kernel, folder, line, said):
    ran = kernel.run(f"%webrun policy {line.format(folder=folder)}")
    assert ran.status == "error"
    assert said in ran.text + str(ran.outputs)


def test_a_blocked_task_is_audited_and_exported(kernel, folder):
    ran = kernel.run(TASK)
    assert ran.status == "error"
    assert "not allowed" in str(ran.outputs)
    audit = f"df = %webrun policy audit careful --csv {folder}/a.csv --jsonl {folder}/a.jsonl\n"
    decisions = value(kernel.run(audit + "df[['action', 'decision']].values.tolist()"))
    assert decisions == [["open", "allow"], ["click", "block"], ["open", "block"]]
    lines = [json.loads(line) for line in (folder / "a.jsonl").read_text().splitlines()]
    assert [line["decision"] for line in lines] == ["allow", "block", "block"]
    assert (folder / "a.csv").read_text().splitlines()[0].startswith("timestamp,session_id,policy_id,by,action")


def test_a_task_without_a_policy_is_tested_against_one(kernel):
    assert kernel.run("%%webrun task --url practice:shop\nClick the Laptops link").status == "ok"
    ran = kernel.run("df = %webrun policy test careful\ndf[['name', 'decided', 'decision']].fillna('').values.tolist()")
    assert "1 of them decided differently by careful; nothing was done" in ran.text
    assert value(ran) == [["open", "", "allow"], ["click", "", "block"]]


def test_the_last_result_has_its_steps(kernel):
    steps = "[[kind, name, outcome] for kind, name, outcome in webrun.last.steps[['kind', 'name', 'outcome']].values]"
    assert value(kernel.run(steps))[0] == ["action", "open", "done"]


def test_a_results_values_have_their_provenance(kernel):
    task = '%%webrun task --url practice:shop --schema "name:str" -o named -q\nList the laptops'
    assert kernel.run(task).status == "ok"
    same = "list(webrun.last.provenance['text'].head(3)) == list(named['name'].head(3))"
    assert value(kernel.run(same)) is True


def test_a_session_is_started_with_a_policy(kernel):
    kernel.run("%webrun start ruled --policy careful")
    assert value(kernel.run("webrun.policies.find('careful').id == webrun.start('ruled', policy_id="
                            "webrun.policies.find('careful').id).options.policy_id")) is True  # fmt: skip
    ran = kernel.run(TASK)
    assert "keeps the rules it was started with" in str(ran.outputs)
    kernel.run("%webrun terminate --all")
