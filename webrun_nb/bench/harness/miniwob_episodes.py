"""Has the local agent work on episodes of MiniWoB++, through the emulator's API alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from webrun_nb.bench.harness.context import Emulator
from webrun_nb.bench.harness.miniwob_pages import Episode, MiniwobPages
from webrun_nb.bench.results import BenchError

AT_ONCE = 2
"""Number of episodes that are worked on at once."""
_LOADED_WITHIN_S = 20.0
_REWARD_WITHIN_S = 2.0
"""A page's report comes by its own connection, so it may come just after the agent's answer."""
_TASK_MAX_MS = 50_000
_POLL_S = 0.1

Status = Literal["done", "failed", "asked"]
"""The end of a task: the agent said that it is done, it gave up, or it asked a question, which nobody answers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one episode.

    Parameters
    ----------
    task : str
    seed : str
    utterance : str
        The task in the page's words, which is all that the agent was given.
    status : {"done", "failed", "asked"}
    said : str
        The agent's answer, its error or its question.
    reward : float or None
        The page's own judgement, at most 1; None where the episode was not ended.
    took_s : float
        From sending the task to the agent's last word.
    """

    task: str
    seed: str
    utterance: str
    status: Status
    said: str
    reward: float | None
    took_s: float

    @property
    def succeeded(self) -> bool:
        """True for the full reward, without a question."""
        return self.reward == 1 and self.status != "asked"


async def play_all(
    emulator: Emulator, pages: MiniwobPages, tasks: Iterable[str], seeds: Iterable[str]
) -> AsyncIterator[Outcome]:
    """Work on all tasks with all seeds; yield the outcomes as they come.

    Raises
    ------
    BenchError
        The emulator does not answer, or a page does not start.
    NotAvailableError
        There is no task of this name.
    """
    free = asyncio.Semaphore(AT_ONCE)

    async def one(task: str, seed: str) -> Outcome:
        async with free:
            return await play(emulator, pages, task, seed)

    seeds = list(seeds)
    work = [asyncio.create_task(one(task, seed)) for task in tasks for seed in seeds]
    try:
        for each in asyncio.as_completed(work):
            yield await each
    finally:
        for each in work:
            each.cancel()
        await asyncio.gather(*work, return_exceptions=True)


async def play(emulator: Emulator, pages: MiniwobPages, task: str, seed: str) -> Outcome:
    """Open an episode's page in a session of its own, give the agent the page's words, and hear the page's judgement.

    Raises
    ------
    BenchError
        The emulator does not answer, or the page does not start.
    NotAvailableError
        There is no task of this name.
    """
    episode = pages.episode(task, seed)
    session_id = await emulator.start_session(startingPoint=episode.url)
    try:
        await emulator.until_active(session_id)
        utterance = await _utterance(episode, task)
        began_s = time.perf_counter()
        status, said = await _worked_on(emulator, session_id, utterance)
        took_s = time.perf_counter() - began_s
        reward = await _reward(episode, within_s=_REWARD_WITHIN_S if status == "done" else 0.0)
    finally:
        await emulator.terminate(session_id)
    return Outcome(task, seed, utterance, status, said, reward, round(took_s, 2))


async def _utterance(episode: Episode, task: str) -> str:
    try:
        async with asyncio.timeout(_LOADED_WITHIN_S):
            return await episode.utterance
    except TimeoutError:
        raise BenchError(f"the page of {task} did not start within {_LOADED_WITHIN_S:g} s") from None


async def _reward(episode: Episode, within_s: float) -> float | None:
    try:
        async with asyncio.timeout(within_s):
            return await asyncio.shield(episode.reward)
    except TimeoutError:
        return None


async def _worked_on(emulator: Emulator, session_id: str, utterance: str) -> tuple[Status, str]:
    message = {"actionType": "newTask", "newState": "start", "prompt": utterance, "maxDuration": _TASK_MAX_MS}
    answer = await emulator.post("/start/send-message", {"sessionId": session_id, "message": message})
    path = f"/task/{session_id}/{answer['taskId']}"
    while answer.get("pending") and answer.get("type") != "guardrail_trigger":
        await asyncio.sleep(_POLL_S)
        answer = await emulator.get(path)
    return _end_of(answer)


def _end_of(answer: dict[str, Any]) -> tuple[Status, str]:
    match answer.get("type"):
        case "guardrail_trigger":
            return "asked", str(answer["data"].get("value", ""))
        case "task_completed":
            return "done", str(answer["data"].get("message", ""))
        case _:
            return "failed", f"{answer.get('code')}: {answer.get('message')}"
