"""Tests of the magics, the cards and the quickstart notebook on servers that answer as the documentation shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.documented_server import ASKS, ASKS_A_CODE, BARE, FAILS, FULL, GOES_ON, KEY, DocumentedServer
from helpers.kernels import Kernel, Ran, running_kernel, value
from helpers.waiting import wait_until

QUICKSTART = Path(__file__).parents[3] / "notebooks" / "01_quickstart.ipynb"


@pytest.fixture(scope="module")
def whole_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = str(tmp_path_factory.mktemp("data"))
    with running_kernel(WEBRUN_DATA_DIR=folder, WEBRUN_API_KEY=KEY) as kernel:
        assert kernel.run("%load_ext webrun_nb").status == "ok"
        # no front end will show a form here: it is not waited for
        kernel.run("from webrun_nb.notebook import api; api.FORM_WITHIN_S = 0.1")
        kernel.run("from webrun_nb.notebook.display.cards import cards")
        yield kernel


@pytest.fixture(params=[FULL, BARE], ids=lambda variant: variant.name)
def server(servers: Any, request: pytest.FixtureRequest) -> DocumentedServer:
    """Return the server that says all that is documented, and the one that leaves out what it may."""
    served: DocumentedServer = servers[request.param]
    return served


@pytest.fixture
def kernel(whole_kernel: Kernel, server: DocumentedServer) -> Iterator[Kernel]:
    """Log the kernel in to the server; nothing is open before and after a test."""
    assert "logged in" in whole_kernel.run(f"%webrun login --base-url {server.url}").text
    yield whole_kernel
    whole_kernel.run("webrun.on_guardrail(None)\n%webrun terminate --all\n%webrun logout")


def plain(ran: Ran) -> list[str]:
    """Return what a cell displayed, as plain text."""
    shown = [output["data"]["text/plain"] for output in ran.outputs if output["msg_type"].endswith(("data", "result"))]
    return [text for text in shown if not text.startswith("[webrun-card]")]


def card(ran: Ran) -> str:
    """Return the card that a cell displayed, as plain text."""
    shown = [output["data"]["text/plain"] for output in ran.outputs if output["msg_type"].endswith("data")]
    return next(text for text in shown if text.startswith("[webrun-card]"))


def test_the_quickstart_shows_what_it_shows_on_the_emulator(kernel: Kernel, server: DocumentedServer) -> None:
    notebook = json.loads(QUICKSTART.read_text(encoding="utf-8"))
    saved = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell in saved[1:]:  # the first loads the extension
        source = "".join(cell["source"])
        ran = kernel.run(source)
        assert ran.status == "ok", (source, ran.outputs)
        if source in ("laptops", "laptops.dtypes") or "then get the price" in source:
            expected = ["".join(output["data"]["text/plain"]) for output in cell["outputs"] if "data" in output]
            assert plain(ran) == expected
    ended = r"main: terminated, by you \(%webrun terminate\) · \d:\d\d · ≈ \$0\.00\d\d \(estimated\)\n"
    assert re.fullmatch(ended, ran.text)
    assert server.sessions[list(server.sessions)[-1]].status == "terminated"


def test_a_login_says_the_balance_where_the_service_does(whole_kernel: Kernel, server: DocumentedServer) -> None:
    said = whole_kernel.run(f"%webrun login --base-url {server.url}").text
    assert ("balance $12.00" in said) is server.variant.account
    whole_kernel.run("%webrun logout")


def test_a_login_with_a_wrong_key_changes_nothing(whole_kernel: Kernel, server: DocumentedServer) -> None:
    whole_kernel.run(f"import os; os.environ['WEBRUN_API_KEY'] = 'wr_not-{KEY}'")
    try:
        line = whole_kernel.run(f"%webrun login --base-url {server.url}").one_line
    finally:
        whole_kernel.run(f"os.environ['WEBRUN_API_KEY'] = {KEY!r}")
    assert f"INVALID_API_KEY: {server.url} does not know this key" in line
    assert "not logged in" in whole_kernel.run("%webrun logout").text


def test_a_card_says_what_is_estimated_and_shows_a_question(kernel: Kernel, server: DocumentedServer) -> None:
    assert "state         active · idle" in card(kernel.run("%webrun start"))
    assert kernel.run(f"%%webrun task --bg asked\n{ASKS} something").status == "ok"
    text = wait_until(lambda: card(kernel.run("%webrun status")), lambda shown: "asks" in shown)
    assert re.search(r"state +active · guardrail\n", text)
    assert re.search(r"asks +.*Which one: blue or green\?", text)
    assert re.search(r"cost +≈ \$0\.00\d\d \(estimated\)\n", text)
    assert "compute $0.00" in text
    assert "tokens not known" in text
    assert "estimated by this notebook" in text
    state = (
        "from webrun_nb.notebook.display.cards import cards\ncards.card(asked.session.session_id).get_state()['state']"
    )
    shown = value(kernel.run(state))
    assert (shown["label"], shown["clockNote"], shown["payer"]["where"]) == ("active · guardrail", *["estimated"] * 2)
    assert (shown["emulated"], shown["computeKind"], shown["viewable"]) == (False, "estimated", False)
    assert shown["question"]["text"] == "Which one: blue or green?"
    assert "continues" in kernel.run("%webrun answer green").text
    assert "1 row × 1" in kernel.run("%webrun wait asked").text
    assert value(kernel.run("asked.df.to_dict('records')")) == [{"answer": "green"}]


def test_a_form_answers_a_question(kernel: Kernel) -> None:
    """The message is what the page sends when the form's button is clicked."""
    kernel.run("%webrun start")
    kernel.run(f"%%webrun task --bg asked\n{ASKS} something")
    wait_until(lambda: card(kernel.run("%webrun status")), lambda shown: "asks" in shown)
    sent = (
        "{'type': 'answer', 'id': 'press-1', 'taskId': question['taskId'], 'question': question['id'], 'text': 'blue'}"
    )
    kernel.run(
        "from webrun_nb.notebook.display.cards import cards\nshown = cards.card(asked.session.session_id)\n"
        f"question = shown.question(asked.task_id)\nshown.take_form_message({sent})"
    )
    assert value(kernel.run("asked.result().json")) == [{"answer": "blue"}]


def test_a_handler_answers_and_a_code_is_not_written_into_a_cell(kernel: Kernel) -> None:
    kernel.run("%webrun start\nwebrun.on_guardrail(lambda question: 'blue')")
    assert plain(kernel.run(f"%%webrun task\n{ASKS} something")) == ["You said blue"]
    kernel.run("webrun.on_guardrail(None)")
    assert "GuardrailError" in kernel.run(f"%%webrun task\n{ASKS_A_CODE}").one_line


def test_errors_are_one_line_each(kernel: Kernel, server: DocumentedServer) -> None:
    kernel.run("%webrun start")
    failed = kernel.run(f"%%webrun task\n{FAILS} to open it").one_line
    code = "TASK_FAILED" if server.variant.errors == "message" else "NAVIGATION_TIMEOUT"
    assert failed.startswith(f"TaskFailedError {code}: The page did not load")
    assert kernel.run("%webrun emulator advance 6m").one_line.startswith("RequestError EMULATOR_ONLY")
    server.sessions.clear()
    gone = kernel.run("%%webrun task -s main\nSay something").one_line  # its end may have been noticed before
    assert gone.startswith("SessionGoneError SESSION_NOT_FOUND")
    assert "state         terminated" in card(kernel.run("%webrun status main"))


def test_a_task_in_the_background_is_stopped(kernel: Kernel) -> None:
    kernel.run("%webrun start")
    kernel.run(f"%%webrun task --bg endless\n{GOES_ON}")
    wait_until(lambda: card(kernel.run("%webrun status")), lambda shown: "active · running" in shown)
    assert "stopped" in kernel.run("%webrun stop").text
    assert "stopped" in kernel.run("%webrun wait endless").one_line
    frame = value(kernel.run("all = %webrun status --all\nall[['status', 'emulated', 'estimated']].to_dict('records')"))
    assert frame[-1] == {"status": "active", "emulated": False, "estimated": True}


def test_an_unknown_cost_is_unknown_everywhere(kernel: Kernel, server: DocumentedServer) -> None:
    kernel.run("%webrun start priced")
    said = kernel.run("%%webrun task -s priced --max-cost 0.05\nSay something").text
    known = server.variant.usage
    assert ("$0.0041" in said) is known
    assert ("cost unknown · its budget of $0.05 could not be kept" in said) is not known
    kernel.run("%webrun terminate priced")
    past = "past = %webrun history priced\n[None if cost != cost else cost for cost in past.cost_usd.astype('float')]"
    assert value(kernel.run(past))[0] == (0.0041 if known else None)
    usage = kernel.run("spent = %webrun usage")
    assert re.search(r"paid: .* · (cost unknown|\$0\.\d{4}, and \d+ rows? of unknown cost)\n", usage.text)
    priced = "spent[spent.session == 'priced'].cost_usd.isna().tolist()"
    assert value(kernel.run(priced))[-2:] == [not known, True]


def test_a_single_task_ends_with_its_session(kernel: Kernel, server: DocumentedServer) -> None:
    ran = kernel.run("%%webrun task\nSay something")
    assert plain(ran) == ["**42**"]
    session = list(server.sessions.values())[-1]
    assert (session.tasks[0].ends_session, session.status) == (True, "completed")
    labels = "[each.snapshot.state_label for each in api.toolkit.client().sessions.values()]"
    wait_until(lambda: value(kernel.run(labels)), lambda shown: shown == ["completed"])
