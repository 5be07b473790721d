"""The job card: a line per background job, and the form where its task asks.

Python sends facts when they change; the page counts on by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Protocol

import traitlets

from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.text.markdown import NO_FORMULAS, html_text
from webrun_nb.notebook.widgets.assets import script, style
from webrun_nb.notebook.widgets.base import NotebookWidget
from webrun_nb.notebook.widgets.card_state import ButtonPress
from webrun_nb.notebook.widgets.job_state import JobState
from webrun_nb.notebook.widgets.static_card import HTML_BEGIN, HTML_END, TEXT_BEGIN, TEXT_END

_log = logging.getLogger(__name__)

_TONES = {
    "paused": "warn",
    "guardrail": "warn",
    "manual": "warn",
    "complete": "good",
    "failed": "bad",
    "stopped": "off",
}


class WatchedJob(Protocol):
    """A background job as far as its card needs it."""

    @property
    def name(self) -> str:
        """Its name in the notebook."""
        ...

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        ...

    def facts(self) -> JobState:
        """Return what is known now."""
        ...

    def subscribe(self, fn: Callable[[], None], /) -> None:
        """Call `fn` whenever it may have changed."""
        ...


class Form(Protocol):
    """The form of the session's card, which asks and takes for every card of the session."""

    @property
    def press(self) -> ButtonPress | None:
        """What became of the last answer, if that was the last thing pressed."""
        ...

    def question(self, task_id: str, /) -> dict[str, Any] | None:
        """Return what the page needs of it, if this task asks."""
        ...

    def take(self, content: Mapping[str, Any], /) -> None:
        """Take an answer, or that it is shown."""
        ...

    def watch(self, watcher: Callable[[], None], /) -> object:
        """Call `watcher` when any of it may have changed."""
        ...


class JobCard(NotebookWidget):
    """A card, told of changes by its job and written by `flush` from one thread.

    Parameters
    ----------
    job : WatchedJob
    on_change : callable
        Called with the card, from any thread, when there is something to flush; must return at once.
    cancel : callable
        Has the job cancelled, on another thread.
    form : Form, optional
        Without it the card says where else a question is answered.
    """

    _esm = script("dom.js", "kernel.js", "session.js", "question_form.js", "job_card.js")
    _css = style("session_card.css", "job_card.css")
    facts = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        job: WatchedJob,
        on_change: Callable[[JobCard], None],
        cancel: Callable[[], Future[Any]],
        form: Form | None = None,
    ) -> None:
        self._job = job
        self._on_change = on_change
        self._cancel = cancel
        self._form = form
        self._press: ButtonPress | None = None
        super().__init__(facts=self._facts())
        self.on_msg(self._on_message)
        job.subscribe(lambda: on_change(self))
        if form is not None:
            form.watch(lambda: on_change(self))

    @property
    def done(self) -> bool:
        """Whether there is nothing more to come."""
        return self._job.done

    def flush(self) -> None:
        """Send what is new to the page: not what it counts on to by itself. Only the one writer thread calls this."""
        facts = self._facts()
        shown = self.facts
        if {**facts, "elapsedMs": 0} != {**shown, "elapsedMs": 0}:
            self.facts = facts

    def text(self) -> str:
        """Return the card as text, between markers."""
        return card_text(self._job)

    def static_mimebundle(self) -> dict[str, str]:
        """Return it as text and as static HTML."""
        return {"text/plain": self.text(), "text/html": _html(self._job.facts().line())}

    def _facts(self) -> dict[str, Any]:
        facts = self._job.facts()
        question, press = None, self._press
        if self._form is not None and facts.asks:
            question = self._form.question(facts.task_id)
            answered = self._form.press
            if press is None and answered is not None and answered.command == "answer":
                press = answered
        # its page can be seen on the session's card
        shown = None if question is None else {**question, "viewable": False, "stoppable": True}
        said = {
            "question": shown,
            "press": None
            if press is None
            else {"id": press.id, "command": press.command, "state": press.state, "message": press.message},
        }
        return {**_facts(facts), **said}

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a message; runs on the subshell's thread, or on the main one where there are no subshells."""
        match content.get("type") if isinstance(content, dict) else None:
            case "command" if content.get("command") == "cancel":
                self._take_cancel(str(content.get("id")))
            case "answer" | "shown" if self._form is not None:
                self._press = None
                self._form.take(content)

    def _take_cancel(self, press_id: str) -> None:
        if self._press is not None and (self._press.id == press_id or self._press.state != "failed"):
            return  # pages say it again where nothing answers, and two pages may show this card
        press = ButtonPress(id=press_id, command="cancel")
        self._press = press
        self._on_change(self)
        self._cancel().add_done_callback(lambda done: self._settle(press, done))

    def _settle(self, press: ButtonPress, done: Future[Any]) -> None:
        error = None if done.cancelled() else done.exception()
        if error is not None:
            _log.warning("job %s could not be cancelled: %s", self._job.name, error)
            message = words.clean(f"cancel failed: {error}", words.ACTION_CHARACTERS)
            press = replace(press, state="failed", message=message)
        else:
            press = replace(press, state="done")
        self._press = press
        self._on_change(self)


def card_text(job: WatchedJob) -> str:
    """Return a job's card as text, between the cards' markers."""
    return f"{TEXT_BEGIN}\n{job.facts().line()}\n{TEXT_END}"


def _html(line: str) -> str:
    box = "border:1px solid #8888;border-radius:4px;padding:4px 12px;max-width:56em"
    classes = f"webrun-card-static {NO_FORMULAS}"
    return f'{HTML_BEGIN}<div class="{classes}" style="{box}"><bdi>{html_text(line)}</bdi></div>{HTML_END}'


def _facts(facts: JobState) -> dict[str, Any]:
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
