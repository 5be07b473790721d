"""Has an agent work on the tasks of an application, through the emulator's API alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from webrun_nb.bench.harness.applications.application import Answered, Application, ApplicationTask
from webrun_nb.bench.harness.context import Emulator

Status = Literal["done", "failed", "asked"]
"""The end of a task: the agent said that it is done, it gave up, or it asked a question that nobody answers."""

_APPROVALS = ("policy", "security", "purchase")
"""The kinds of questions that ask for an approval rather than for words that are missing."""
_APPROVALS_AT_MOST = 3
_TASK_MAX_MS = 60_000
_POLL_S = 0.1
_REPORTED_WITHIN_S = 1.0
"""A page's report of its state comes by its own connection, so it may come just after the agent's answer."""

State = TypeVar("State")
AgentOf = Callable[[ApplicationTask[Any]], Mapping[str, Any]]
"""Returns the choice of an agent for a task that is about to begin, as the task's `emulator` field."""


def _local(task: ApplicationTask[Any]) -> Mapping[str, Any]:
    return {"agent": "local"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one task.

    Parameters
    ----------
    application : str
    number : int
        The task's number within its application, from 1.
    text : str
        The sentence.
    status : {"done", "failed", "asked"}
    approved : int
        The number of questions that were answered with yes.
    right : bool
        The check of the application's state and of the answer.
    said : str
        The agent's answer, its error or its question.
    took_s : float
        From sending the task to the agent's last word.
    """

    application: str
    number: int
    text: str
    status: Status
    approved: int
    right: bool
    said: str
    took_s: float

    @property
    def succeeded(self) -> bool:
        """True if it ended as done and really is."""
        return self.status == "done" and self.right

    def __str__(self) -> str:
        asked = f" after {self.approved} approved" if self.approved else ""
        check = "right" if self.right else "WRONG"
        said = " ".join(self.said.split())[:300]
        end = f"{self.status}{asked}, {check}, {self.took_s:.1f} s"
        return f"{self.application} {self.number:2} {end}: {self.text} → {said}"


async def work_on(
    emulator: Emulator, application: Application[State], numbers: Collection[int] = (), agent_of: AgentOf = _local
) -> AsyncIterator[Outcome]:
    """Start an application, have its tasks done one after the other, and yield the outcomes.

    Parameters
    ----------
    emulator : Emulator
    application : Application
    numbers : collection of int
        The tasks, from 1; all where it is empty.
    agent_of : callable, optional
        The agent that does them; the local one where it is left out.

    Raises
    ------
    NotAvailableError
        The application is not installed.
    BenchError
        It does not start, or the emulator does not answer.
    """
    with application as url:
        for number in range(1, len(application.tasks) + 1):
            if not numbers or number in numbers:
                await asyncio.to_thread(application.reset, number)
                yield await _one(emulator, application, url, number, agent_of)


async def _one(
    emulator: Emulator, application: Application[State], url: str, number: int, agent_of: AgentOf
) -> Outcome:
    task = application.tasks[number - 1]
    sign_in = application.sign_in_path if task.signed_in else None
    session_id = await emulator.start_session(**({"startingUrl": url + sign_in} if sign_in else {}))
    try:
        await emulator.until_active(session_id)
        if sign_in:
            await _until_idle(emulator, session_id)
        began_s = time.perf_counter()
        status, approved, said = await _worked_on(
            emulator, session_id, _message(url + task.path, task, agent_of(task)), task
        )
        took_s = time.perf_counter() - began_s
        right = await _checked(application, task, Answered(said if status == "done" else ""))
    finally:
        await emulator.terminate(session_id)
    return Outcome(application.name, number, task.text, status, approved, right, said, round(took_s, 2))


async def _until_idle(emulator: Emulator, session_id: str) -> None:
    while (await emulator.status(session_id)).get("phase") == "running":  # noqa: ASYNC110  # it is another process
        await asyncio.sleep(_POLL_S)


async def _worked_on(
    emulator: Emulator, session_id: str, message: dict[str, Any], task: ApplicationTask[State]
) -> tuple[Status, int, str]:
    """Give the task to the agent, approve what it may do, and return its end."""
    answer = await _send(emulator, session_id, message)
    path = f"/task/{session_id}/{answer['taskId']}"
    approved = 0
    while answer.get("pending"):
        if answer.get("type") == "guardrail_trigger":
            may = task.approved and answer["data"].get("kind") in _APPROVALS and approved < _APPROVALS_AT_MOST
            if not may:
                return "asked", approved, f"[{answer['data'].get('kind')}] {answer['data'].get('value', '')}"
            approved += 1
            reply = {"actionType": "guardrail", "newState": "resume", "prompt": "yes"}
            await _send(emulator, session_id, reply)
        await asyncio.sleep(_POLL_S)
        answer = await emulator.get(path)
    if answer.get("type") == "task_completed":
        return "done", approved, str(answer["data"].get("message", ""))
    return "failed", approved, f"{answer.get('code')}: {answer.get('message')}"


def _message(url: str, task: ApplicationTask[State], agent: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {
        "actionType": "newTask",
        "newState": "start",
        "prompt": task.text,
        "startingUrl": url,
        "maxDuration": _TASK_MAX_MS,
        "emulator": dict(agent),
    }
    if task.schema:
        message |= {"outputType": "structured_json", "outputSchema": task.schema}
    return message


async def _send(emulator: Emulator, session_id: str, message: dict[str, Any]) -> dict[str, Any]:
    return await emulator.post("/start/send-message", {"sessionId": session_id, "message": message})


async def _checked(application: Application[State], task: ApplicationTask[State], answer: Answered) -> bool:
    deadline = time.monotonic() + _REPORTED_WITHIN_S
    while not (right := task.done(application.state(), answer)):
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(_POLL_S)
    return right
