import pytest

from webrun_nb.batch.pace import StartPace
from webrun_nb.batch.rows import RowTask
from webrun_nb.batch.runners.local import LocalRunner
from webrun_nb.client.errors import LimitError
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
