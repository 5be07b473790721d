"""Measures the agent of language models: how much a model is told, what the agent itself takes, and faults of models.

The model is a scripted server on this machine; the browser runs in this process.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence

from webrun_nb.agents.base import AgentError
from webrun_nb.bench.harness import large_pages
from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.model_runs import ModelRun, run_model
from webrun_nb.bench.harness.model_server import Answer, ModelServer, Script, last_told, model_server, refusal
from webrun_nb.bench.harness.own_browser import own_browser
from webrun_nb.bench.results import BenchError, Sample, Target
from webrun_nb.browsers.actions import Navigate
from webrun_nb.browsers.protocol import BrowserInstance

_ELEMENTS = 2_000
_CHARS_PER_TOKEN = 3
"""Fewer than usual texts have: a look is rather taken for larger than it is."""
_STEPS, _QUICK_STEPS = 6, 2
_DONE = Answer("finish", {"answer": "Done."})
_PAGE = re.compile(r"<page-(\w+)>\n(.*?)\n</page-\1>", re.DOTALL)
_FIELD = re.compile(r"\[(\d+)\] textbox 'Quantity'")
_FAULTS: tuple[Answer, ...] = (
    refusal(401, "no such key"),
    refusal(429, "slow down", **{"Retry-After": "1"}),
    refusal(500, "oops"),
    refusal(503, "overloaded"),
    refusal(400, "maximum context length is 10 tokens"),
    Answer(status=302, headers={"Location": "https://elsewhere.example/"}),
    Answer("finish", {}, cut=True),
    Answer("finish", {"answer": "Wrong."}, stream="half"),
    Answer("finish", {"answer": "Wrong."}, stream="error"),
    Answer("finish", {"answer": "It is about Lamps."}, stream="whole"),
    Answer(body="<html>gateway</html>"),
    Answer("click", "{not json"),
    Answer("no_such_tool", {}),
    Answer(words="What a page!"),
    Answer(words="No.", finish="content_filter"),
    Answer(),
    Answer("finish", {"answer": "It costs $999,999.00 in Paris."}),
)


class _OnLargePage(ABC):
    """The base of these measurements: the page with 2,000 elements in a browser, and a scripted model."""

    _browser: BrowserInstance
    _served: ModelServer

    async def prepare(self, bench: BenchContext) -> None:
        """Open the page, and start the model's server.

        Raises
        ------
        NotAvailableError
            No browser is installed.
        """
        self._browser = await own_browser(bench)
        self._served = await bench.once("model server", lambda: _started(bench))
        await self._browser.perform(Navigate(bench.site.publish("controls", large_pages.controls(_ELEMENTS))))

    @abstractmethod
    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once."""

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Name this process and its browser."""
        return ["bench", "browser"], []

    async def _filled_in(self, steps: int) -> ModelRun:
        """Have the model fill in a field several times, one step each."""
        number = 0

        def script(told: str, request: int) -> Answer:
            nonlocal number
            found = _FIELD.search(told)
            number = int(found[1]) if found else number
            return Answer("type", {"element": number, "text": str(request)}) if request < steps else _DONE

        self._served.follow(script)
        return await run_model(self._browser, self._served, "Fill in the first quantity")


async def _started(bench: BenchContext) -> ModelServer:
    server = model_server()
    served = server.__enter__()

    async def end() -> None:
        server.__exit__(None, None, None)

    bench.at_end(end)
    return served


def _tokens(told: str) -> float:
    pages = [found[2] for found in _PAGE.finditer(told)]
    if len(pages) != 1:
        raise BenchError(f"the model was shown {len(pages)} pages at once")
    return len(pages[0]) / _CHARS_PER_TOKEN


class ModelFirstLook(_OnLargePage):
    """The size of the first look at a page with 2,000 elements, as the model is told it."""

    name = "model-first-look"
    measures = "tokens of a model's first look at a page with 2,000 elements (3 characters each)"
    unit = "tokens"
    target = Target("ours", 3_000)
    rounds = 1

    async def sample(self, bench: BenchContext) -> Sample:
        """Look once."""
        self._served.say(_DONE)
        await run_model(self._browser, self._served, "What is this?")
        return Sample(_tokens(last_told(self._served.requests[0])))


class ModelLaterLook(_OnLargePage):
    """The size of the largest look at the same page after an action."""

    name = "model-later-look"
    measures = "tokens of a model's looks at that page after an action"
    unit = "tokens"
    target = Target("ours", 800)
    rounds = 1

    async def sample(self, bench: BenchContext) -> Sample:
        """Act several times."""
        await self._filled_in(_QUICK_STEPS if bench.quick else _STEPS)
        return Sample(max(_tokens(last_told(request)) for request in self._served.requests[1:]))


class ModelStep(_OnLargePage):
    """The time of a step on that page without the time of model and browser."""

    name = "model-step"
    measures = "a step by a model on that page, without the time of the model and of the browser"
    unit = "ms"
    target = Target("ours", 30)
    rounds = 3

    async def prepare(self, bench: BenchContext) -> None:
        """Open the page, and act once: the first time packages are imported."""
        await super().prepare(bench)
        await self._filled_in(1)

    async def sample(self, bench: BenchContext) -> Sample:
        """Act several times."""
        steps = _QUICK_STEPS if bench.quick else _STEPS
        return Sample((await self._filled_in(steps)).own_s * 1000 / steps)


class ModelFaults(_OnLargePage):
    """Faults of the provider and of the model in a row: how many do not end in one line or in the right answer."""

    name = "model-faults"
    measures = "of 100 tasks with a fault of the model or its provider, those that end neither rightly nor in one line"
    unit = "tasks"
    target = Target("ours", 0)
    rounds = 1
    tasks = 100

    async def prepare(self, bench: BenchContext) -> None:
        """Open a small page: that it is shown is measured elsewhere."""
        self._browser = await own_browser(bench)
        self._served = await bench.once("model server", lambda: _started(bench))
        await self._browser.perform(Navigate(bench.site.publish("small", "<title>Lamps</title><h1>Lamps</h1>")))

    async def sample(self, bench: BenchContext) -> Sample:
        """Do the tasks; each second fault passes, the others stay."""
        wrong: list[str] = []
        for number in range(self.tasks):
            self._served.follow(self._faulty(_FAULTS[number // 2 % len(_FAULTS)], stays=number % 2 == 0))
            try:
                text = (await run_model(self._browser, self._served, "What are the Lamps about?")).finish.text
                if text != "It is about Lamps.":
                    wrong.append(f"{number}: {text}")
            except AgentError as error:
                if "\n" in error.message or not error.message:
                    wrong.append(f"{number}: {error.message}")
        return Sample(len(wrong), details={"wrong": wrong, "tasks": self.tasks})

    def _faulty(self, fault: Answer, *, stays: bool) -> Script:
        """Return the script of a model with a fault at first, or throughout; it writes JSON where it has no tools."""
        right = {"answer": "It is about Lamps."}
        in_words = Answer(words=json.dumps({"tool": "finish", "arguments": right}))

        def script(told: str, number: int) -> Answer:
            if stays or number == 0:
                return fault
            return Answer("finish", right) if "tools" in self._served.requests[-1] else in_words

        return script
