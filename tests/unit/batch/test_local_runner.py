from decimal import Decimal

import pytest

from webrun_nb.batch.pace import StartPace
from webrun_nb.batch.rows import RowTask
from webrun_nb.batch.runners.local import LocalRunner
from webrun_nb.client.answers.fields import Fields
from webrun_nb.client.answers.tasks import read_task
from webrun_nb.client.errors import LimitError, RequestError
from webrun_nb.client.monitoring.ledger import Ledger, SessionRecord, TaskRecord
from webrun_nb.client.monitoring.ledger_recorder import LedgerRecorder
from webrun_nb.client.sessions.options import SessionOptions
from webrun_nb.client.tasks.request import TaskRequest


class FullAccount:
    """A client whose account has no room for a session."""

    async def start_for_run(self, name, options, run_id):
        raise LimitError("5 of 5 sessions are open", code="SESSION_LIMIT_REACHED")


async def test_a_row_does_not_wait_for_sessions_that_others_of_its_run_hold_until_its_end():
    request = TaskRequest("Get the name.", "https://example.com/", None, {})
    runner = LocalRunner(
        FullAccount(), SessionOptions(), lambda row: request, "r1", 2, StartPace(), waits_for_room=False
    )
    with pytest.raises(LimitError, match="5 of 5 sessions are open"):
        await runner.run(RowTask(0, "0", "Get the name.", "https://example.com/"), 1, lambda session_id, task_id: None)
    assert runner.state.sessions == 0


class ServerOfEarlierTask:
    """A client whose server knows how one task ended, and which keeps a ledger."""

    base_url = "http://127.0.0.1:9"

    def __init__(self, ledger):
        self.http = self
        self._recorder = LedgerRecorder(ledger, self.base_url, None)
        self.note_earlier_task = self._recorder.note_earlier_task

    async def task(self, session_id, task_id):
        body = {
            "success": False,
            "type": "task_failed",
            "sessionId": session_id,
            "taskId": task_id,
            "error": "the page answered HTTP 404",
            "code": "NAVIGATION_FAILED",
            "usage": {"cost": 0.25, "emulated": True},
        }
        return read_task(Fields(body), session_id, task_id)

    async def control(self, method, path):
        raise RequestError("it records no steps", code="EMULATOR_ONLY")


async def test_a_task_that_a_resume_collects_is_in_the_ledger_beside_its_session(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    before = "http://127.0.0.1:8"  # the emulator of the earlier process
    ledger.write(SessionRecord(before, "s1", "r1", True, "h", "k", None, 1, 2, None, run_id="r1"))
    ledger.write_task(TaskRecord(before, "s1", "t1", 3, "EMULATOR_GONE", Decimal("0.1"), run_id="r1", row=4, attempt=2))
    row = RowTask(4, "4", "Get the name.", "https://example.com/")
    request = TaskRequest(row.text, row.url, None, {})
    server = ServerOfEarlierTask(ledger)
    runner = LocalRunner(server, SessionOptions(), lambda row: request, "r1", 2, StartPace())
    assert (await runner.collect(row, 2, "s1", "t1")).code == "NAVIGATION_FAILED"
    (task,) = ledger.tasks()
    assert (task.base_url, task.outcome, task.cost_usd) == (before, "NAVIGATION_FAILED", Decimal("0.25"))
    assert (task.run_id, task.row, task.attempt, task.site) == ("r1", 4, 2, "example.com")
