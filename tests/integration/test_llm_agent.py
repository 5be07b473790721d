"""Tasks by a language model through the whole emulator and real Chromium; the model is a scripted server."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from helpers.emulators import RunningEmulator
from helpers.scripted_model import number_of
from helpers.waiting import wait_until
from webrun_nb.bench.harness.model_server import Answer, ModelServer, last_told, model_server, refusal
from webrun_nb.client.client import Client
from webrun_nb.client.errors import TaskFailedError
from webrun_nb.notebook.text.labels import activity

KEY = "sk-integration-4471-zzz"
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "price": {"type": "number"}},
        "required": ["name", "price"],
    },
}


@pytest.fixture(scope="module")
def emulator(start_emulator: Callable[..., RunningEmulator]) -> RunningEmulator:
    return start_emulator("--control")


@pytest.fixture(scope="module")
def served() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server


@pytest.fixture(scope="module")
def session(emulator: RunningEmulator) -> str:
    return emulator.start()


@pytest.fixture
def ask(emulator: RunningEmulator, served: ModelServer, session: str) -> Callable[..., dict[str, object]]:
    """A function that gives the session a task for the model."""

    def send(text: str, path: str = "", **fields: object) -> dict[str, object]:
        model = {"agent": "llm", "model": "openai:some-model", "modelUrl": served.url, "modelKey": KEY}
        _, body = emulator.message(
            session,
            actionType="newTask",
            taskDetails=text,
            startingUrl=emulator.shop + path,
            emulator={**model, **fields.pop("model", {})},
            **fields,
        )
        return dict(body)

    return send


def test_rows_are_read_chosen_and_proved(ask, emulator, served) -> None:
    served.say(
        Answer("lists", words="I look for the products."),
        Answer("extract", {"list": "L1"}),
        Answer("finish", {"where": [{"column": "price", "is": "<", "value": 100}], "order_by": "price", "limit": 2}),
    )
    body = ask("List the two cheapest products", outputType="structured_json", outputSchema=SCHEMA)
    assert body["status"] == "complete", body
    rows = json.loads(body["data"]["message"])
    assert [row["price"] for row in rows] == sorted(row["price"] for row in rows)
    assert len(rows) == 2
    assert (body["usage"]["prompt_tokens"], body["usage"]["tokens_estimated"]) == (3000, False)
    assert body["usage"]["model"] == {"requests": 3, "cost": None}
    proof = json.dumps(emulator.get(f"/_emulator/tasks/{body['taskId']}/provenance")[1]["provenance"])
    assert all(f"${row['price']:.2f}" in proof for row in rows)
    steps = emulator.get(f"/_emulator/tasks/{body['taskId']}/steps")[1]["steps"]
    assert "I look for the products." in [step["target"] for step in steps if step["kind"] == "note"]


def test_what_was_read_is_kept_where_a_limit_ends_the_task(ask, served) -> None:
    served.say(Answer("extract", {"list": "L1"}))
    body = ask("List the products", outputType="structured_json", outputSchema=SCHEMA, model={"maxSteps": 1})
    assert (body["status"], body["code"]) == ("failed", "MODEL_LIMIT_REACHED"), body
    partial = json.loads(body["details"]["partial"])
    assert len(partial) > 2
    assert set(partial[0]) == {"name", "price"}


def test_a_page_is_used_and_the_answer_is_in_its_words(ask, served) -> None:
    def open_it(told: str) -> Answer:
        return Answer("click", {"element": number_of("link 'Norvane Aurora 14'", told)})

    def tell(told: str) -> Answer:
        return Answer("finish", {"answer": "The Aurora 14 costs $749.00.", "cites": [number_of("$749.00", told)]})

    served.say(
        Answer("type", {"element": 4, "text": "aurora", "submit": True}),
        open_it,
        tell,
        lambda told: Answer(
            "finish", {"answer": "It costs $749.00.", "cites": [number_of("$749.00", last_told(served.requests[2]))]}
        ),
    )
    body = ask("What does the Aurora 14 cost?")
    assert body["status"] == "complete", body
    assert body["data"]["message"].endswith("costs $749.00.")


def test_a_model_with_vision_is_shown_the_view(ask, served) -> None:
    served.say(Answer("finish", {"answer": "It is a shop."}))
    assert ask("What is this?", model={"vision": True})["status"] == "complete"
    content = served.requests[0]["messages"][-1]["content"]
    (picture,) = (part["image_url"]["url"] for part in content if part["type"] == "image_url")
    assert picture.startswith("data:image/png;base64,")
    with Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2]))) as view:
        assert view.size == (1024, 600)


def test_a_failure_of_the_provider_fails_the_task_with_its_code_and_no_key(ask, served) -> None:
    served.say(refusal(401, f"Incorrect API key provided: {KEY}"))
    body = ask("What is this?")
    assert (body["status"], body["code"]) == ("failed", "MODEL_KEY_INVALID")
    assert KEY not in json.dumps(body)


def test_a_task_that_is_stopped_while_the_model_answers_says_that_it_may_be_charged(emulator, session, served) -> None:
    served.say(Answer("finish", {"answer": "It is a shop."}, "I look. Then", stream="stalls"))
    model = {"agent": "llm", "model": "openai:some-model", "modelUrl": served.url}
    with emulator.queue_in_background(
        session, taskDetails="What is this?", startingUrl=emulator.shop, emulator=model
    ) as sent:
        wait_until(lambda: served.requests, bool)
        emulator.message(session, actionType="state", newState="stop")
        _, body = sent()
    assert (body["status"], body["code"]) == ("failed", "TASK_STOPPED"), body
    assert body["usage"]["model"] == {"requests": 1, "cost": None}
    assert body["usage"]["prompt_tokens"] > 300
    assert served.left.wait(10), "the request was ended"


def test_the_words_of_the_model_are_on_the_card_while_they_arrive(emulator, served) -> None:
    served.say(Answer("finish", {"answer": "It is a shop."}, "I look. Then", stream="stalls"))
    client = Client(emulator.url, key=emulator.key, ledger=None)
    try:
        session = client.start("watched")
        wait_until(lambda: session.monitor.listening)
        handle = session.submit("What is this?", url="practice:shop", model="openai:some-model", model_url=served.url)
        wait_until(lambda: activity(session.snapshot) == "I look.")
        handle.stop()
        with pytest.raises(TaskFailedError, match=r"model cost unknown"):
            handle.result()
        session.terminate()
    finally:
        client.close()


def test_the_next_task_finds_the_session_as_it_was(ask, served) -> None:
    served.say(Answer("finish", {"answer": "It is a shop."}))
    assert ask("What is this?")["status"] == "complete"
