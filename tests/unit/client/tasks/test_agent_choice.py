"""The agent and the model of a task: their merging, their checks, and the key of the model."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from webrun_nb.client.errors import RequestError
from webrun_nb.client.tasks.agent_choice import NO_CHOICE, AgentChoice
from webrun_nb.client.tasks.options import TaskOptions
from webrun_nb.client.tasks.request import TaskRequest, build_task_request, check_server_options, read_model_key
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.redacted import Secret

KEY = "sk-choice-4b77e0a1"
GPT, OTHER_GPT, QWEN = "openai:gpt", "openai:other", "ollama:qwen3"
LAB = "http://lab.example:8000/v1"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OPENAI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "WEBRUN_MODEL_KEY"):
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.parametrize(
    ("own", "wider", "merged"),
    [
        (NO_CHOICE, AgentChoice("auto", GPT, LAB), AgentChoice("auto", GPT, LAB)),
        (AgentChoice("llm"), AgentChoice("local", GPT, LAB), AgentChoice("llm", GPT, LAB)),
        (AgentChoice("local"), AgentChoice("llm", GPT, LAB), AgentChoice("local")),
        (AgentChoice(model=QWEN), AgentChoice("auto", GPT, LAB), AgentChoice("auto", QWEN)),
        (AgentChoice(model=QWEN), AgentChoice("local"), AgentChoice(None, QWEN)),
        (AgentChoice(model=OTHER_GPT), AgentChoice(None, GPT, LAB), AgentChoice(None, OTHER_GPT, LAB)),
        (AgentChoice(model_url=LAB), AgentChoice(None, GPT), AgentChoice(None, GPT, LAB)),
    ],
)
def test_what_a_task_leaves_open_is_that_of_its_session(
    own: AgentChoice, wider: AgentChoice, merged: AgentChoice
) -> None:
    assert own.over(wider) == merged


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (AgentChoice("gpt"), "agent='gpt': there are local, llm, auto"),  # type: ignore[arg-type]
        (AgentChoice("llm"), "the agent llm needs a model"),
        (AgentChoice("auto"), "the agent auto needs a model"),
        (AgentChoice("local", GPT), "the local agent asks no model"),
        (AgentChoice(model_url=LAB), "an address of a model needs a model"),
        (AgentChoice(model="gpt"), "'gpt' is not provider:name"),
        (AgentChoice(model="google:g", model_url=LAB), "Google has a protocol of its own"),
        (AgentChoice(model=GPT, model_url="http://ada:pw@lab.example/v1"), "has a password.*WEBRUN_MODEL_KEY"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_sent(choice: AgentChoice, message: str) -> None:
    with pytest.raises(RequestError, match=message) as caught:
        choice.check()
    assert caught.value.code == "INVALID_PARAMETER"


def test_a_key_is_read_from_the_variable_of_its_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    assert AgentChoice(model="google:g").read_key() == Secret(KEY)
    assert AgentChoice("local").read_key() is None
    assert AgentChoice(model=QWEN).read_key() is None
    with pytest.raises(RequestError, match="openai:gpt needs a key of OpenAI: OPENAI_API_KEY is not set") as caught:
        AgentChoice(model=GPT).read_key()
    assert "environment that Jupyter is started in" in caught.value.hint


def test_the_key_of_a_provider_goes_to_no_other_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert AgentChoice(model=GPT, model_url=LAB).read_key() is None
    monkeypatch.setenv("WEBRUN_MODEL_KEY", "for-the-lab-alone")
    assert AgentChoice(model=GPT, model_url=LAB).read_key() == Secret("for-the-lab-alone")


def test_what_is_too_short_for_a_key_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "qzx")
    with pytest.raises(RequestError, match="OPENAI_API_KEY is no key") as caught:
        AgentChoice(model=GPT).read_key()
    assert "qzx" not in str(caught.value)


async def test_a_key_is_not_sent_to_an_emulator_on_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    http = ApiTransport("https://lab.example", "k")
    with pytest.raises(RequestError, match=r"on this machine alone, not to https://lab.example"):
        await read_model_key(AgentChoice(model=GPT), http)
    assert await read_model_key(AgentChoice(model=QWEN), http) is None
    await http.close()


@pytest.mark.parametrize(
    "given", [{"agent": "local"}, {"model": GPT}, {"model_url": LAB}, {"max_steps": 3}, {"vision": True}]
)
async def test_another_server_gets_none_of_them(given: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={"success": False, "code": "NOT_FOUND", "message": "no", "error": "no"})

    http = ApiTransport("https://hosted.example", "k", transport=httpx.MockTransport(answer))
    with pytest.raises(RequestError, match=f"https://hosted.example would ignore {next(iter(given))}="):
        await check_server_options(TaskOptions(**given), http)
    await http.close()


def built(options: TaskOptions, **more: Any) -> TaskRequest:
    return build_task_request("Do it.", options, base_url="http://127.0.0.1:9", schema=None, **more)


def test_the_request_has_the_key_the_smallest_budget_and_no_repr_of_either() -> None:
    options = TaskOptions(model=GPT, max_steps=5, max_cost_usd="0.50")
    request = built(options, model_key=Secret(KEY), max_model_usd=Decimal("0.20"))
    assert request.fields["emulator"] == {"model": GPT, "maxSteps": 5, "maxModelCost": 0.2, "modelKey": KEY}
    assert json.loads(json.dumps(request.fields))["emulator"]["modelKey"] == KEY
    assert KEY not in repr(request)


def test_a_budget_of_a_task_for_the_local_agent_is_no_budget_of_a_model() -> None:
    assert "emulator" not in built(TaskOptions(max_cost_usd="0.50"), max_model_usd=Decimal("0.20")).fields


def test_options_of_a_model_without_one_are_refused() -> None:
    with pytest.raises(RequestError, match="for the agents llm and auto"):
        built(TaskOptions(max_steps=3))
