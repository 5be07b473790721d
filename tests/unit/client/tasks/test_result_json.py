"""Tests of an answer that was to be JSON and is not: a service other than the emulator may send it."""

from __future__ import annotations

import pytest

from helpers.fake_service import FakeService, completed
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ProtocolError


def test_an_answer_that_is_not_json_is_a_typed_error(service: FakeService, client: Client) -> None:
    service.task = completed("the laptops are sold out")
    result = client.start("shop").task("List the laptops", schema="name:str")
    with pytest.raises(ProtocolError, match=r"not JSON.*\.text"):
        _ = result.df
    assert result.text == "the laptops are sold out"
