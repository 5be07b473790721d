"""Tests of magics with a language model: a server of chat completions on this machine takes a provider's place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.kernels import Kernel, running_kernel
from webrun_nb.bench.harness.model_server import Answer, ModelServer, model_server, refusal

KEY = "sk-notebook-20d1f6ab"
NO_COST = "the model costs nothing: it has answered nothing"
UNKNOWN_COST = "model cost unknown"
HEADING = Answer("finish", {"answer": "The page is a shop."})


@pytest.fixture(scope="module")
def served() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server


@pytest.fixture(scope="module")
def kernel(served: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = str(tmp_path_factory.mktemp("data"))
    with running_kernel(WEBRUN_DATA_DIR=folder, WEBRUN_MODEL_KEY=KEY, OPENAI_API_KEY="") as kernel:
        assert kernel.run("%load_ext webrun_nb").status == "ok"
        yield kernel


def test_a_model_does_the_tasks_of_its_session_and_its_cost_is_the_users(kernel: Kernel, served: ModelServer) -> None:
    served.say(HEADING)
    assert kernel.run(f"%webrun start ours --model openai:small --model-url {served.url}").status == "ok"
    ran = kernel.run("%%webrun task --url practice:shop --max-steps 5\nWhat is this?")
    assert ran.status == "ok", ran.errors
    assert kernel.run("print(webrun.last)").text.startswith("The page is a shop.")
    assert "(emulated, you pay at most for the model) · model cost unknown" in ran.text
    assert len(served.requests) == 1
    assert served.headers[0]["authorization"] == f"Bearer {KEY}"
    told = kernel.run("print(webrun.last.usage.model, webrun.last.usage.tokens_estimated)").text
    assert told.strip() == "ModelUsage(requests=1, cost_usd=None) False"


def test_auto_asks_the_model_only_for_what_the_local_agent_does_not_understand(
    kernel: Kernel, served: ModelServer
) -> None:
    served.say(HEADING)
    understood = kernel.run("%%webrun task --agent auto --url practice:shop\nGet the heading.")
    assert understood.status == "ok", understood.errors
    assert served.requests == []
    handed_over = kernel.run("%%webrun task --agent auto\nPonder upon the quiddity of these wares, prithee.")
    assert handed_over.status == "ok", handed_over.errors
    assert len(served.requests) == 1
    notes = kernel.run("print(*webrun.last.steps['target'])").text
    assert "openai:small does this task, as the local agent cannot." in notes


def test_a_task_may_choose_the_local_agent(kernel: Kernel, served: ModelServer) -> None:
    served.say(HEADING)
    assert kernel.run("%%webrun task --agent local --url practice:shop\nGet the heading.").status == "ok"
    assert served.requests == []


def test_a_budget_in_dollars_for_a_model_of_unknown_price_is_one_line(kernel: Kernel, served: ModelServer) -> None:
    served.say(HEADING)
    ran = kernel.run("%%webrun task --max-cost 0.50\nWhat is this?")
    assert "MODEL_PRICE_UNKNOWN" in ran.one_line
    assert "--max-tokens" in ran.one_line
    assert served.requests == []


@pytest.mark.parametrize(
    ("options", "answer", "said", "cost", "what_to_do"),
    [
        (
            "",
            refusal(401, "Incorrect key"),
            "the key is refused: HTTP 401: Incorrect key",
            NO_COST,
            "set WEBRUN_MODEL_KEY in the",
        ),
        (
            "",
            refusal(404, "No such model"),
            "There is no model openai:small",
            NO_COST,
            "check --model, `provider:name`",
        ),
        ("", Answer(words="Nice page!"), "calls none of its tools rightly", UNKNOWN_COST, "choose a model that can"),
        (
            "--max-steps 2",
            Answer("find", {"words": "x"}),
            "2 times (--max-steps)",
            UNKNOWN_COST,
            "allow more with --max",
        ),
        ("--max-tokens 900", Answer(), "of 900 (--max-tokens) are used", NO_COST, "allow more with --max-steps"),
    ],
)
def test_what_fails_is_one_line_with_the_cost_and_what_to_do(
    kernel: Kernel, served: ModelServer, options: str, answer: Answer, said: str, cost: str, what_to_do: str
) -> None:
    served.say(answer)
    line = kernel.run(f"%%webrun task {options}\nWhat is this?").one_line
    assert [said in line, f" · {cost} · {what_to_do}" in line] == [True, True], line


def test_an_endpoint_that_is_down_is_named_at_once(kernel: Kernel) -> None:
    with model_server() as gone:
        pass
    line = kernel.run(f"%%webrun task --model ollama:qwen3 --model-url {gone.url}\nWhat is this?").one_line
    assert f"nothing answers at {gone.url}; start Ollama there, or name its right address. · {NO_COST} · try" in line


def test_a_missing_key_is_one_line_that_names_its_variable(kernel: Kernel) -> None:
    for cell in ("%webrun start other --model openai:gpt-4.1-mini", "%%webrun task --model openai:x\nWhat is this?"):
        line = kernel.run(cell.replace("openai:x", "groq:x")).one_line
        assert "_API_KEY is not set" in line
        assert "in the environment that Jupyter is started in" in line


def test_the_model_is_in_the_ledger_and_its_key_nowhere(kernel: Kernel) -> None:
    ran = kernel.run("%webrun usage")
    assert "model cost unknown" in ran.text
    assert KEY not in kernel.run("%webrun status ours").text
    assert KEY not in kernel.run("%webrun code").text
    assert kernel.run("%webrun terminate --all").status == "ok"
