"""Measures the latency of the session card in a real JupyterLab, and its CPU time there."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from abc import abstractmethod
from collections.abc import Sequence

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.notebook_page import notebook_page, require_jupyterlab
from webrun_nb.bench.measurement import Measurement
from webrun_nb.bench.results import BenchError, Sample, Target

_EVENTS, _QUICK_EVENTS = 60, 5
_EVERY_S = 0.25
_CARDS = 20
_WATCHED_S, _QUICK_S = 15.0, 3.0
_PAGE = ["browser (JupyterLab's page)", "jupyter server", "kernel (python)", "emulator", "Playwright driver"]

_START = """
%load_ext webrun_nb
%webrun start bench
session = webrun.start("bench")
session.task("wait for 1 second")
print("bench:started")
"""
# Each manual click is an event of its own, recognised by its position.
_EVENTS_CELL = """
import json, time
made, watched = {{}}, []
from webrun_nb.client import live as _live
_read = _live.read_message
def read(message):
    data = message.get("data") or {{}}
    if message.get("type") == "action":
        made[data.get("target")] = message["at"]
    return _read(message)
_live.read_message = read
for number in range({count}):
    session.click(1 + number, 300)
    time.sleep({every_s})
time.sleep(0.5)
_live.read_message = _read
print("bench:made", json.dumps(made))
"""
_NOTE_TEXTS = """() => {
  window.benchTexts = [];
  const node = document.querySelector('.webrun-card .webrun-action');
  new MutationObserver(() => requestAnimationFrame(() => window.benchTexts.push([node.textContent, Date.now()])))
    .observe(node, {childList: true, characterData: true, subtree: true});
}"""
_CLICKS_CELL = """
import json, time
from webrun_nb.notebook.display.cards import cards
card, came = cards.card(session.session_id), []
card.on_msg(lambda widget, content, buffers: came.append(time.time() * 1000) if content["type"] == "command" else None)
print("bench:listening", flush=True)
while len(came) < {count}:
    time.sleep(0.005)
print("bench:came", json.dumps(came))
"""
_CARDS_CELL = """
import time
from decimal import Decimal
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.notebook.display.cards import cards
class Session:
    def __init__(self, number):
        now = int(time.time() * 1000)
        self.snapshot = SessionSnapshot(
            name=f"bench-{number}", session_id=f"bench{number:07}", status=SessionStatus.ACTIVE,
            phase=SessionPhase.IDLE, emulated=True, server_now_ms=now,
            created_at_ms=now, last_activity_at_ms=now, inactivity_timeout_ms=300_000,
            expires_at_ms=now + 300_000, cost_usd=Decimal(0), compute_usd=Decimal(0), idle_usd=Decimal(0),
            tokens_usd=Decimal(0))
    def subscribe(self, subscriber): return lambda: None
    def stop(self): pass
    def terminate(self): pass
for number in range(COUNT):
    session = Session(number)
    cards.show(session, session)
print("bench:shown")
"""


def _p95(values: Sequence[float]) -> tuple[float, dict[str, float]]:
    percentiles = statistics.quantiles(values, n=100, method="inclusive")
    return percentiles[94], {"count": len(values), "p50_ms": percentiles[49], "slowest_ms": max(values)}


class _InPage(Measurement):
    """A measurement of session cards in a page of JupyterLab."""

    async def prepare(self, bench: BenchContext) -> None:
        """Check that JupyterLab is installed."""
        require_jupyterlab()

    @abstractmethod
    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once."""

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes at work."""
        return _PAGE, []


class EventToPage(_InPage):
    """Time from an event in the emulator to its display on the card in the page, by one machine's clock."""

    name = "event-to-page"
    measures = "event at the emulator to the card's change in JupyterLab, a cell running (p95)"
    unit = "ms"
    target = Target("ours", 150)
    rounds = 1

    async def sample(self, bench: BenchContext) -> Sample:
        """Click by manual control in a session, and wait for the card to show each click."""
        count = _QUICK_EVENTS if bench.quick else _EVENTS
        async with notebook_page(bench, [_START, _EVENTS_CELL.format(count=count, every_s=_EVERY_S)]) as notebook:
            await notebook.run_all()
            await notebook.told("started")
            await notebook.page.evaluate(_NOTE_TEXTS)
            made: dict[str, float] = json.loads(await notebook.told("made"))
            texts: list[tuple[str, float]] = await notebook.page.evaluate("() => window.benchTexts")
        seen = {target: at_ms for target in made for text, at_ms in reversed(texts) if str(target) in text}
        late_ms = [seen[target] - made[target] for target in seen]
        if len(late_ms) < count / 2:
            raise BenchError(f"the card told of {len(late_ms)} of {count} events")
        ours, details = _p95(late_ms)
        return Sample(ours, details=details)


class ClickToHandler(_InPage):
    """Time from a click on a card's button to its Python handler, while a cell keeps the kernel's main thread busy."""

    name = "click-to-handler"
    measures = "click on a card in JupyterLab to its Python handler, a cell running (p95)"
    unit = "ms"
    target = Target("ours", 60)
    rounds = 1

    async def sample(self, bench: BenchContext) -> Sample:
        """Take over and release by the card's buttons, again and again."""
        count = _QUICK_EVENTS if bench.quick else _EVENTS
        async with notebook_page(bench, [_START, _CLICKS_CELL.format(count=count)]) as notebook:
            await notebook.run_all()
            await notebook.told("listening")
            await notebook.page.evaluate(
                """() => { window.benchClicks = [];
                  addEventListener('click', event => window.benchClicks.push(Date.now() - performance.now()
                    + event.timeStamp), {capture: true}); }"""
            )
            for number in range(count):
                name = "Release" if number % 2 else "Take over"
                await notebook.page.locator(".webrun-card").get_by_role("button", name=name, exact=True).click()
                await asyncio.sleep(_EVERY_S)
            came: list[float] = json.loads(await notebook.told("came"))
            clicked: list[float] = await notebook.page.evaluate("() => window.benchClicks")
        if len(clicked) != len(came):
            raise BenchError(f"of {len(clicked)} clicks {len(came)} came to the kernel")
        ours, details = _p95([after - before for before, after in zip(clicked, came, strict=True)])
        return Sample(ours, details=details)


class CardsInPage(_InPage):
    """CPU time of the browser that shows a notebook with many ticking cards, less that with none."""

    name = "cards-in-page"
    measures = f"{_CARDS} ticking cards in JupyterLab, beyond the page without them"
    unit = "% of a core"
    target = Target("ours", 5)
    rounds = 1

    async def sample(self, bench: BenchContext) -> Sample:
        """Count without cards, then with them."""
        seconds = _QUICK_S if bench.quick else _WATCHED_S
        async with notebook_page(bench, [_CARDS_CELL.replace("COUNT", str(_CARDS))]) as notebook:

            async def percent() -> float:
                await asyncio.sleep(2)  # what has just been done is done
                before_s, began_s = await notebook.cpu_s(), time.perf_counter()
                await asyncio.sleep(seconds)
                return 100 * (await notebook.cpu_s() - before_s) / (time.perf_counter() - began_s)

            without = await percent()
            await notebook.run_all()
            await notebook.told("shown")
            cards = await percent()
        return Sample(max(0.0, cards - without), details={"page_without_cards": without, "page_with_cards": cards})

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes whose time is counted."""
        return ["browser (JupyterLab's page): all its processes"], []
