"""Tests of a session under a policy while the disk is full, with SQLite's own error."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy import event

from helpers.waiting import wait_until_async
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.storage import write_behind
from webrun_nb.wire.policies import PolicyFields
from webrun_nb.wire.requests import RunTask, StartSession

pytestmark = pytest.mark.asyncio(loop_scope="module")


def fill(connection, *_):
    connection.cursor().execute("PRAGMA max_page_count = 1")  # as on a disk that is full


def free(connection, *_):
    connection.cursor().execute("PRAGMA max_page_count = 1000000")


async def test_what_can_not_be_put_on_record_is_not_done_and_goes_on_once_it_can(emulator, site, monkeypatch):
    monkeypatch.setattr(write_behind, "MOST_PENDING", 2)
    bell = "<button onclick=\"fetch('/rung')\">Ring</button>"
    answered = threading.Event()
    policy = await emulator.policies.create("ann", PolicyFields(name="rules", status="active"))
    task = {"taskDetails": "Click Ring", "startingPoint": site.page("/held", bell, held=answered)}
    _, running = await emulator.sessions.run_task("ann", RunTask.model_validate({**task, "policyId": policy.id}))
    await asyncio.to_thread(site.was_asked.wait, 30)  # on its way to the page: that was decided on before
    pool = emulator.database._engine.sync_engine
    event.listen(pool, "checkout", fill)
    for number in range(2):
        padding = {"padding": "x" * 100_000}
        emulator.store.keep_session(f"pad{number}", "ann", 0.0, 0.0, padding)
    await wait_until_async(lambda: emulator.store.full)
    answered.set()
    await emulator.events.settled(running)
    with pytest.raises(CommandRefusedError, match="is the disk full") as refused:
        await emulator.sessions.start_session("ann", StartSession.model_validate({}))
    assert (running.failure.code, refused.value.code) == ("BLOCKED_BY_POLICY", "INSTANCE_UNAVAILABLE")
    assert "the audit trail can't be written down now" in running.failure.message
    assert "/rung" not in site.asked
    event.remove(pool, "checkout", fill)
    event.listen(pool, "checkout", free)
    await emulator.store.written()
    _, again = await emulator.sessions.run_task("ann", RunTask.model_validate({**task, "policyId": policy.id}))
    await emulator.events.settled(again)
    assert again.failure is None, again.failure
    audit = [entry.action for entry in await emulator.policies.audit("ann", policy.id)]
    assert audit == ["navigateUrl", "navigateUrl", "click"]
    assert "/rung" in site.asked
