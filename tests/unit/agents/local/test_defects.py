"""A defect of the agent becomes one clear line that names the sentence."""

from __future__ import annotations

import pytest

from helpers.agent_runner import work_on
from helpers.stored_pages import stored
from webrun_nb.agents.base import AgentError, TaskSpec
from webrun_nb.agents.local.task import Task


async def test_a_defect_is_told_with_the_sentence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(task: Task, *args: object) -> None:
        raise KeyError("verb")

    monkeypatch.setattr(Task, "accepted", broken)
    page = stored("form")
    with pytest.raises(AgentError) as caught:
        await work_on(page, TaskSpec('click "Save draft"', starting_url=page.observation.url))
    assert caught.value.message.startswith('A defect of the local agent ended the task at "click "Save draft""')
    assert caught.value.details == {"sentence": 'click "Save draft"'}
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    "sentence", ["press Enter until it is gone", "go back until it is gone", "wait until it is gone"]
)
async def test_it_is_asked_for_where_no_step_names_it(sentence: str) -> None:
    page = stored("form")
    with pytest.raises(AgentError, match='nothing before it says what "it" is'):
        await work_on(page, TaskSpec(sentence, starting_url=page.observation.url))
