"""The options of agents and models on lines of magics, and in the configuration."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from webrun_nb.client.tasks.agent_choice import NO_CHOICE, AgentChoice
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.registry import COMMANDS
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.parser import parse

OPTIONS = {
    "agent": "auto",
    "model": "openai:gpt-4.1-mini",
    "model_url": "http://localhost:8000/v1",
    "max_steps": 9,
    "max_input_tokens": 5000,
    "vision": True,
    "user_agent": "Tool/1 (a person)",
    "replay": "fruits.json",
    "heal": True,
}
TASK = (
    "task --agent auto --model openai:gpt-4.1-mini --model-url http://localhost:8000/v1 --max-steps 9 --max-tokens 5000"
    ' --vision --user-agent "Tool/1 (a person)" --replay fruits.json --heal'
)
MAP = (
    "map pages --agent auto --model openai:gpt-4.1-mini --model-url http://localhost:8000/v1 --max-steps 9"
    ' --max-tokens 5000 --vision --user-agent "Tool/1 (a person)" --replay fruits.json --heal'
)
START = "start --agent auto --model openai:gpt-4.1-mini --model-url http://localhost:8000/v1"


@pytest.mark.parametrize("line", [TASK, MAP])
def test_a_task_and_a_map_take_all_of_them(line: str) -> None:
    assert parse(COMMANDS, line, "Do it.").arguments.of_agent() == OPTIONS


def test_a_session_takes_the_agent_and_the_model() -> None:
    arguments = parse(COMMANDS, START, None).arguments
    assert (arguments.agent, arguments.model, arguments.model_url) == tuple(list(OPTIONS.values())[:3])


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--agent gpt", "--agent: there is no agent 'gpt'"),
        ("--model gpt-4.1", "--model: 'gpt-4.1' is not provider:name"),
        ("--model-url localhost:8000", "--model-url: 'localhost:8000' is no address"),
        ("--max-steps 0", "--max-steps: '0' can't be used"),
        ("--max-tokens none", "--max-tokens: 'none' can't be used"),
        ("--user-agent ''", "--user-agent is empty"),
    ],
)
def test_a_wrong_value_is_one_line(option: str, message: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse(COMMANDS, f"task {option}", "Do it.")
    assert caught.value.message.startswith(message)


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell()
    shell.run_cell("%load_ext webrun_nb")
    yield shell
    toolkit.choose_agent(NO_CHOICE)


def test_the_configuration_is_for_all_tasks_of_the_notebook(shell: InteractiveShell) -> None:
    shell.run_cell('%config WebrunMagics.agent = "auto"')
    shell.run_cell('%config WebrunMagics.model = "ollama:qwen3"')
    shell.run_cell('%config WebrunMagics.model_url = "http://localhost:9999/v1"')
    assert toolkit.agent_choice == AgentChoice("auto", "ollama:qwen3", "http://localhost:9999/v1")
    shell.run_cell("%config WebrunMagics.model_url = None")
    assert toolkit.agent_choice == AgentChoice("auto", "ollama:qwen3")


def test_a_wrong_configuration_changes_nothing(shell: InteractiveShell, caplog: pytest.LogCaptureFixture) -> None:
    shell.run_cell('%config WebrunMagics.model = "qwen3"')
    assert "model: 'qwen3' is not provider:name" in caplog.text
    assert toolkit.agent_choice == NO_CHOICE
