"""Measures whether any sentence at all makes the local agent fail in a way that is not its own."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from webrun_nb.agents.base import (
    Agent,
    AgentError,
    Answered,
    Ask,
    Confine,
    Failed,
    Finish,
    Log,
    Observe,
    Observed,
    PartialResult,
    Perform,
    Performed,
    PictureTaken,
    Refused,
    Reply,
    SnapshotTaken,
    Step,
    TakePicture,
    TakeSnapshot,
    TaskSpec,
    TokenUse,
)
from webrun_nb.agents.local.messages import DEFECT
from webrun_nb.bench.harness import large_pages
from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.own_browser import own_browser
from webrun_nb.bench.harness.random_sentences import random_sentence
from webrun_nb.bench.results import Sample, Target
from webrun_nb.browsers.actions import Navigate
from webrun_nb.browsers.observation import Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.snapshot import Snapshot

_SENTENCES, _SENTENCES_IN_QUICK_RUNS = 100_000, 200
_MOST_STEPS = 300
_MOST_PAGE_WORDS = 200
_TOLD = 20
_REPLIES = ("1", "skip it", "approve", "99", "")


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as a browser has observed it once."""

    observation: Observation
    snapshot: Snapshot

    @property
    def words(self) -> list[str]:
        names = [each.name for each in self.observation.elements if each.name]
        return [*names, *self.observation.text.split()][:_MOST_PAGE_WORDS]


class AnySentence:
    """Random instructions on observations of a few pages, in this process, without a browser behind them.

    Each ends by an answer, by a question that finds no reply, or by an error of the agent's own. Another end is a
    defect; so is the error in which the agent wraps a defect of its own. The details have the first defects, and the
    sentence that took longest.
    """

    name = "any-sentence"
    measures = f"{_SENTENCES:,} random sentences: number that ended by a defect of the agent"
    unit = "sentences"
    target = Target("ours", 0)
    rounds = 1

    async def prepare(self, bench: BenchContext) -> None:
        """Observe the pages.

        Raises
        ------
        NotAvailableError
            No browser is installed.
        """
        browser = await own_browser(bench)
        urls = [bench.site.form_url, bench.site.late_choice_url(0), bench.site.orders_url]
        urls += [
            bench.site.publish("few-cards", large_pages.cards(12)),
            bench.site.publish("few", large_pages.controls(40)),
        ]
        from webrun_nb.agents.local.agent import LocalAgent  # it takes a second, and other measurements need it not

        self._agent, self._pages = LocalAgent(), []
        for url in urls:
            await browser.perform(Navigate(url))
            self._pages.append(_Page(await browser.observe(), await browser.snapshot()))

    async def sample(self, bench: BenchContext) -> Sample:
        """Try all sentences, the same ones in each run."""
        chance = random.Random(13)
        defects: list[dict[str, str]] = []
        count, slowest_s, slowest = 0, 0.0, ""
        for _ in range(_SENTENCES_IN_QUICK_RUNS if bench.quick else _SENTENCES):
            page = chance.choice(self._pages)
            sentence = random_sentence(page.words, chance)
            began_s = time.perf_counter()
            defect = await _defect(self._agent, page, sentence, chance)
            took_s = time.perf_counter() - began_s
            if took_s > slowest_s:
                slowest_s, slowest = took_s, sentence
            if defect is not None:
                count += 1
                defects += [{"sentence": sentence, "url": page.observation.url, "error": defect}][
                    : _TOLD - len(defects)
                ]
        return Sample(count, details={"defects": defects, "slowest": slowest, "slowest_ms": slowest_s * 1000})

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Name this process, in which the agent runs."""
        return ["bench"], []


async def _defect(agent: Agent, page: _Page, sentence: str, chance: random.Random) -> str | None:
    """Run the agent; return the defect that ended it, None where there was none."""
    run = agent.run(TaskSpec(sentence, starting_url=page.observation.url), TokenUse())
    reply: Reply | None = None
    replies = [chance.choice(_REPLIES) for _ in range(chance.randrange(4))]
    try:
        for _ in range(_MOST_STEPS):
            step = await run.asend(reply)
            reply = _reply(page, step, replies, chance)
            if reply is None:
                return None
        return f"no end after {_MOST_STEPS} steps"
    except AgentError as error:
        return repr(error.__cause__) if error.message.startswith(DEFECT) else None
    except Exception as error:  # noqa: BLE001 # that there is none is what is measured
        return repr(error)
    finally:
        await run.aclose()


def _reply(page: _Page, step: Step, replies: list[str], chance: random.Random) -> Reply | None:
    """Return the reply to a step; None where the run is to end here."""
    match step:
        case Finish():
            return None
        case Observe():
            return Observed(page.observation)
        case TakeSnapshot():
            return SnapshotTaken(page.snapshot)
        case Ask():
            return Answered(replies.pop()) if replies else None
        case Perform():
            return chance.choices(
                (Performed(), Failed(TaskFailureCode.ELEMENT_NOT_FOUND, "gone"), Refused("a rule")), (8, 1, 1)
            )[0]
        case TakePicture():
            return PictureTaken(None)
        case Log() | PartialResult() | Confine():
            return Performed()
