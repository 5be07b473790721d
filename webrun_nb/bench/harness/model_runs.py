"""Runs of the agent of language models on a browser of this process, with a scripted model."""

from __future__ import annotations

import time
from dataclasses import dataclass

from webrun_nb.agents.base import (
    Ask,
    Finish,
    ModelOptions,
    Observe,
    Observed,
    Perform,
    Performed,
    Reply,
    SnapshotTaken,
    TakeSnapshot,
    TaskSpec,
    TokenUse,
)
from webrun_nb.bench.harness.model_server import ModelServer
from webrun_nb.bench.results import BenchError
from webrun_nb.browsers.protocol import BrowserInstance


@dataclass(frozen=True, slots=True)
class ModelRun:
    """One run that came to an answer."""

    finish: Finish
    own_s: float
    """Its time without that of the model and of the browser."""


async def _no_wait(seconds: float) -> None:
    """Ask a provider again at once: it is on this machine."""


async def run_model(browser: BrowserInstance, served: ModelServer, text: str) -> ModelRun:
    """Have a scripted model do a task on the open page.

    Raises
    ------
    AgentError
        The task failed.
    BenchError
        It asked a person.
    """
    from webrun_nb.agents.llm.agent import LlmAgent  # its packages take a second, and other measurements need none

    agent = LlmAgent(ModelOptions("openai:scripted", served.url), sleep=_no_wait)
    run = agent.run(TaskSpec(text), TokenUse())
    reply: Reply | None = None
    browser_s, model_s, began_s = 0.0, served.busy_s, time.perf_counter()
    try:
        while True:
            step = await run.asend(reply)
            acted_s = time.perf_counter()
            match step:
                case Finish():
                    own_s = acted_s - began_s - browser_s - (served.busy_s - model_s)
                    return ModelRun(step, own_s)
                case Observe():
                    reply = Observed(await browser.observe())
                case TakeSnapshot():
                    reply = SnapshotTaken(await browser.snapshot())
                case Perform(action=action):
                    await browser.perform(action)
                    reply = Performed(browser.take_dialogs())
                case Ask():
                    raise BenchError("the agent asked a person, and none is there")
                case _:
                    reply = Performed()
            browser_s += time.perf_counter() - acted_s
    finally:
        await run.aclose()
