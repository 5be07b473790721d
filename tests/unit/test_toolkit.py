from __future__ import annotations

import asyncio
import os
import signal
from typing import NoReturn

import pytest

from webrun_nb.client.errors import TaskInterruptedError
from webrun_nb.notebook import objects
from webrun_nb.notebook.objects import Toolkit


def test_an_interrupt_while_the_emulator_starts_says_that_nothing_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    async def start_for_ever() -> NoReturn:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()
        raise AssertionError("it was not interrupted")

    monkeypatch.setattr(objects, "local_emulator", start_for_ever)
    with pytest.raises(TaskInterruptedError) as raised:
        Toolkit().client()
    assert str(raised.value) == "interrupted: no session was started, nothing is billed"
