"""Tests of the practice sites through the whole emulator: login with a secret, approved purchases and transfers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from webrun_nb.client.client import Client
from webrun_nb.client.errors import TaskFailedError
from webrun_nb.client.snapshot import Question
from webrun_nb.notebook.display.result_frames import NotebookFrames
from webrun_nb.practice.accounts import BANK, SHOP
from webrun_nb.practice.conference import talks

BUY = "Add the Aurora 14 to the cart and check out"


@pytest.fixture(scope="module")
def emulator(start_emulator: Callable[..., Any]) -> Any:
    return start_emulator()


@pytest.fixture
def client(emulator: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[Client]:
    monkeypatch.setenv("WEBRUN_DATA_DIR", str(tmp_path))  # the sessions of these tests stay out of the user's ledger
    client = Client(emulator.url, key=emulator.key, frames=NotebookFrames())
    yield client
    for session in client.sessions.values():
        session.terminate()
    client.close()


def counts(emulator: Any, site: str) -> dict[str, int]:
    """Return the actions that a site has counted."""
    host = f"{site}.localhost:{httpx.URL(emulator.url).port}"
    counted: dict[str, int] = json.loads(httpx.get(f"{emulator.url}/counts.json", headers={"Host": host}).text)
    return counted


def done_since(emulator: Any, site: str, what: str, before: dict[str, int]) -> int:
    return counts(emulator, site).get(what, 0) - before.get(what, 0)


def answering(client: Client, *answers: str) -> list[Question]:
    """Answer the questions of tasks in order; return the questions."""
    asked: list[Question] = []
    waiting = list(answers)

    def handle(question: Question) -> str:
        asked.append(question)
        return waiting.pop(0)

    client.on_guardrail(handle)
    return asked


def logged_in(site: str, account: Any, **more: str) -> dict[str, Any]:
    name = "email" if "@" in account.login else "username"
    return {f"{site}.localhost": {name: account.login, "password": account.password, **more}}


def test_a_purchase_needs_a_person_and_is_made_once(emulator: Any, client: Client) -> None:
    before = counts(emulator, "shop")
    asked = answering(client, "approve")
    session = client.start()
    result = session.task(f"Log in. {BUY}.", url="practice:shop/login", secrets=logged_in("shop", SHOP["ada"]))
    assert "LF-1005" in result.text
    assert [question.kind for question in asked] == ["purchase"]
    assert done_since(emulator, "shop", "purchase requests", before) == 1


def test_a_rejected_purchase_is_not_made(emulator: Any, client: Client) -> None:
    before = counts(emulator, "shop")
    answering(client, "reject")
    session = client.start()
    with pytest.raises(TaskFailedError) as caught:
        session.task(f"Log in. {BUY}.", url="practice:shop/login", secrets=logged_in("shop", SHOP["ada"]))
    assert caught.value.code == "TASK_STOPPED"
    assert done_since(emulator, "shop", "purchase requests", before) == 0


def test_two_steps_lead_into_the_bank_and_money_needs_a_person(emulator: Any, client: Client) -> None:
    before = counts(emulator, "bank")
    asked = answering(client, "approve")
    session = client.start()
    ada = BANK["ada"]
    result = session.task(
        "Log in, then transfer 50 to Alice.",
        url="practice:bank/login",
        secrets=logged_in("bank", ada, otp_secret=ada.otp_secret),
    )
    assert "2004-118-07" in result.text
    assert [question.kind for question in asked] == ["security"]
    assert "$50.00" in asked[0].text
    assert done_since(emulator, "bank", "transfers", before) == 1


def test_two_sessions_are_two_visitors(client: Client) -> None:
    """A cart belongs to one session, since each has its own cookies."""
    first, second = client.start(), client.start(new=True)
    first.task("Add the Aurora 14 to the cart", url="practice:shop/category/laptops")
    first.task('click "Check out"', url="practice:shop/cart")
    with pytest.raises(TaskFailedError, match="Check out") as caught:
        second.task('click "Check out"', url="practice:shop/cart")
    assert caught.value.code == "ELEMENT_NOT_FOUND"


def test_the_talks_of_a_day_are_those_of_its_tab(client: Client) -> None:
    """A talk has a room, a break has none. One title of another day has the word "talks"."""
    second = sorted({talk.day for talk in talks()})[1]
    result = client.start().task("List the talks on day 2", url="practice:conference", schema="talk:str, room:str?")
    found = [row.talk for row in result.df.itertuples() if isinstance(row.room, str)]
    assert found == [talk.title for talk in talks() if talk.day == second]
