"""Tests of the replay of what a model chose, on stored pages: the same answer without a model, or why not."""

from __future__ import annotations

import pytest

from helpers.agent_runner import FakeWorker
from helpers.scripted_model import Said, ScriptedModel, call, number_of, run_llm
from helpers.stored_pages import stored
from webrun_nb.agents.base import AgentError, Finish, Reply, TaskSpec, TokenUse
from webrun_nb.agents.recording.recording import ChosenStep, RecordedTask, Recording, read_recording
from webrun_nb.agents.recording.replay import ReplayAgent
from webrun_nb.common.codes import TaskFailureCode

PROGRAMME = "programme"
TALKS = TaskSpec("List the talks", "structured_csv", ["talk"], starting_url=stored(PROGRAMME).observation.url)
TALK = {"talk": "Talk"}


async def recorded(page: str, task: TaskSpec, *script: Said | object) -> tuple[Finish, Recording]:
    """Do a task by a scripted model; return its answer, and its choices as a recording that was written and read."""
    run = await run_llm(ScriptedModel(script), stored(page), task)  # type: ignore[arg-type]
    steps = tuple(ChosenStep.of(each.chosen, each.because) for each in run.answer.choices)
    return run.answer, read_recording(Recording(task=RecordedTask(text=task.instruction), steps=steps).to_json())


async def replayed(page: str, task: TaskSpec, recording: Recording) -> Finish:
    worker = FakeWorker(stored(page))
    run = ReplayAgent(recording).run(task, TokenUse())
    reply: Reply | None = None
    try:
        while True:
            step = await run.asend(reply)
            if isinstance(step, Finish):
                return step
            reply = worker.reply(step)
    finally:
        await run.aclose()


@pytest.mark.parametrize(
    "finish",
    [
        call("finish"),
        call("finish", order_by="Time", descending=True, limit=2),
        call("finish", where=[{"column": "room", "is": "=", "value": "Pier"}], order_by="talk"),
        call("finish", rows=[4, 1]),
    ],
)
async def test_rows_are_chosen_and_ordered_also_by_columns_that_the_answer_does_not_have(finish) -> None:
    answer, recording = await recorded(PROGRAMME, TALKS, call("extract", list="L1", columns=TALK), finish)
    again = await replayed(PROGRAMME, TALKS, recording)
    assert (again.data, again.text, again.provenance) == (answer.data, answer.text, answer.provenance)
    assert len(again.data) > 1
    assert [each.chosen for each in again.choices] == [each.chosen for each in answer.choices]


async def test_only_the_last_list_is_replayed() -> None:
    rooms = call("extract", list="L1", columns={"talk": "Room"})
    _, recording = await recorded(PROGRAMME, TALKS, rooms, call("extract", list="L1", columns=TALK), call("finish"))
    assert [step.list is not None for step in recording.steps if isinstance(step, ChosenStep)] == [True, False]


async def test_words_are_repeated_with_the_elements_that_prove_them() -> None:
    task = TaskSpec("What does it cost?", starting_url=stored("product").observation.url)
    answer, recording = await recorded(
        "product", task, lambda told: call("finish", answer="It costs $48.00.", cites=[number_of("$48.00", told)])
    )
    again = await replayed("product", task, recording)
    assert (again.text, again.provenance) == ("It costs $48.00.", answer.provenance)


async def test_words_that_rest_on_nothing_of_a_page_are_not_recorded() -> None:
    answer, _ = await recorded("product", TaskSpec("Look at it"), call("finish", answer="Done."))
    assert answer.choices == ()


async def test_another_page_fails_the_first_step_with_what_was_looked_for() -> None:
    _, recording = await recorded(PROGRAMME, TALKS, call("extract", list="L1", columns=TALK), call("finish"))
    with pytest.raises(AgentError, match=r"Step 1 of 2 \(read table “Day”\): the page has no table “Day”") as caught:
        await replayed("regions", TALKS, recording)
    assert caught.value.code == TaskFailureCode.ELEMENT_NOT_FOUND
