"""The job card: one line per background job. Python sends facts when they change; the page counts on by itself."""

from __future__ import annotations

import html
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import traitlets

from webrun_nb.notebook.fallback import HTML_BEGIN, HTML_END, TEXT_BEGIN, TEXT_END
from webrun_nb.notebook.jobs import Job, JobFacts
from webrun_nb.notebook.widgets.base import NotebookWidget
from webrun_nb.notebook.widgets.sources import script, style

_log = logging.getLogger(__name__)

_TONES = {
    "paused": "warn",
    "guardrail": "warn",
    "manual": "warn",
    "complete": "good",
    "failed": "bad",
    "stopped": "off",
}


class JobCard(NotebookWidget):
    """A card, told of changes by its job and written by `flush` from one thread.

    Parameters
    ----------
    job : Job
    on_change : callable
        Called with the card, from any thread, when there is something to flush; must return at once.
    cancel : callable
        Has the job cancelled, on another thread.
    """

    _esm = script("dom.js", "job_card.js")
    _css = style("session_card.css", "job_card.css")
    facts = traitlets.Dict().tag(sync=True)

    def __init__(self, job: Job, on_change: Callable[[JobCard], None], cancel: Callable[[], Future[Any]]) -> None:
        self._job = job
        self._cancel = cancel
        super().__init__(facts=_facts(job.facts()))
        self.on_msg(self._on_message)
        job.subscribe(lambda: on_change(self))

    @property
    def done(self) -> bool:
        """Whether there is nothing more to come."""
        return self._job.done

    def flush(self) -> None:
        """Send what is new to the page: not what it counts on to by itself. Only the one writer thread calls this."""
        facts = _facts(self._job.facts())
        shown = self.facts
        if {**facts, "elapsedMs": 0} != {**shown, "elapsedMs": 0}:
            self.facts = facts

    def text(self) -> str:
        """Return the card as text, between markers."""
        return card_text(self._job)

    def static_forms(self) -> dict[str, str]:
        """Return it as text and as static HTML."""
        return {"text/plain": self.text(), "text/html": _html(self._job.facts().line())}

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a message; runs on the subshell's thread, or on the main one where there are no subshells."""
        if isinstance(content, dict) and content.get("type") == "cancel":
            self._cancel().add_done_callback(self._settle)

    def _settle(self, done: Future[Any]) -> None:
        if (error := done.exception()) is not None:
            _log.warning("job %s could not be cancelled: %s", self._job.name, error)


def card_text(job: Job) -> str:
    """Return a job's card as text, between the cards' markers."""
    return f"{TEXT_BEGIN}\n{job.facts().line()}\n{TEXT_END}"


def _html(line: str) -> str:
    shown = html.escape(line).replace("$", "<span>$</span>")
    box = "border:1px solid #8888;border-radius:4px;padding:4px 12px;max-width:56em"
    classes = "webrun-card-static tex2jax_ignore mathjax_ignore"
    return f'{HTML_BEGIN}<div class="{classes}" style="{box}"><bdi>{shown}</bdi></div>{HTML_END}'


def _facts(facts: JobFacts) -> dict[str, Any]:
    return {
        "name": facts.name,
        "state": facts.state,
        "tone": _TONES.get(facts.state, "busy"),
        "done": facts.done,
        "session": facts.session,
        "elapsedMs": facts.elapsed_ms,
        "costUsd": None if facts.cost_usd is None else f"{facts.cost_usd:f}",
        "usdPerMinute": f"{facts.usd_per_minute:f}",
        "emulated": facts.emulated,
        "next": facts.next,
    }
