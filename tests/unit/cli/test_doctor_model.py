"""Tests of the check of a language model by `webrun-nb doctor`, against a server of chat completions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from webrun_nb.agents.base import AgentError, ModelOptions
from webrun_nb.agents.llm.trial import TRIAL_PATIENCE, try_model
from webrun_nb.bench.harness.model_server import Answer, ModelServer, model_server, refusal
from webrun_nb.cli.doctor import Finding, language_model

KEY = "sk-doctor-5510fe77"
MODEL = "openai:small"


@pytest.fixture(scope="module")
def served() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBRUN_MODEL_KEY", KEY)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def result_of(model: str | None, url: str | None) -> Finding:
    """Return the last line on a model."""
    *_, last = language_model(model, url)
    return last


def test_it_is_said_that_the_model_is_asked_before_it_is(served: ModelServer) -> None:
    served.say(Answer("report_sum", {"sum": 5}))
    lines = language_model(MODEL, served.url)
    begun = next(lines)
    assert (begun.state, begun.detail) == ("asking", "openai:small, which has 30 s to answer")
    assert not served.requests
    assert next(lines).state == "ok"


async def test_an_endpoint_that_is_silent_is_asked_once(served: ModelServer) -> None:
    served.say(Answer("report_sum", {"sum": 5}, stream="stalls"))
    with pytest.raises(AgentError, match=r"no answer from http://127\.0\.0\.1:\d+/v1 within 0 s\.$"):
        await try_model(ModelOptions(MODEL, served.url, KEY), patience=replace(TRIAL_PATIENCE, silence_s=0.1))
    assert len(served.requests) == 1


def test_a_model_that_calls_tools_is_asked_once(served: ModelServer) -> None:
    served.say(Answer("report_sum", {"sum": 5}))
    found = result_of(MODEL, served.url)
    assert (found.state, found.detail) == (
        "ok",
        "openai:small answers, and calls tools (1 request of unknown cost)",
    )
    assert served.headers[0]["authorization"] == f"Bearer {KEY}"


def test_a_model_without_tools_may_write_json(served: ModelServer) -> None:
    served.say(
        refusal(400, "this model does not support tools"),
        Answer(words='Sure: {"tool": "report_sum", "arguments": {"sum": 5}}'),
    )
    found = result_of(MODEL, served.url)
    assert found.state == "ok"
    assert found.detail.startswith("openai:small calls no tools, and writes JSON in their place")


def test_an_endpoint_that_streams_no_whole_answer_is_asked_for_one(served: ModelServer) -> None:
    served.say(Answer("report_sum", {"sum": 5}, stream="half"))
    assert result_of(MODEL, served.url).state == "ok"
    assert [bool(request.get("stream")) for request in served.requests] == [True, False]


def test_a_model_that_only_talks_is_not_suitable(served: ModelServer) -> None:
    served.say(Answer(words="The sum is 5."))
    found = result_of(MODEL, served.url)
    assert (found.state, found.fix) == ("missing", "choose another model")
    assert "neither calls tools nor writes JSON (2 requests" in found.detail


@pytest.mark.parametrize(
    ("answer", "detail", "fix"),
    [
        (refusal(401, f"Incorrect API key provided: {KEY}"), "the key is refused", "set WEBRUN_MODEL_KEY in the env"),
        (refusal(429, "slow down"), "can't be used: HTTP 429: slow down", "wait a while and try again"),
        (Answer(status=307, headers={"Location": "/x"}), "answers with a redirect", "check the model's address"),
        (refusal(404, "The model `small` does not exist"), "There is no model openai:small", "check the name"),
        (
            Answer(status=400, body='{"error": {"message": "too long", "code": "context_length_exceeded"}}'),
            "openai:small can't read even a short question: HTTP 400: too long",
            "choose another model",
        ),
        (
            refusal(400, "This model's maximum context length is 16 tokens"),
            "openai:small can't read even a short question: HTTP 400",
            "choose another model",
        ),
    ],
)
def test_a_refusal_is_one_line_without_the_key(served: ModelServer, answer: Answer, detail: str, fix: str) -> None:
    served.say(answer)
    found = result_of(MODEL, served.url)
    assert found.state == "missing"
    assert detail in found.detail
    assert found.fix.startswith(fix)
    assert KEY not in str(found)
    assert "\n" not in str(found)


def test_an_endpoint_that_is_down_is_one_line_that_names_it() -> None:
    with model_server() as gone:
        pass
    found = result_of("ollama:qwen3", gone.url)
    assert (found.state, found.fix) == ("missing", "check its address, and whether it runs there; try again later")
    assert found.detail.startswith(f"ollama:qwen3 can't be reached: nothing answers at {gone.url}; start Ollama there")
    assert "\n" not in str(found)


@pytest.mark.parametrize(
    ("model", "detail"),
    [
        ("small", "'small' is not provider:name"),
        ("openai:small", "openai:small needs a key of OpenAI: OPENAI_API_KEY is not set"),
        (None, "needs a model"),
    ],
)
def test_what_cannot_be_asked_says_so_at_once(model: str | None, detail: str) -> None:
    found = result_of(model, None if model else "http://127.0.0.1:9/v1")
    assert found.state == "missing"
    assert detail in found.detail
