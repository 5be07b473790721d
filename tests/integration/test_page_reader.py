"""Tests of the page reader with real browsers: its time limit, and pages at once."""

from __future__ import annotations

import asyncio

import pytest

from webrun_nb.emulator.composition import Emulator
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.services import page_reader

pytestmark = pytest.mark.asyncio(loop_scope="module")

TABLE = "<table><tr><th>City<th>Country</tr><tr><td>Ulm<td>Germany</tr><tr><td>Graz<td>Austria</tr></table>"


async def test_a_page_that_takes_too_long_is_refused_and_its_place_freed(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(page_reader, "READ_TIMEOUT_S", 0.0)
        for _ in range(3):
            with pytest.raises(CommandRefusedError, match="not read within"):
                await emulator.page_reader.read(TABLE, None)
    _, found = await emulator.page_reader.read(TABLE, None)
    assert len(found.records) == 2


async def test_many_pages_at_once_each_get_their_own_records(emulator: Emulator) -> None:
    pages = [TABLE.replace("Ulm", f"City {number}") for number in range(6)]
    found = await asyncio.gather(*(emulator.page_reader.read(page, None) for page in pages))
    assert [extraction.records[0]["City"] for _, extraction in found] == [f"City {number}" for number in range(6)]
