"""The card of a background job: one line, and the form where its task asks. Python sends its state when it changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Protocol

import traitlets

from webrun_nb.notebook.text.markdown import NO_FORMULAS, html_text
from webrun_nb.notebook.widgets.assets import script, style
from webrun_nb.notebook.widgets.base import NotebookWidget
from webrun_nb.notebook.widgets.button_press import ButtonPress, PressTracker
from webrun_nb.notebook.widgets.extrapolation import is_extrapolation_of
from webrun_nb.notebook.widgets.job_state import JobState, job_card_state
from webrun_nb.notebook.widgets.static_card import HTML_BEGIN, HTML_END, TEXT_BEGIN, TEXT_END


class WatchedJob(Protocol):
    """A background job as far as its card needs it."""

    @property
    def name(self) -> str:
        """Its name in the notebook."""
        ...

    @property
    def done(self) -> bool:
        """True once it has ended."""
        ...

    def facts(self) -> JobState:
        """Return its state now."""
        ...

    def subscribe(self, fn: Callable[[], None], /) -> None:
        """Call `fn` whenever it may have changed."""
        ...


class Form(Protocol):
    """The form of the session's card, shared with the session's other widgets."""

    @property
    def press(self) -> ButtonPress | None:
        """The last click on the session's card or on one of its forms."""
        ...

    def question(self, task_id: str, /) -> dict[str, Any] | None:
        """Return the form's state for the page, if this task asks something."""
        ...

    def take_form_message(self, content: Mapping[str, Any], /) -> None:
        """Take a page's message about the form."""
        ...

    def watch(self, watcher: Callable[[], None], /) -> object:
        """Call `watcher` when any of it may have changed."""
        ...


class JobCard(NotebookWidget):
    """A card that follows its job's changes, and that is written by `flush` from one thread.

    Parameters
    ----------
    job : WatchedJob
    on_change : callable
        Called with the card, from any thread, when there is something to flush; must return at once.
    cancel : callable
        Has the job cancelled, on another thread.
    form : Form, optional
        Without it the card says where else a question is answered.
    monotonic_s : callable, optional
        The kernel's clock, seconds.
    """

    _esm = script("job_card.js")
    _css = style("session_card.css", "job_card.css")
    state = traitlets.Dict().tag(sync=True)
    """The card's state: see `job_card_state`."""

    def __init__(
        self,
        job: WatchedJob,
        on_change: Callable[[JobCard], None],
        cancel: Callable[[], Future[Any]],
        form: Form | None = None,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._job = job
        self._on_change = on_change
        self._cancel = cancel
        self._form = form
        self._monotonic_s = monotonic_s
        self._presses = PressTracker(lambda: on_change(self))
        self._cost_usd = job.facts().cost_usd
        self._cost_read_s = self._sent_s = monotonic_s()
        super().__init__(state=self._state_now())
        self.on_msg(self._on_message)
        job.subscribe(lambda: on_change(self))
        if form is not None:
            form.watch(lambda: on_change(self))

    @property
    def done(self) -> bool:
        """True once nothing more will change."""
        return self._job.done

    def flush(self) -> None:
        """Send what is new to the page: not what it extrapolates by itself. Only the one writer thread calls this."""
        state, now_s = self._state_now(), self._monotonic_s()
        if not is_extrapolation_of(self.state, state, (now_s - self._sent_s) * 1000):
            self._sent_s = now_s
            self.state = state

    def text(self) -> str:
        """Return the card as text, between markers."""
        return card_text(self._job)

    def static_mimebundle(self) -> dict[str, str]:
        """Return the card as text and as static HTML."""
        return {"text/plain": self.text(), "text/html": _html(self._job.facts().line())}

    def _state_now(self) -> dict[str, Any]:
        job, now_s = self._job.facts(), self._monotonic_s()
        if job.cost_usd != self._cost_usd:
            self._cost_usd, self._cost_read_s = job.cost_usd, now_s
        question, press = None, self._presses.press
        if self._form is not None and job.asks:
            question = self._form.question(job.task_id)
            answered = self._form.press
            if press is None and answered is not None and answered.command == "answer":
                press = answered
        if question is not None:  # its page can be seen on the session's card
            question = {**question, "viewable": False, "stoppable": True}
        return job_card_state(job, cost_age_ms=(now_s - self._cost_read_s) * 1000, press=press, question=question)

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a message; runs on the subshell's thread, or on the main one where there are no subshells."""
        match content.get("type") if isinstance(content, dict) else None:
            case "command" if content.get("command") == "cancel":
                self._take_cancel(str(content.get("id")))
            case "answer" | "shown" if self._form is not None:
                self._presses.forget()
                self._form.take_form_message(content)

    def _take_cancel(self, press_id: str) -> None:
        before = self._presses.press
        if before is not None and (before.id == press_id or before.state != "failed"):
            return  # pages send it again where nothing answers, and two pages may show this card
        self._presses.run(ButtonPress(id=press_id, command="cancel"), self._cancel)


def card_text(job: WatchedJob) -> str:
    """Return a job's card as text, between the cards' markers."""
    return f"{TEXT_BEGIN}\n{job.facts().line()}\n{TEXT_END}"


def _html(line: str) -> str:
    box = "border:1px solid #8888;border-radius:4px;padding:4px 12px;max-width:56em"
    classes = f"webrun-card-static {NO_FORMULAS}"
    return f'{HTML_BEGIN}<div class="{classes}" style="{box}"><bdi>{html_text(line)}</bdi></div>{HTML_END}'
