"""Tests of objects that cannot be pickled: the error names the object and an alternative."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from helpers.fake_service import FakeService, completed
from webrun_nb.client.answers.tasks import FileLink
from webrun_nb.client.client import Client
from webrun_nb.client.tasks.result import ResultFile
from webrun_nb.notebook.display.result_frames import NotebookFrames
from webrun_nb.notebook.jobs import Job


@pytest.fixture
def client() -> Iterator[Client]:
    service = FakeService(task=completed('[{"name": "Feather"}]'))
    client = Client(
        "http://127.0.0.1:9",
        key="wr_key",
        transport=httpx.MockTransport(service),
        listen=False,
        ledger=None,
        frames=NotebookFrames(),
    )
    yield client
    client.close()


FILE = FileLink("a.csv", "/f")
THINGS: dict[str, tuple[Callable[[Client], Any], str]] = {
    "Client": (lambda client: client, "webrun.Client(url, key=…)"),
    "Session": (lambda client: client.start(), "result.df"),
    "TaskResult": (lambda client: client.start().task("look", schema="name:str"), "result.df"),
    "TaskHandle": (lambda client: client.start().submit("look"), "handle.result().df"),
    "Job": (lambda client: Job("j", client.start().submit("look"), rows=5, quiet=False), "job.df"),
    "ResultFile": (lambda client: ResultFile(FILE, client.http), "save it"),
}


@pytest.mark.parametrize("name", THINGS)
def test_it_refuses_by_name_and_says_what_can_be_pickled(client: Client, name: str) -> None:
    make, instead = THINGS[name]
    thing = make(client)
    for what in (thing, [thing]):
        with pytest.raises(TypeError, match=f"^a {name} can't be pickled") as raised:
            pickle.dumps(what)
        assert instead in str(raised.value)


@pytest.mark.parametrize("name", THINGS)
def test_a_copy_is_the_thing_itself(client: Client, name: str) -> None:
    thing = THINGS[name][0](client)
    assert copy.copy(thing) is thing
    assert copy.deepcopy({"kept": thing})["kept"] is thing


def test_a_results_table_and_data_can_be_pickled(client: Client) -> None:
    result = client.start().task("look", schema="name:str")
    frame = pickle.loads(pickle.dumps(result.df))
    assert frame.equals(result.df)
    assert frame.attrs == result.df.attrs
    assert pickle.loads(pickle.dumps((result.json, result.text))) == (result.json, result.text)


def test_a_results_repr_is_short_and_holds_no_page_text(client: Client) -> None:
    result = client.start().task("List the laptops.\n" * 50, schema="name:str")
    assert "Feather" not in repr(result)
    assert len(repr(result)) < 200
    assert "\n" not in repr(result)
    assert "'List the laptops. List the laptops." in repr(result)
    assert "≈ $0.0041 (emulated)" in repr(result)
