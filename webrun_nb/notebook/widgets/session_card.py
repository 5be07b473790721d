"""The session card: one widget per session. Python sends its state when something happens; the page extrapolates."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

import traitlets

from webrun_nb.client.errors import ConnectionLostError, SessionGoneError
from webrun_nb.client.monitoring.costs import extrapolate
from webrun_nb.client.snapshot import Question, SessionSnapshot
from webrun_nb.common.codes import ErrorCode
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.widgets.assets import script, style
from webrun_nb.notebook.widgets.base import NotebookWidget
from webrun_nb.notebook.widgets.button_press import ButtonPress, PressTracker, error_message
from webrun_nb.notebook.widgets.card_actions import BUTTONS, CardActions, RestartedSession
from webrun_nb.notebook.widgets.card_state import session_card_state
from webrun_nb.notebook.widgets.extrapolation import is_extrapolation_of
from webrun_nb.notebook.widgets.live_view import VIEW_STYLE
from webrun_nb.notebook.widgets.question_form import form_of
from webrun_nb.notebook.widgets.static_card import card_html, card_text, final_line
from webrun_nb.notebook.widgets.steps_log import StepsFeed
from webrun_nb.notebook.widgets.view_feed import OpenView, ViewFeed

TOO_LATE = "too late: the question was answered elsewhere, or the task has moved on; nothing was sent"

_log = logging.getLogger(__name__)


class SessionCard(NotebookWidget):
    """A card that takes snapshots from any thread (`receive`) and is written by one (`flush`).

    Parameters
    ----------
    snapshot : SessionSnapshot
        The session's state now.
    actions : CardActions
        Carries out what the buttons ask for.
    on_change : callable
        Called with the card, from any thread, when there is something to flush; must return at once.
    on_restart : callable, optional
        Called with the card and what `start_again` returned, on the thread that brought it; returns what to say on the
        card. Without it the card has no such button.
    monotonic_s : callable, optional
        The kernel's clock, seconds.
    """

    _esm = script("session_card.js")
    _css = style("session_card.css", "table.css", "steps_log.css") + VIEW_STYLE
    state = traitlets.Dict().tag(sync=True)
    """The card's state: see `session_card_state`."""

    def __init__(
        self,
        snapshot: SessionSnapshot,
        actions: CardActions,
        on_change: Callable[[SessionCard], None],
        on_restart: Callable[[SessionCard, RestartedSession], str] | None = None,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._changed = threading.Condition()
        """Held while what the card shows is changed; notified then."""
        self._monotonic_s = monotonic_s
        self._on_change = on_change
        self._watchers: list[Callable[[], None]] = []
        self._on_restart = on_restart
        self._presses = PressTracker(self._report_change, _describe_error)
        self._feed: ViewFeed | None = None
        self._use(actions)
        self._latest = snapshot
        self._received_s = self._sent_s = monotonic_s()
        self._seen_ended_ms: int | None = None
        self._before = ""
        self._questions = 1
        """The number of questions asked; their ids are made of it."""
        self._shown_id = ""
        """The id of the question whose form a page shows."""
        self._last_task_id = snapshot.current_task_id
        super().__init__(state=self._state_now())
        self.on_msg(self._on_message)

    @property
    def latest(self) -> SessionSnapshot:
        """The last snapshot received, shown or about to be."""
        return self._latest

    # --- input --------------------------------------------------------------------------------------------------------

    def receive(self, snapshot: SessionSnapshot, *, instead_of: SessionSnapshot | None = None) -> None:
        """Take a new snapshot; any thread. With `instead_of`, only if that one is still the latest."""
        with self._changed:
            if snapshot.session_id != self._latest.session_id:
                return  # the last message of a session that this card showed before
            if instead_of is not None and self._latest is not instead_of:
                return
            if snapshot.ended and not self._latest.ended:
                self._seen_ended_ms = snapshot.server_now_ms
            if snapshot.question is not None and snapshot.question != self._latest.question:
                self._questions += 1
            self._latest, self._received_s = snapshot, self._monotonic_s()
            self._last_task_id = snapshot.current_task_id or self._last_task_id
            self._changed.notify_all()
        self._report_change()

    def switch_session(self, snapshot: SessionSnapshot, actions: CardActions) -> None:
        """Show another session from now on, started in place of one that has ended; any thread."""
        with self._changed:
            self._before = final_line(self._latest, seen_ended_ms=self._seen_ended_ms)
            self._latest, self._received_s = snapshot, self._monotonic_s()
            self._last_task_id = snapshot.current_task_id
            self._seen_ended_ms = None
            self._questions += 1
            self._use(actions)
            self._changed.notify_all()
        self._report_change()

    def use_actions(self, actions: CardActions) -> None:
        """Have the buttons do something else from now on; any thread."""
        with self._changed:
            self._use(actions)
        self._report_change()

    def flush(self) -> None:
        """Send what is new to the page: not what it extrapolates by itself. Only the one writer thread calls this."""
        self._steps.flush()
        state, now_s = self._state_now(), self._monotonic_s()
        if not is_extrapolation_of(self.state, state, (now_s - self._sent_s) * 1000):
            self._sent_s = now_s
            self.state = state

    def _report_change(self) -> None:
        self._on_change(self)
        for watcher in tuple(self._watchers):
            watcher()

    def _use(self, actions: CardActions) -> None:
        commands = {button.command: getattr(actions, button.command, None) for button in BUTTONS}
        if self._on_restart is None:
            commands["start_again"] = None
        self._commands: Mapping[str, Callable[[], Future[Any]]] = {
            command: action for command, action in commands.items() if callable(action)
        }
        self._answer: Callable[[str, str], Future[Any]] | None = getattr(actions, "answer", None)
        self._view: OpenView | None = getattr(actions, "view", None)
        if self._feed is not None and self._view is not None:
            self._feed.switch_session(self._view)
        self._steps = StepsFeed(actions, self.send, self._report_change)

    # --- the form, also for a job's card and the line under a cell ----------------------------------------------------

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` whenever the question, or what became of an answer, may have changed; it returns at once.

        Returns
        -------
        callable
            Ends it.
        """
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def question(self, task_id: str) -> dict[str, Any] | None:
        """Return the state of the form if this task asks something; None: it does not."""
        question: dict[str, Any] | None = self._state_now()["question"]
        return question if question is not None and question["taskId"] == task_id else None

    @property
    def press(self) -> ButtonPress | None:
        """The last click."""
        return self._presses.press

    def take_form_message(self, content: Mapping[str, Any]) -> None:
        """Take a page's message about a form: an answer, that it is shown, or "Stop the task"; returns at once."""
        match content.get("type"):
            case "answer":
                self._take_answer(content)
            case "shown":
                self._take_shown(str(content.get("question")))
            case "command" if content.get("command") == "stop":
                self._take_command("stop", str(content.get("id")))

    def wait_until_shown(self, task_id: str, timeout_s: float) -> bool:
        """Wait until a page shows the form for what the task asks now; blocks, from any thread but the loop's.

        Returns
        -------
        bool
            False if none did within `timeout_s`.
        """

        def is_shown() -> bool:
            question = self._latest.question
            return question is not None and question.task_id == task_id and self._shown_id == self._question_id

        with self._changed:
            return self._changed.wait_for(is_shown, timeout_s)

    # --- output -------------------------------------------------------------------------------------------------------

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Return the traits with the card's state as it is now: a reloaded page must not start in the past."""
        traits: dict[str, Any] = super().get_state(key, drop_defaults)
        if "state" in traits:
            traits["state"] = self._state_now()
        return traits

    def text(self) -> str:
        """Return the card as text, between markers."""
        return card_text(self._latest, seen_ended_ms=self._seen_ended_ms, before=self._before)

    def html(self) -> str:
        """Return the card as static HTML, between markers."""
        return card_html(self._latest, seen_ended_ms=self._seen_ended_ms, before=self._before)

    def static_mimebundle(self) -> dict[str, str]:
        """Return the card as text and as static HTML."""
        return {"text/plain": self.text(), "text/html": self.html()}

    @property
    def _question_id(self) -> str:
        return f"{self._latest.session_id}-{self._questions}"

    def _state_now(self) -> dict[str, Any]:
        with self._changed:
            more = {"answer": self._answer, "view": self._view, "steps": self._steps.has_steps}
            return session_card_state(
                extrapolate(self._latest, round((self._monotonic_s() - self._received_s) * 1000)),
                supported=[*self._commands, *(name for name, supported in more.items() if supported)],
                seen_ended_ms=self._seen_ended_ms,
                press=self.press,
                question_id=self._question_id,
                question_shown=self._shown_id == self._question_id,
                before=self._before,
            )

    # --- messages of pages --------------------------------------------------------------------------------------------

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a message; runs on the subshell's thread, or on the main one where there are no subshells."""
        match content.get("type") if isinstance(content, dict) else None:
            case "command":
                self._take_command(str(content.get("command")), str(content.get("id")))
            case "answer" | "shown":
                self.take_form_message(content)
            case "view":
                self._take_view(content)
            case "steps":
                self._steps.read(self._latest.current_task_id or self._last_task_id)
            case "step_picture":
                self._steps.read_picture(content)

    def _take_command(self, command: str, press_id: str) -> None:
        action = self._commands.get(command)
        if action is None:
            _log.warning("a page asked for a command that this card does not have")
            return
        if self._presses.is_repeated(press_id):
            return
        press = ButtonPress(id=press_id, command=command)
        if command != "start_again":
            self._presses.run(press, action)
        elif self._latest.ended and not self._presses.is_busy(command):  # two pages may show this card
            self._presses.run(press, action, self._go_on_with)

    def _go_on_with(self, restarted: RestartedSession) -> str:
        return "" if self._on_restart is None else self._on_restart(self, restarted)

    def _take_view(self, content: Mapping[str, Any]) -> None:
        if self._feed is None and self._view is not None:
            self._feed = ViewFeed(self.send, self._view)
        if self._feed is not None:
            self._feed.take(content)

    def _take_shown(self, question_id: str) -> None:
        with self._changed:
            self._shown_id = question_id
            self._changed.notify_all()
        self._report_change()

    def _take_answer(self, content: Mapping[str, Any]) -> None:
        """Send an answer on. It may be a password: from here it goes to the action and nowhere else."""
        press = ButtonPress(id=str(content.get("id")), command="answer")
        with self._changed:
            question, question_id = self._latest.question, self._question_id
        answer = self._answer
        if answer is None or self._presses.is_busy("answer"):
            return
        if question is None or self._latest.ended or content.get("question") != question_id:
            self._presses.refuse(press, TOO_LATE)
        elif text := _text_of(content, question):
            self._presses.run(press, lambda: answer(question.task_id, text))
        else:
            self._presses.refuse(press, "the answer was empty: nothing was sent")


def _text_of(content: Mapping[str, Any], question: Question) -> str:
    """Return the answer: one of the form's choices by its number, or what was typed."""
    choice = content.get("choice")
    if isinstance(choice, int):
        choices = form_of(question).choices
        return choices[choice][1] if 0 <= choice < len(choices) else ""
    text = content.get("text")
    return text if isinstance(text, str) else ""


def _describe_error(press: ButtonPress, error: BaseException) -> str:
    """Return the card's text for an error. An answer's error may quote the answer, so only its code is shown."""
    if press.command != "answer":
        return error_message(press, error)
    code = str(getattr(error, "code", type(error).__name__))
    if code == ErrorCode.INVALID_STATE:
        return TOO_LATE
    if isinstance(error, SessionGoneError):
        return "too late: the session has ended"
    if isinstance(error, ConnectionLostError):
        return "the server can't be reached: the answer may not have arrived"
    return f"the answer was not taken ({words.clean(code, words.CANDIDATE_CHARACTERS)})"
