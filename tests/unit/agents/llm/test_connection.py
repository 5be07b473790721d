"""The agent over a real connection to a server that speaks chat completions: what is sent where, and each fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.agent_runner import FakeWorker
from helpers.stored_pages import stored
from webrun_nb.agents.base import AgentError, Finish, Log, ModelOptions, Observe, Reply, TaskSpec, TokenUse
from webrun_nb.agents.llm.agent import LlmAgent
from webrun_nb.agents.llm.requests import USUAL_PATIENCE, Patience
from webrun_nb.bench.harness.model_server import Answer, ModelServer, model_server, refusal
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.language_models import DEFAULT_MAX_STEPS

KEY = "sk-tests-90210-abcdef"
DONE = Answer("finish", {"answer": "It is in stock."})


@pytest.fixture(scope="module")
def served() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server


async def no_sleep(seconds: float) -> None:
    pass


PAGE = stored("product")
SPEC = TaskSpec("Is it in stock?", starting_url=PAGE.observation.url)


async def answer_of(
    served: ModelServer,
    tokens: TokenUse | None = None,
    *,
    model: str = "openai:some-model",
    key: str = KEY,
    said: list[str] | None = None,
    whole_answers: set[str] | None = None,
    patience: Patience = USUAL_PATIENCE,
    max_steps: int = DEFAULT_MAX_STEPS,
) -> str:
    """Return the answer of a task on a stored page, by the model of a server."""
    worker = FakeWorker(PAGE)
    agent = LlmAgent(
        ModelOptions(model, served.url, key, max_steps), sleep=no_sleep, whole_answers=whole_answers, patience=patience
    )
    run = agent.run(SPEC, TokenUse() if tokens is None else tokens)
    reply: Reply | None = None
    try:
        while True:
            step = await run.asend(reply)
            if isinstance(step, Finish):
                return step.text
            if isinstance(step, Log) and said is not None:
                said.append(step.text)
            reply = worker.reply(step)
    finally:
        await run.aclose()


async def test_a_task_is_done_over_chat_completions_with_tools(served: ModelServer) -> None:
    served.say(Answer("find", {"words": "stock"}, "I look."), DONE)
    tokens = TokenUse()
    assert await answer_of(served, tokens) == "It is in stock."
    assert (tokens.prompt, tokens.completion, tokens.estimated) == (2000, 40, False)
    assert tokens.model_cost_usd is None
    first, second = served.requests
    assert first["model"] == "some-model"
    assert {"click", "extract", "finish"} <= {tool["function"]["name"] for tool in first["tools"]}
    assert [message["role"] for message in second["messages"]][-2:] == ["assistant", "tool"]
    assert served.headers[0]["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (refusal(401, f"Incorrect API key provided: {KEY}"), TaskFailureCode.MODEL_KEY_INVALID),
        (refusal(403, "not for you"), TaskFailureCode.MODEL_KEY_INVALID),
        (refusal(404, "The model does not exist"), TaskFailureCode.MODEL_NOT_FOUND),
        (refusal(429, "slow down", **{"Retry-After": "900"}), TaskFailureCode.MODEL_UNAVAILABLE),
        (refusal(500, "oops"), TaskFailureCode.MODEL_UNAVAILABLE),
        (refusal(503, "overloaded"), TaskFailureCode.MODEL_UNAVAILABLE),
        (refusal(400, "This model's maximum context length is 100 tokens"), TaskFailureCode.MODEL_LIMIT_REACHED),
        (refusal(400, "temperature: must be 1"), TaskFailureCode.MODEL_UNSUITABLE),
        (Answer(status=302, headers={"Location": "https://elsewhere.example/v1"}), TaskFailureCode.MODEL_UNAVAILABLE),
        (Answer(status=307, headers={"Location": "/v1/other"}), TaskFailureCode.MODEL_UNAVAILABLE),
        (Answer(words="I won't.", finish="content_filter"), TaskFailureCode.MODEL_REFUSED),
        (Answer("finish", {}, cut=True), TaskFailureCode.MODEL_UNAVAILABLE),
        (Answer(body="<html>gateway</html>"), TaskFailureCode.MODEL_UNAVAILABLE),
        (Answer(body="{}"), TaskFailureCode.MODEL_UNAVAILABLE),
        (Answer("click", "{not json"), TaskFailureCode.MODEL_UNSUITABLE),
        (Answer(words="Nice page!"), TaskFailureCode.MODEL_UNSUITABLE),
        (Answer(), TaskFailureCode.MODEL_UNSUITABLE),
    ],
)
async def test_each_fault_that_stays_ends_in_one_line_without_the_key(
    served: ModelServer, fault: Answer, code: TaskFailureCode
) -> None:
    served.say(fault)
    with pytest.raises(AgentError) as caught:
        await answer_of(served)
    assert caught.value.code == code, caught.value.message
    assert "\n" not in caught.value.message
    assert KEY not in caught.value.message
    assert set(served.paths) == {"/v1/chat/completions"}


@pytest.mark.parametrize(
    "fault",
    [
        refusal(429, "slow down", **{"Retry-After": "1"}),
        refusal(500, "oops"),
        Answer("finish", {"answer": "It is sold out."}, cut=True),
        Answer("finish", {"answer": "It is sold out."}, stream="half"),
        Answer("finish", {"answer": "It is sold out."}, stream="error"),
        Answer("finish", {"answer": "It is sold out."}, stream="stalls"),
        refusal(400, "Your organization must be verified to stream this model"),
        Answer(body="<html>gateway</html>"),
        Answer("click", "{not json"),
        Answer(words="Nice page!"),
        Answer(),
        refusal(400, "this model does not support tools"),
    ],
)
async def test_each_fault_that_passes_is_got_over(served: ModelServer, fault: Answer) -> None:
    def script(told: str, number: int) -> Answer:
        written = '{"tool": "finish", "arguments": {"answer": "It is in stock."}}'
        return fault if number == 0 else DONE if "tools" in served.requests[-1] else Answer(words=written)

    served.follow(script)
    assert await answer_of(served, patience=Patience(silence_s=0.2)) == "It is in stock."


HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("fault", "asked", "said", "kind"),
    [
        (
            Answer(status=307, headers={"Location": "/v1/x"}),
            1,
            "/v1 answers with a redirect (HTTP 307)",
            "wrong_address",
        ),
        (Answer(body="<html>hello</html>", headers=HTML), 1, "/v1 answers with a web page (HTTP 200)", "wrong_address"),
        (Answer(status=404, body="<p>no", headers=HTML), 1, "/v1 answers with a web page (HTTP 404)", "wrong_address"),
        (refusal(429, "slow down"), 4, "can't be used: HTTP 429: slow down, 4 times", "rate_limit"),
        (refusal(402, "pay"), 1, "can't be used: its quota is used up: HTTP 402: pay", "quota"),
        (refusal(401, "no"), 1, "the key is refused", "own_key"),
        (refusal(400, "maximum context length is 9"), 2, "longer than the model can read", "context"),
        (Answer("finish", {}, cut=True), 4, "can't be used: no whole answer from", None),
    ],
)
async def test_a_fault_names_what_has_to_be_done_about_it(
    served: ModelServer, fault: Answer, asked: int, said: str, kind: str | None
) -> None:
    served.say(fault)
    with pytest.raises(AgentError) as caught:
        await answer_of(served)
    assert said in caught.value.message
    assert caught.value.details.get("fault") == kind
    assert len(served.requests) == asked


async def test_a_web_page_for_an_error_of_the_server_passes(served: ModelServer) -> None:
    served.say(Answer(status=502, body="<html>bad gateway</html>", headers=HTML), DONE)
    assert await answer_of(served) == "It is in stock."


# --- answers that arrive as a stream


async def test_words_are_told_while_they_arrive_and_the_rest_once_the_answer_is_whole(served: ModelServer) -> None:
    words = "I look for the stock. Then I tell it"
    served.say(Answer("find", {"words": "stock"}, words, thought="The stock is on the page."), DONE)
    said: list[str] = []
    await answer_of(served, said=said)
    assert said == ["The stock is on the page.", "I look for the stock.", "Then I tell it"]
    assert served.requests[0]["stream_options"] == {"include_usage": True}


async def test_what_broke_off_is_not_done_and_may_have_been_charged(served: ModelServer) -> None:
    served.say(Answer("finish", {"answer": "It is sold out."}, "It is. Over", cut=True), DONE)
    tokens, said = TokenUse(), list[str]()
    assert await answer_of(served, tokens, said=said) == "It is in stock."
    assert (tokens.model_requests, tokens.model_cost_usd, tokens.estimated) == (2, None, True)
    assert said[0] == "It is."
    assert said[1].startswith(f"openai:some-model: no whole answer from {served.url}: ")
    assert said[1].endswith(". It is asked again.")


@pytest.mark.parametrize(
    ("fault", "asked", "charged"),
    [
        (refusal(400, "stream_options: unknown"), 3, 2),
        (Answer("find", {"words": "lamp"}, stream="half"), 3, 3),
    ],
)
async def test_a_model_that_does_not_stream_is_asked_for_whole_answers_from_then_on(
    served: ModelServer, fault: Answer, asked: int, charged: int
) -> None:
    whole_answers, tokens = set[str](), TokenUse()
    served.follow(
        lambda told, number: (
            fault if served.requests[-1].get("stream") else Answer("find", {"words": "stock"}) if number < 2 else DONE
        )
    )
    await answer_of(served, tokens, whole_answers=whole_answers)
    assert (len(served.requests), tokens.model_requests) == (asked, charged)
    await answer_of(served, whole_answers=whole_answers)
    assert [bool(request.get("stream")) for request in served.requests] == [True] + [False] * asked
    assert whole_answers == {f"openai:some-model {served.url}"}


async def test_a_whole_answer_in_the_place_of_a_stream_is_taken_and_nothing_is_lost(served: ModelServer) -> None:
    served.say(
        Answer("find", {"words": "stock"}, "I look.", stream="whole"),
        Answer("finish", {"answer": "It is in stock."}, stream="whole"),
    )
    tokens, said, whole_answers = TokenUse(), list[str](), set[str]()
    assert await answer_of(served, tokens, said=said, whole_answers=whole_answers) == "It is in stock."
    assert (tokens.model_requests, tokens.prompt, tokens.estimated) == (2, 2000, False)
    assert (said, whole_answers) == (["I look."], set())


async def test_a_connection_that_breaks_off_once_does_not_end_the_streams(served: ModelServer) -> None:
    whole_answers = set[str]()
    served.say(Answer("finish", {}, cut=True), DONE)
    await answer_of(served, whole_answers=whole_answers)
    assert whole_answers == set()


async def test_streams_that_break_off_again_and_again_are_given_up_for_whole_answers(served: ModelServer) -> None:
    served.follow(
        lambda told, number: (
            Answer("finish", {}, cut=True)
            if served.requests[-1].get("stream")
            else DONE
            if number > 6
            else Answer("find", {"words": f"stock {number}"})
        )
    )
    whole_answers = set[str]()
    assert await answer_of(served, whole_answers=whole_answers) == "It is in stock."
    assert [bool(request.get("stream")) for request in served.requests] == [True, False] * 2 + [False] * 4
    assert whole_answers == {f"openai:some-model {served.url}"}


async def test_a_limit_that_lost_answers_have_reached_says_that_they_were_lost(served: ModelServer) -> None:
    served.say(Answer("finish", {}, cut=True))
    with pytest.raises(
        AgentError, match=r"asked 2 times .* Answers that were lost: 2; the last: no whole answer from"
    ) as caught:
        await answer_of(served, max_steps=2)
    assert caught.value.code == TaskFailureCode.MODEL_LIMIT_REACHED
    served.follow(
        lambda told, number: Answer("find", {"words": f"stock {number}"}, cut=bool(served.requests[-1].get("stream")))
    )
    with pytest.raises(AgentError, match=r"asked 4 times .* Answers that were lost: 2; the last: no whole answer"):
        await answer_of(served, max_steps=4)


async def test_a_call_that_is_written_as_json_is_not_told(served: ModelServer) -> None:
    said: list[str] = []
    served.say(Answer(words='I finish. {"tool": "finish", "arguments": {"answer": "It is in stock."}}'))
    assert await answer_of(served, said=said) == "It is in stock."
    assert said == ["I finish."]


async def test_a_task_that_ends_meanwhile_ends_the_request_which_may_be_charged(served: ModelServer) -> None:
    served.say(Answer("finish", {"answer": "It is sold out."}, "It is. Over", stream="stalls"))
    tokens = TokenUse()
    run = LlmAgent(ModelOptions("openai:some-model", served.url, KEY)).run(SPEC, tokens)
    worker, reply = FakeWorker(PAGE), None
    while not isinstance(step := await run.asend(reply), Log):
        reply = worker.reply(step)
    assert step.text == "It is."
    assert (tokens.model_requests, tokens.prompt_under_way > 300) == (0, True)
    await run.aclose()
    assert (tokens.model_requests, tokens.model_cost_usd, tokens.prompt_under_way) == (1, None, 0)


async def test_tokens_that_a_server_does_not_count_are_estimated(served: ModelServer) -> None:
    served.say(Answer("finish", {"answer": "It is in stock."}, usage=False))
    tokens = TokenUse()
    await answer_of(served, tokens)
    assert tokens.estimated
    assert tokens.prompt > 300


async def test_a_server_of_this_machine_that_is_down_is_named_at_once_and_costs_nothing() -> None:
    with model_server() as gone:
        pass
    tokens = TokenUse()
    with pytest.raises(AgentError) as caught:
        await answer_of(gone, tokens)
    assert caught.value.code == TaskFailureCode.MODEL_UNAVAILABLE
    assert caught.value.message == (
        f"openai:some-model can't be reached: nothing answers at {gone.url}; start its server there, or name its right "
        "address."
    )
    assert (tokens.model_requests, tokens.prompt) == (0, 0)


async def test_a_program_that_serves_models_is_called_by_its_name() -> None:
    with model_server() as gone:
        pass
    with pytest.raises(AgentError, match=f"{gone.url}; start Ollama there"):
        await answer_of(gone, model="ollama:qwen3")


async def test_an_endpoint_that_wants_a_key_is_told_from_one_that_refuses_it(served: ModelServer) -> None:
    served.say(refusal(401, "no key"))
    with pytest.raises(AgentError, match="it needs a key, and there is none: set WEBRUN_MODEL_KEY where") as caught:
        await answer_of(served, key="")
    assert caught.value.code == TaskFailureCode.MODEL_KEY_INVALID


@pytest.mark.parametrize("model", ["openai:x", "anthropic:x", "google:x"])
async def test_a_provider_needs_its_key(model: str) -> None:
    agent = LlmAgent(ModelOptions(model))
    run = agent.run(TaskSpec("x"), TokenUse())
    with pytest.raises(AgentError, match=r"needs a key, and there is none: set .*_API_KEY") as caught:
        await run.asend(None)
    assert caught.value.code == TaskFailureCode.MODEL_KEY_INVALID


@pytest.mark.parametrize("model", ["openai:x", "anthropic:x", "google:x", "mistral:x", "ollama:x"])
async def test_each_kind_of_provider_can_be_connected(model: str) -> None:
    page = stored("product")
    run = LlmAgent(ModelOptions(model, key=KEY)).run(TaskSpec("x", starting_url=page.observation.url), TokenUse())
    assert isinstance(await run.asend(None), Observe), "the first step, once the connection is open"
    await run.aclose()
