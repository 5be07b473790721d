"""The loop of the LLM agent on stored pages: actions, data, answers in words, rules, and models that do not behave."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from PIL import Image
from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelRateLimitError,
    ModelServerError,
    ModelTimeoutError,
    UnexpectedModelBehavior,
)
from pydantic_ai.messages import BinaryContent, ModelResponse, TextPart

from helpers.scripted_model import LlmRun, Said, ScriptedModel, call, last_told, number_of, run_llm, says
from helpers.stored_pages import stored
from webrun_nb.agents.base import (
    AgentError,
    Confine,
    Failed,
    Finish,
    Log,
    ModelOptions,
    PartialResult,
    Performed,
    Refused,
    Reply,
    TakePicture,
    TaskSpec,
    TokenUse,
)
from webrun_nb.agents.llm.pictures import marked
from webrun_nb.agents.llm.spending import MOST_ANSWER_TOKENS, Spending
from webrun_nb.browsers.actions import Click, Navigate, Select, SwitchTab, Type
from webrun_nb.browsers.observation import Box
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.hosts import host_of

PRODUCT, FORM = "product", "form"
HOST = stored(PRODUCT).observation.url
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"talk": {"type": "string"}, "room": {"type": "string"}},
        "required": ["talk", "room"],
    },
}


def brief(text: str = "What does it cost?", **fields: object) -> TaskSpec:
    return TaskSpec(text, starting_url=HOST, **fields)  # type: ignore[arg-type]


async def failure_of(*script: Said, options: ModelOptions | None = None) -> AgentError:
    with pytest.raises(AgentError) as caught:
        await run_llm(ScriptedModel(script), stored(PRODUCT), brief(), options=options)
    return caught.value


def finish_with(answer: str, *texts: str) -> object:
    return lambda told: call("finish", answer=answer, cites=[number_of(text, told) for text in texts])


async def worded(*script: object) -> LlmRun:
    return await run_llm(ScriptedModel(script), stored(PRODUCT), brief())  # type: ignore[arg-type]


# --- actions


async def test_calls_become_steps_on_the_elements_that_their_numbers_show() -> None:
    model = ScriptedModel(
        [
            lambda told: call("type", "I fill in the boat.", element=number_of("'Boat'", told), text="Anna"),
            lambda told: call("select", element=number_of("'Pier'", last_told(model.asked[0])), options=["South pier"]),
            lambda told: call("finish", answer="Done."),
        ]
    )
    run = await run_llm(model, stored(FORM), TaskSpec("Fill in the boat Anna at the South pier", starting_url=HOST))
    typed, selected = run.acts
    assert isinstance(typed, Type)
    assert (typed.text, typed.target) == ("Anna", "Boat")
    assert isinstance(selected, Select)
    assert selected.options == ("South pier",)
    assert Log("I fill in the boat.") in run.steps
    assert run.answer.text == "Done."


async def test_after_an_action_the_model_is_told_what_has_changed() -> None:
    model = ScriptedModel(
        [
            lambda told: call("type", element=number_of("'Boat'", told), text="Anna"),
            call("finish", answer="Done."),
        ]
    )
    await run_llm(model, stored(FORM), TaskSpec("Fill in Anna", starting_url=HOST))
    told = last_told(model.asked[1])
    assert "New or changed: 1; gone: 0." in told
    assert "value 'Anna'" in told


async def test_a_failed_action_comes_back_with_what_is_there_instead() -> None:
    def gone(action: object) -> Reply:
        return Failed(TaskFailureCode.ELEMENT_NOT_FOUND, "it is gone") if isinstance(action, Click) else Performed()

    model = ScriptedModel(
        [
            lambda told: call("click", element=number_of("Add to cart", told)),
            call("give_up", reason="no button"),
        ]
    )
    with pytest.raises(AgentError, match="gave up: no button"):
        await run_llm(model, stored(PRODUCT), brief("Add it to the cart"), outcomes=gone)
    assert "Not done: it is gone. The page now:" in last_told(model.asked[1])


async def test_a_site_that_a_button_turns_out_to_lead_to_is_asked_about_and_the_model_presses_it_again() -> None:
    replies = iter([Refused("another site", "https://other.example/pay"), Performed()])
    model = ScriptedModel(
        [
            lambda told: call("click", element=number_of("Add to cart", told)),
            lambda told: call("click", element=number_of("Add to cart", last_told(model.asked[0]))),
            call("finish", answer="Done."),
        ]
    )
    run = await run_llm(
        model, stored(PRODUCT), brief("Add it to the cart"), ["approve"], outcomes=lambda action: next(replies)
    )
    assert "The task leads to other.example" in run.asked[0].question
    assert "which the person has approved: do it again" in last_told(model.asked[1])
    assert [each.hosts for each in run.steps if isinstance(each, Confine)][-1] == {host_of(HOST), "other.example"}
    assert len(run.acts) == 2


async def test_open_tabs_are_told_and_another_one_is_shown() -> None:
    page = stored(PRODUCT)
    seen = replace(page, observation=replace(page.observation, tab_urls=(HOST, f"{HOST}/parts"), tab=2))
    model = ScriptedModel([call("switch_tab", tab=3), call("switch_tab", tab=1), call("finish", answer="Done.")])
    run = await run_llm(model, seen, brief())
    assert run.acts == [SwitchTab(1, HOST)]
    assert f"Open tabs: 1 {HOST}; 2 {HOST}/parts. This is tab 2." in last_told(model.asked[0])
    assert "there is no tab 3; open are 2 tabs" in last_told(model.asked[1])


async def test_a_number_that_was_never_shown_is_nothing_to_act_on() -> None:
    model = ScriptedModel([call("click", element=999), call("finish", answer="Done.")])
    run = await run_llm(model, stored(PRODUCT), brief())
    assert not run.acts
    assert "[999] was never shown" in last_told(model.asked[1])


async def test_what_a_rule_of_the_session_forbids_is_told() -> None:
    model = ScriptedModel(
        [lambda told: call("click", element=number_of("Add to cart", told)), call("give_up", reason="forbidden")]
    )
    with pytest.raises(AgentError):
        await run_llm(model, stored(PRODUCT), brief(), outcomes=lambda action: Refused("no clicks"))
    assert "a rule of the session forbids it (no clicks)" in last_told(model.asked[1])


async def test_what_a_page_says_stands_between_marks_that_it_cannot_know() -> None:
    model = ScriptedModel([call("finish", answer="Done."), call("finish", answer="Done.")])
    await run_llm(model, stored(PRODUCT), brief())
    await run_llm(model, stored(PRODUCT), brief())
    marks = {line for asked in model.asked for line in last_told(asked).splitlines() if line.startswith("<page-")}
    assert len(marks) == 2


# --- rules


async def test_another_host_is_a_question_to_a_person() -> None:
    model = ScriptedModel([call("navigate", url="https://collector.example/?q=48"), call("give_up", reason="no")])
    with pytest.raises(AgentError):
        await run_llm(model, stored(PRODUCT), brief(), ["reject"])
    assert "the person did not approve" in last_told(model.asked[1])


async def test_an_approved_host_is_reached_and_not_asked_about_again() -> None:
    model = ScriptedModel(
        [
            call("navigate", url="https://collector.example/a"),
            call("navigate", url="https://collector.example/b"),
            call("finish", answer="Done."),
        ]
    )
    run = await run_llm(model, stored(PRODUCT), brief(), ["approve"])
    assert [step.kind for step in run.asked] == ["security"]
    assert [action.url for action in run.acts if isinstance(action, Navigate)] == [
        "https://collector.example/a",
        "https://collector.example/b",
    ]


async def test_a_host_in_the_words_of_the_user_is_reached() -> None:
    model = ScriptedModel([call("navigate", url="https://docs.example.org/x"), call("finish", answer="Done.")])
    run = await run_llm(model, stored(PRODUCT), brief("Compare with docs.example.org"))
    assert not run.asked
    assert len(run.acts) == 1


async def test_passwords_are_never_written_by_the_model() -> None:
    model = ScriptedModel(
        [
            lambda told: call("type", element=number_of("'Password'", told), text="hunter2"),
            lambda told: call(
                "type_secret", element=number_of("'Password'", last_told(model.asked[0])), name="password"
            ),
            call("finish", answer="Done."),
        ]
    )
    run = await run_llm(model, stored(FORM), brief("Log in"))
    assert not run.acts
    assert "passwords and codes are typed with type_secret" in last_told(model.asked[1])
    assert "this page has no secret 'password'" in last_told(model.asked[2])


async def test_deletions_that_the_task_does_not_name_are_asked_about() -> None:
    model = ScriptedModel(
        [lambda told: call("click", element=number_of("button 'Delete'", told)), call("finish", answer="Done.")]
    )
    run = await run_llm(model, stored(FORM), brief("Delete the old berth"), [])
    assert [step.kind for step in run.asked] == ["security"]
    assert not run.acts


# --- data


async def test_rows_are_read_by_the_engine_and_not_by_the_model() -> None:
    model = ScriptedModel(
        [
            call("lists"),
            call("extract", list="L1", columns={"talk": "Talk", "room": "Room"}),
            call("finish", where=[{"column": "room", "is": "=", "value": "Pier"}]),
        ]
    )
    task = TaskSpec("List the talks at the Pier", "structured_json", SCHEMA, starting_url=HOST)
    run = await run_llm(model, stored("programme"), task)
    assert "columns: Time" in last_told(model.asked[1])
    assert {record["room"] for record in run.answer.data} == {"Pier"}
    assert {each.column for each in run.answer.provenance} == {"talk", "room"}
    assert all(each.element and each.text for each in run.answer.provenance)


async def test_a_column_that_is_not_there_is_told_with_those_that_are() -> None:
    model = ScriptedModel(
        [
            call("extract", list="L1", columns={"talk": "Lecture"}),
            call("extract", list="L9"),
            call("extract", list="L1", columns={"nope": "Talk"}),
            call("give_up", reason="no"),
        ]
    )
    task = TaskSpec("List the talks", "structured_json", SCHEMA, starting_url=HOST)
    with pytest.raises(AgentError):
        await run_llm(model, stored("programme"), task)
    assert "The list has no column 'Lecture'. Its columns: Time, Talk" in last_told(model.asked[1])
    assert "The page has no list 'L9'" in last_told(model.asked[2])
    assert "The answer has no column 'nope'. Its columns: talk, room" in last_told(model.asked[3])


RECORD = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "price": {"type": "number", "maximum": 100}},
    "required": ["name", "price"],
}


async def test_single_values_are_read_from_the_elements_that_the_model_names() -> None:
    def extract(told: str) -> ModelResponse:
        columns = {"name": f"[{number_of('# Skiff lamp', told)}]", "price": str(number_of("$48.00", told))}
        return call("extract", list="elements", columns=columns)

    model = ScriptedModel([extract, call("finish")])
    task = TaskSpec("Get name and price", "structured_json", RECORD, starting_url=HOST)
    run = await run_llm(model, stored(PRODUCT), task)
    assert run.answer.data == {"name": "Skiff lamp", "price": 48.0}
    assert {(each.column, each.text) for each in run.answer.provenance} == {("name", "Skiff lamp"), ("price", "$48.00")}


async def test_an_answer_that_stays_unfit_fails_after_two_repairs() -> None:
    def extract(told: str) -> ModelResponse:
        text = number_of("# Skiff lamp", told)
        return call("extract", list="elements", columns={"name": str(text), "price": str(text)})

    model = ScriptedModel([extract, call("finish")])
    task = TaskSpec("Get name and price", "structured_json", RECORD, starting_url=HOST)
    with pytest.raises(AgentError, match='The column "price" has no value') as caught:
        await run_llm(model, stored(PRODUCT), task)
    assert caught.value.code == TaskFailureCode.OUTPUT_SCHEMA_MISMATCH
    assert len(model.asked) == 4


async def test_data_without_rows_is_no_answer() -> None:
    model = ScriptedModel([call("finish", answer="Talks: none."), call("give_up", reason="no")])
    with pytest.raises(AgentError):
        await run_llm(
            model, stored("programme"), TaskSpec("List the talks", "structured_json", SCHEMA, starting_url=HOST)
        )
    assert "Nothing was read yet" in last_told(model.asked[1])


async def run_with_partial(task: TaskSpec, *script: Said) -> tuple[LlmRun, Finish | None]:
    """Run a task; return with it the answer that would be kept if it ended after the last read."""
    run = await run_llm(ScriptedModel(script), stored("programme"), task)
    return run, [step for step in run.steps if isinstance(step, PartialResult)][-1].finish()


async def test_what_was_read_last_is_kept_for_the_case_that_the_task_ends() -> None:
    rooms, talks = (call("extract", list="L1", columns={"talk": name, "room": "Room"}) for name in ("Speaker", "Talk"))
    task = TaskSpec("List the talks at the Pier", "structured_json", SCHEMA, starting_url=HOST)
    _, kept = await run_with_partial(task, rooms, talks, call("finish", limit=1))
    assert kept is not None
    assert [record["talk"] for record in kept.data][:2] == ["Reading tides", "Sparse maps"]
    assert len(kept.data) == 5
    assert kept.text.startswith("5 of 5 rows. The model has chosen none of them yet.")
    assert {each.column for each in kept.provenance} == {"talk", "room"}


async def test_several_rows_are_no_partial_answer_where_one_record_is_asked_for() -> None:
    talks = call("extract", list="L1", columns={"talk": "Talk", "room": "Room"})
    task = TaskSpec("Get the first talk", "structured_json", SCHEMA["items"], starting_url=HOST)  # type: ignore[arg-type]
    run, kept = await run_with_partial(task, talks, call("finish", rows=[1]))
    assert (run.answer.data, kept) == ({"talk": "Reading tides", "room": "Pier"}, None)


# --- answers in words


async def test_an_answer_is_taken_with_the_elements_that_show_it() -> None:
    run = await worded(finish_with("The Skiff lamp costs $48.00.", "Skiff lamp", "$48.00"))
    assert run.answer.text == "The Skiff lamp costs $48.00."
    assert [each.text for each in run.answer.provenance] == ["Skiff lamp", "$48.00"]


async def test_a_number_that_is_not_cited_is_refused_and_asked_for_again() -> None:
    run = await worded(
        finish_with("It costs $84.00.", "$48.00"), lambda told: call("finish", answer="It is in stock.", cites=[])
    )
    assert run.answer.text == "It is in stock."


async def test_what_stays_unproved_is_left_out_and_said() -> None:
    model = ScriptedModel(
        [
            lambda told: call(
                "finish",
                answer="It costs $48.00. Its weight is 99 kg.",
                cites=[number_of("$48.00", last_told(model.asked[0]))],
            )
        ]
    )
    run = await run_llm(model, stored(PRODUCT), brief())
    assert run.answer.text.startswith("It costs $48.00. (1 sentence of the model left out")
    assert "99" in last_told(model.asked[1])
    assert len(model.asked) == 3


async def test_an_answer_of_which_nothing_is_proved_fails() -> None:
    error = await failure_of(call("finish", answer="Paris has 99 lamps."))
    assert error.code == TaskFailureCode.AGENT_ERROR
    assert "“99”" in error.message


# --- limits


async def test_the_steps_are_limited() -> None:
    error = await failure_of(
        *(call("find", words=f"lamp {number}") for number in range(9)),
        options=ModelOptions("openai:gpt-4.1", max_steps=3),
    )
    assert error.code == TaskFailureCode.MODEL_LIMIT_REACHED
    assert "3 times (emulator.maxSteps)" in error.message


async def test_tokens_and_dollars_are_checked_before_they_are_spent() -> None:
    model = ScriptedModel([call("lists")])
    for options in (
        ModelOptions("openai:gpt-4.1", max_input_tokens=100),
        ModelOptions("openai:gpt-4.1", max_output_tokens=100),
        ModelOptions("openai:gpt-4.1", max_cost_usd=Decimal("0.000001")),
    ):
        with pytest.raises(AgentError) as caught:
            await run_llm(model, stored(PRODUCT), brief(), options=options)
        assert caught.value.code == TaskFailureCode.MODEL_LIMIT_REACHED
    assert not model.asked


async def test_a_limit_in_dollars_needs_a_price() -> None:
    for options in (
        ModelOptions("ollama:qwen3", max_cost_usd=Decimal(1)),
        ModelOptions("openai:gpt-4.1", "http://localhost:1/v1", max_cost_usd=Decimal(1)),
    ):
        assert (await failure_of(options=options)).code == TaskFailureCode.MODEL_PRICE_UNKNOWN


async def test_tokens_and_cost_are_those_of_the_provider() -> None:
    run = await worded(call("lists"), finish_with("It is in stock."))
    assert (run.tokens.prompt, run.tokens.completion, run.tokens.estimated) == (200, 20, False)
    assert run.tokens.model_requests == 2
    assert run.tokens.model_cost_usd is not None
    assert 0 < run.tokens.model_cost_usd < Decimal("0.01")


def test_what_a_provider_does_not_count_is_estimated_and_has_no_cost() -> None:
    tokens = TokenUse(estimated=False)
    Spending(ModelOptions("openai:gpt-4.1"), tokens).count(ModelResponse([TextPart("Hello")]), 4000)
    assert tokens.estimated
    assert tokens.prompt == 1000
    assert tokens.model_requests == 1
    assert tokens.model_cost_usd is None


# --- models that do not behave


async def test_the_same_on_the_same_page_is_stopped() -> None:
    error = await failure_of(call("find", words="lamp"))
    assert error.code == TaskFailureCode.AGENT_ERROR
    assert "repeats itself" in error.message


async def test_an_answer_that_is_refused_again_and_again_ends_the_task_with_the_reason() -> None:
    model = ScriptedModel([call("finish")])
    with pytest.raises(AgentError, match="ended 4 times in a row without an answer: Nothing was read yet") as caught:
        await run_llm(model, stored(PRODUCT), brief())
    assert caught.value.code is TaskFailureCode.AGENT_ERROR
    assert len(model.asked) == 4


async def test_a_wrong_tool_or_argument_is_told_with_what_is_right() -> None:
    model = ScriptedModel(
        [
            call("clik", element=1),
            call("click", element="the lamp"),
            call("finish", answer="Done."),
        ]
    )
    await run_llm(model, stored(PRODUCT), brief())
    assert "Did you mean click?" in last_told(model.asked[1])
    assert "Right is: click(element, manner=…)." in last_told(model.asked[2])


async def test_a_model_that_writes_its_calls_as_json_is_understood() -> None:
    run = await worded(says('I think: {"tool": "finish", "arguments": {"answer": "It is in stock."}} okay?'))
    assert run.answer.text == "It is in stock."


async def test_a_model_that_babbles_is_asked_for_json_and_then_given_up() -> None:
    model = ScriptedModel([says("What a lovely page!")])
    with pytest.raises(AgentError) as caught:
        await run_llm(model, stored(PRODUCT), brief())
    assert caught.value.code == TaskFailureCode.MODEL_UNSUITABLE
    assert "calls none of its tools rightly, 3 times in a row: it said “What a lovely page!”" in caught.value.message
    assert model.tools[0]
    assert not model.tools[-1]
    assert "Call one of the tools." in last_told(model.asked[1])


async def test_a_model_without_tools_is_asked_in_json() -> None:
    refusal = ModelHTTPError(400, "m", {"error": {"message": "m does not support tools"}})
    model = ScriptedModel([refusal, says('{"tool": "finish", "arguments": {"answer": "It is in stock."}}')])
    run = await run_llm(model, stored(PRODUCT), brief())
    assert run.answer.text == "It is in stock."
    assert not model.tools[1]
    assert "click(element: integer" in str(model.asked[1])


# --- faults of providers


def http(kind: type, status: int, message: str = "m", **fields: object) -> ModelHTTPError:
    return ModelHTTPError.for_category(
        kind, status_code=status, model_name="m", body={"error": {"message": message}}, **fields
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (http(ModelAuthenticationError, 401, "bad key sk-1234567890"), TaskFailureCode.MODEL_KEY_INVALID),
        (ModelHTTPError(403, "m", {"error": {"message": "no"}}), TaskFailureCode.MODEL_KEY_INVALID),
        (http(ModelNotFoundError, 404), TaskFailureCode.MODEL_NOT_FOUND),
        (ContentFilterError("filtered"), TaskFailureCode.MODEL_REFUSED),
        (ModelHTTPError(400, "m", {"error": {"message": "bad parameter"}}), TaskFailureCode.MODEL_UNSUITABLE),
        (ModelHTTPError(302, "m", None), TaskFailureCode.MODEL_UNAVAILABLE),
        (http(ModelRateLimitError, 429, retry_after=600), TaskFailureCode.MODEL_UNAVAILABLE),
    ],
)
async def test_a_fault_that_stays_ends_the_task_at_once_in_one_line(error: Exception, code: TaskFailureCode) -> None:
    model = ScriptedModel([error])
    with pytest.raises(AgentError) as caught:
        await run_llm(model, stored(PRODUCT), brief(), options=ModelOptions("openai:gpt-4.1", key="sk-1234567890"))
    assert caught.value.code == code
    assert len(model.asked) == 1
    assert "\n" not in caught.value.message
    assert "sk-1234567890" not in caught.value.message


@pytest.mark.parametrize(
    "error",
    [
        http(ModelRateLimitError, 429, retry_after=2),
        http(ModelServerError, 500),
        ModelTimeoutError("m", "slow"),
        ModelConnectionError("m", "cut", phase="read"),
        UnexpectedModelBehavior("malformed"),
    ],
)
async def test_a_fault_that_passes_is_asked_again(error: Exception) -> None:
    run = await run_llm(ScriptedModel([error, call("finish", answer="It is in stock.")]), stored(PRODUCT), brief())
    assert run.answer.text == "It is in stock."
    assert len(run.waits_s) == 1


async def test_an_endpoint_that_stays_down_ends_the_task() -> None:
    error = await failure_of(ModelConnectionError("m", "refused", phase="connect"))
    assert error.code == TaskFailureCode.MODEL_UNAVAILABLE
    assert "refused, 4 times" in error.message


async def test_an_answer_that_was_lost_makes_tokens_estimated_and_cost_unknown() -> None:
    lost = ModelConnectionError("m", "cut", phase="read")
    run = await run_llm(ScriptedModel([lost, call("finish", answer="It is in stock.")]), stored(PRODUCT), brief())
    assert run.tokens.estimated
    assert run.tokens.model_cost_usd is None


async def test_tokens_that_were_used_before_are_added_and_stay_estimated() -> None:
    tokens = TokenUse(prompt=50, completion=5)
    run = await run_llm(ScriptedModel([finish_with("It is in stock.")]), stored(PRODUCT), brief(), tokens=tokens)
    assert (tokens.prompt, tokens.completion, tokens.estimated) == (150, 15, True)
    assert run.tokens.model_cost_usd is not None


async def test_what_lost_answers_may_have_cost_counts_against_the_limits() -> None:
    lost = ModelConnectionError("m", "cut", phase="read")
    for options in (
        ModelOptions("openai:gpt-4.1", max_cost_usd=Decimal("0.09")),  # one request costs 4 cents at most
        ModelOptions("openai:gpt-4.1", max_output_tokens=2 * MOST_ANSWER_TOKENS),
        ModelOptions("openai:gpt-4.1", max_steps=2),
    ):
        model = ScriptedModel([lost])
        with pytest.raises(AgentError) as caught:
            await run_llm(model, stored(PRODUCT), brief(), options=options)
        assert caught.value.code == TaskFailureCode.MODEL_LIMIT_REACHED
        assert len(model.asked) == 2


async def test_a_conversation_that_is_too_long_is_shortened_once() -> None:
    too_long = http(ModelContextWindowExceededError, 400)
    model = ScriptedModel([too_long, call("finish", answer="It is in stock.")])
    assert (await run_llm(model, stored(PRODUCT), brief())).answer.text == "It is in stock."
    error = await failure_of(too_long)
    assert error.code == TaskFailureCode.MODEL_LIMIT_REACHED


# --- pictures


async def test_a_model_with_vision_is_shown_the_page_as_it_is_now_and_no_earlier_picture() -> None:
    model = ScriptedModel(
        [
            lambda told: call("type", element=number_of("'Boat'", told), text="Anna"),
            call("finish", answer="Done."),
        ]
    )
    options = ModelOptions("openai:gpt-4.1", key="k", vision=True)
    run = await run_llm(model, stored(FORM), TaskSpec("Fill in Anna", starting_url=HOST), options=options)
    assert [type(step) for step in run.steps].count(TakePicture) == 2
    for asked in model.asked:
        pictures = [part for each in asked for part in each.parts for part in getattr(part, "content", ()) or ()]
        assert sum(isinstance(each, BinaryContent) for each in pictures) == 1


async def test_a_model_without_vision_is_shown_no_picture() -> None:
    run = await worded(call("finish", answer="It is in stock."))
    assert not any(isinstance(step, TakePicture) for step in run.steps)


def test_controls_have_their_numbers_on_a_picture() -> None:
    white = io.BytesIO()
    Image.new("RGB", (100, 50), "white").save(white, "PNG")
    with Image.open(io.BytesIO(marked(white.getvalue(), [(12, Box(10, 20, 40, 20))]))) as picture:
        assert picture.size == (100, 50)
        assert picture.getpixel((10, 30)) != (255, 255, 255)
        assert picture.getpixel((90, 5)) == (255, 255, 255)
