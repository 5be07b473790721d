"""The agent that a task gets, and the options of its language model."""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest

from webrun_nb.agents.auto import AutoAgent
from webrun_nb.agents.base import Agent, AgentError, ModelOptions
from webrun_nb.agents.scripted import ScriptedAgent
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.emulator.domain.secrets.vault import Vault
from webrun_nb.emulator.execution.agent_choice import Agents, create_model_agent
from webrun_nb.emulator.execution.secret_filter import extract_secrets
from webrun_nb.wire.requests import TaskFields

KEY = "sk-choice-83c1f0"
LOCAL, BY_MODEL = ScriptedAgent([]), ScriptedAgent([])


async def choose(vault: Vault | None = None, **emulator: object) -> tuple[Agent, list[ModelOptions]]:
    """Return the agent for a task, and the options of the models that were made."""
    made: list[ModelOptions] = []

    def create(options: ModelOptions, whole_answers: set[str]) -> Agent:
        made.append(options)
        return BY_MODEL

    fields = TaskFields.model_validate({"prompt": "x", "maxInputTokens": 900.0, "emulator": emulator})
    kept = vault or Vault()
    fields, _ = extract_secrets(fields, kept, "task")
    assert fields.emulator.model_key is None
    return await Agents(lambda: LOCAL, create).agent_of(fields, kept), made


async def test_without_a_model_the_local_agent_works() -> None:
    assert await choose() == (LOCAL, [])
    assert await choose(agent="local") == (LOCAL, [])


async def test_a_model_that_is_named_does_the_task() -> None:
    agent, made = await choose(model="openai:x", modelKey=KEY, maxSteps=7, maxModelCost=0.25, vision=True)
    assert agent is BY_MODEL
    assert made == [
        ModelOptions("openai:x", key=KEY, max_steps=7, vision=True, max_input_tokens=900, max_cost_usd=Decimal("0.25"))
    ]
    assert KEY not in repr(made)


async def test_auto_makes_the_model_only_when_it_takes_over() -> None:
    agent, made = await choose(agent="auto", model="openai:x", modelKey=KEY)
    assert isinstance(agent, AutoAgent)
    assert made == []


async def test_a_key_goes_to_its_provider_or_its_address_alone() -> None:
    vault = Vault()
    vault.put_model_key("openai", KEY)
    assert (await choose(vault, model="openai:x"))[1][0].key == KEY
    assert (await choose(vault, model="openai:x", modelUrl="https://models.example/v1"))[1][0].key == ""
    with pytest.raises(AgentError, match="Groq needs a key") as caught:
        await choose(vault, model="groq:x")
    assert caught.value.code is TaskFailureCode.MODEL_KEY_INVALID


async def test_a_program_on_this_machine_needs_no_key() -> None:
    assert (await choose(model="ollama:qwen3"))[1][0].key == ""


async def test_a_key_is_masked_and_forgotten_with_the_session() -> None:
    vault = Vault()
    await choose(vault, model="openai:x", modelKey=KEY)
    assert vault.redactor.redact_text(f"Bearer {KEY}") == "Bearer ***"
    assert not vault.has_logins
    vault.forget()
    assert vault.model_key("openai") == ""


def test_without_its_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("webrun_nb.agents.llm")]:
        monkeypatch.delitem(sys.modules, name)
    for name in {"pydantic_ai", *(name for name in sys.modules if name.startswith("pydantic_ai."))}:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(AgentError) as caught:
        create_model_agent(ModelOptions("openai:x", key=KEY), set())
    assert caught.value.code is TaskFailureCode.MODEL_SUPPORT_MISSING
    assert caught.value.message.startswith("Language models need ")
    assert caught.value.message.endswith("which is not installed; run: pip install 'webrun-nb[llm]'")
