"""The session card: one widget per session. Python sends facts when they change; the page ticks by itself."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Any

import traitlets

from webrun_nb.client.emulator_control import StepPicture
from webrun_nb.client.errors import ConnectionLostError, SessionGoneError
from webrun_nb.client.snapshot import Question, SessionSnapshot
from webrun_nb.common.codes import ErrorCode
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.widgets.assets import script, style
from webrun_nb.notebook.widgets.base import NotebookWidget
from webrun_nb.notebook.widgets.card_actions import CardActions, RestartedSession
from webrun_nb.notebook.widgets.card_state import COMMANDS, ButtonPress, is_extrapolation_of, session_card_state
from webrun_nb.notebook.widgets.live_view import VIEW_SCRIPT, VIEW_STYLE
from webrun_nb.notebook.widgets.question_form import form_of
from webrun_nb.notebook.widgets.static_card import card_html, card_text, final_line
from webrun_nb.notebook.widgets.steps_log import left_out, step_rows
from webrun_nb.notebook.widgets.view_feed import OpenView, ViewFeed
from webrun_nb.wire.policies import StepBody

TOO_LATE = "too late: the question was answered elsewhere, or the task has moved on; nothing was sent on"

_CLICKS_REMEMBERED = 64
_log = logging.getLogger(__name__)


class SessionCard(NotebookWidget):
    """A card, fed by `receive` from any thread and written by `flush` from one.

    Parameters
    ----------
    snapshot : SessionSnapshot
        What is known now.
    actions : CardActions
        What the buttons do.
    on_change : callable
        Called with the card, from any thread, when there is something to flush; must return at once.
    on_again : callable, optional
        Called with the card and what `start_again` brought, on the thread that brought it; returns what to say on the
        card. Without it there is no such button.
    monotonic_s : callable, optional
        The kernel's clock, seconds.
    """

    _esm = (
        script("dom.js", "kernel.js", "session.js")
        + VIEW_SCRIPT
        + script("question_form.js", "steps_log.js", "session_card.js")
    )
    _css = style("session_card.css", "table.css", "steps_log.css") + VIEW_STYLE
    facts = traitlets.Dict().tag(sync=True)
    """What `session_card_state` returns."""

    def __init__(
        self,
        snapshot: SessionSnapshot,
        actions: CardActions,
        on_change: Callable[[SessionCard], None],
        on_again: Callable[[SessionCard, RestartedSession], str] | None = None,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._news = threading.Condition()
        self._monotonic_s = monotonic_s
        self._on_change = on_change
        self._watchers: list[Callable[[], None]] = []
        self._on_again = on_again
        self._feed: ViewFeed | None = None
        self._use(actions)
        self._latest = snapshot
        self._received_s = self._sent_s = monotonic_s()
        self._seen_ended_ms: int | None = None
        self._press: ButtonPress | None = None
        self._taken: deque[str] = deque(maxlen=_CLICKS_REMEMBERED)
        self._before = ""
        self._questions = 1
        """How many were asked; their ids are made of it."""
        self._shown_id = ""
        self._last_task_id = snapshot.current_task_id
        self._steps_to_send: dict[str, Any] | None = None
        super().__init__(facts=self._facts())
        self.on_msg(self._on_message)

    @property
    def latest(self) -> SessionSnapshot:
        """The last snapshot received, shown or about to be."""
        return self._latest

    # --- what it is fed with ------------------------------------------------------------------------------------------

    def _tell_change(self) -> None:
        self._on_change(self)
        for watcher in tuple(self._watchers):
            watcher()

    def receive(self, snapshot: SessionSnapshot, *, instead_of: SessionSnapshot | None = None) -> None:
        """Take a new snapshot; any thread. With `instead_of`, only if that one is still the latest."""
        with self._news:
            if snapshot.session_id != self._latest.session_id:
                return  # the last word of a session that this card showed before
            if instead_of is not None and self._latest is not instead_of:
                return
            if snapshot.ended and not self._latest.ended:
                self._seen_ended_ms = snapshot.server_now_ms
            if snapshot.question is not None and snapshot.question != self._latest.question:
                self._questions += 1
            self._latest, self._received_s = snapshot, self._monotonic_s()
            self._last_task_id = snapshot.current_task_id or self._last_task_id
            self._news.notify_all()
        self._tell_change()

    def switch_session(self, snapshot: SessionSnapshot, actions: CardActions) -> None:
        """Show another session from now on, started in place of one that has ended; any thread."""
        with self._news:
            self._before = final_line(self._latest, seen_ended_ms=self._seen_ended_ms)
            self._latest, self._received_s = snapshot, self._monotonic_s()
            self._last_task_id = snapshot.current_task_id
            self._seen_ended_ms = None
            self._questions += 1
            self._use(actions)
        self._tell_change()

    def turn_to_actions(self, actions: CardActions) -> None:
        """Have the buttons do something else from now on; any thread."""
        with self._news:
            self._use(actions)
        self._tell_change()

    def flush(self) -> None:
        """Send what is new to the page: not what it ticks to by itself. Only the one writer thread calls this."""
        with self._news:
            received_s = self._received_s
            steps, self._steps_to_send = self._steps_to_send, None
        if steps is not None:
            self.send(steps)
        facts = self._facts()
        if not is_extrapolation_of(self.facts, facts, (received_s - self._sent_s) * 1000):
            self._sent_s = received_s
            self.facts = facts

    # --- for what has this one's form too: a job's card, the line under a cell ----------------------------------------

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
        """Return what a page needs of the form, if this task asks; None: it does not."""
        question: dict[str, Any] | None = self._facts()["question"]
        return question if question is not None and question["taskId"] == task_id else None

    @property
    def press(self) -> ButtonPress | None:
        """The last that was pressed."""
        return self._press

    def take(self, content: Mapping[str, Any]) -> None:
        """Take what a page says of a form: an answer, that it is shown, or "Stop the task"; returns at once."""
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

        with self._news:
            return self._news.wait_for(is_shown, timeout_s)

    # --- what it shows ------------------------------------------------------------------------------------------------

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Return the state with the server's clock moved on to now: a reloaded page must not start in the past."""
        state: dict[str, Any] = super().get_state(key, drop_defaults)
        facts = state.get("facts")
        if facts and facts["clockRunning"] and not facts["ended"]:
            age_ms = int((self._monotonic_s() - self._sent_s) * 1000)
            state["facts"] = {**facts, "serverNowMs": facts["costAtMs"] + age_ms}
        return state

    def text(self) -> str:
        """Return the card as text, between markers."""
        return card_text(self._latest, seen_ended_ms=self._seen_ended_ms, before=self._before)

    def html(self) -> str:
        """Return the card as static HTML, between markers."""
        return card_html(self._latest, seen_ended_ms=self._seen_ended_ms, before=self._before)

    def static_mimebundle(self) -> dict[str, str]:
        """Return it as text and as static HTML."""
        return {"text/plain": self.text(), "text/html": self.html()}

    @property
    def _question_id(self) -> str:
        return f"{self._latest.session_id}-{self._questions}"

    def _facts(self) -> dict[str, Any]:
        with self._news:
            return session_card_state(
                self._latest,
                supported=[*self._actions, *(name for name, can in self._more().items() if can)],
                seen_ended_ms=self._seen_ended_ms,
                press=self._press,
                question_id=self._question_id,
                question_shown=self._shown_id == self._question_id,
                before=self._before,
            )

    def _more(self) -> dict[str, object]:
        """Return what a card may have besides buttons, and who does it."""
        return {"answer": self._answer, "view": self._view, "steps": self._steps}

    def _use(self, actions: CardActions) -> None:
        can = {name: getattr(actions, name) for name in COMMANDS if callable(getattr(actions, name, None))}
        if self._on_again is None:
            can.pop("start_again", None)
        self._actions: Mapping[str, Callable[[], Future[Any]]] = can
        self._answer: Callable[[str, str], Future[Any]] | None = getattr(actions, "answer", None)
        self._view: OpenView | None = getattr(actions, "view", None)
        if self._feed is not None and self._view is not None:
            self._feed.switch_session(self._view)
        self._steps: Callable[[str], Future[Sequence[StepBody]]] | None = getattr(actions, "steps", None)
        self._step_picture: Callable[[str, int], Future[StepPicture]] | None = getattr(actions, "step_picture", None)
        self._keep_pictures: Callable[[], Future[Any]] | None = getattr(actions, "keep_pictures", None)

    # --- what a page asks for -----------------------------------------------------------------------------------------

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a message; runs on the subshell's thread, or on the main one where there are no subshells."""
        match content.get("type") if isinstance(content, dict) else None:
            case "command":
                self._take_command(str(content.get("command")), str(content.get("id")))
            case "answer" | "shown":
                self.take(content)
            case "view":
                self._take_view(content)
            case "steps":
                self._read_steps()
            case "step_picture":
                self._read_picture(content)

    def _take_command(self, command: str, press_id: str) -> None:
        action = self._actions.get(command)
        if action is None:
            _log.warning("a page asked for a command that this card does not have")
            return
        with self._news:
            if press_id in self._taken:
                return  # pages say it again where nothing answers: the first may wait behind a running cell
            self._taken.append(press_id)
        # Two pages may show this card, and they must not open two sessions.
        if command == "start_again" and (not self._latest.ended or self._is_sent(command)):
            return
        self._begin(ButtonPress(id=press_id, command=command), action)

    def _take_view(self, content: Mapping[str, Any]) -> None:
        if self._feed is None and self._view is not None:
            self._feed = ViewFeed(self.send, self._view)
        if self._feed is not None:
            self._feed.take(content)

    def _take_shown(self, question_id: str) -> None:
        with self._news:
            self._shown_id = question_id
            self._news.notify_all()
        self._tell_change()

    def _read_steps(self) -> None:
        """Fetch the latest task's steps for the page that has its log open; sent with the next flush."""
        task_id = self._latest.current_task_id or self._last_task_id
        if self._steps is None or task_id is None:
            self._tell_steps((), "no task has run yet")
            return
        if self._keep_pictures is not None:  # of what comes from now on: somebody wants to see it
            keep, self._keep_pictures = self._keep_pictures, None
            keep().add_done_callback(_log_failure)
        self._steps(task_id).add_done_callback(partial(self._on_steps, task_id))

    def _read_picture(self, content: Mapping[str, Any]) -> None:
        """Fetch one step's picture for the page that asks for it, and send it in one message: it is in no trait."""
        task_id, number = content.get("task"), content.get("step")
        if self._step_picture is None or not isinstance(task_id, str) or not isinstance(number, int):
            _log.warning("a page asked for a picture that this card does not have")
            return
        said = {"type": "step_picture", "task": task_id, "step": number}

        def send(done: Future[StepPicture]) -> None:
            error = None if done.cancelled() else done.exception()
            if error is not None:
                why = words.clean(f"there is no picture: {error}", words.ACTION_CHARACTERS)
                self.send({**said, "said": why})
            elif not done.cancelled():
                self.send({**said, "said": ""}, [done.result().jpeg])

        self._step_picture(task_id, number).add_done_callback(send)

    def _on_steps(self, task_id: str, done: Future[Sequence[StepBody]]) -> None:
        error = None if done.cancelled() else done.exception()
        if error is not None:
            _log.warning("the steps can't be read: %s", error)
            self._tell_steps((), words.clean(f"the steps can't be read: {error}", words.ACTION_CHARACTERS))
        elif not done.cancelled():
            self._tell_steps(done.result(), left_out(done.result()), task_id)

    def _tell_steps(self, steps: Sequence[StepBody], said: str, task_id: str = "") -> None:
        with self._news:
            self._steps_to_send = {"type": "steps", "task": task_id, "steps": step_rows(steps), "said": said}
        self._tell_change()

    def _take_answer(self, content: Mapping[str, Any]) -> None:
        """Send an answer on. It may be a password: from here it goes to the action and nowhere else."""
        press = ButtonPress(id=str(content.get("id")), command="answer")
        with self._news:
            question, question_id = self._latest.question, self._question_id
        answer = self._answer
        if answer is None or self._is_sent("answer"):
            return
        if question is None or self._latest.ended or content.get("question") != question_id:
            self._refuse(press, TOO_LATE)
        elif text := _text_of(content, question):
            self._begin(press, lambda: answer(question.task_id, text))
        else:
            self._refuse(press, "the answer was empty: nothing was sent")

    def _is_sent(self, command: str) -> bool:
        press = self._press
        return press is not None and press.command == command and press.state == "sent"

    def _begin(self, press: ButtonPress, action: Callable[[], Future[Any]]) -> None:
        self._set_press(press)
        try:
            future = action()
        except Exception as error:  # noqa: BLE001 - the outermost edge: above it is only the kernel's message loop
            self._fail(press, error)
            return
        future.add_done_callback(lambda done: self._settle(press, done))

    def _refuse(self, press: ButtonPress, message: str) -> None:
        self._set_press(press)
        self._set_press(replace(press, state="failed", message=message))

    def _set_press(self, press: ButtonPress) -> None:
        with self._news:
            if self._press is not None and self._press.id != press.id and press.state != "sent":
                return  # a later click has taken its place
            self._press = press
        self._tell_change()

    def _settle(self, press: ButtonPress, done: Future[Any]) -> None:
        if done.cancelled():
            self._set_press(replace(press, state="failed", message=f"{_in_words(press)} was cancelled"))
            return
        error = done.exception()
        if error is not None:
            self._fail(press, error)
            return
        said = ""
        if press.command == "start_again" and self._on_again is not None:
            try:
                said = self._on_again(self, done.result())
            except Exception as failure:  # noqa: BLE001 - the outermost edge: a future swallows what its callbacks raise
                self._fail(press, failure)
                return
        self._set_press(replace(press, state="done", message=said))

    def _fail(self, press: ButtonPress, error: BaseException) -> None:
        if press.command == "answer":  # an error may quote what was sent: neither it nor its traceback is shown
            code = str(getattr(error, "code", type(error).__name__))
            _log.warning("an answer was not taken: %s", code)
            self._set_press(replace(press, state="failed", message=_answer_refused(error, code)))
            return
        _log.warning("%s failed", press.command, exc_info=error)
        message = words.clean(f"{_in_words(press)} failed: {error}", words.ACTION_CHARACTERS)
        self._set_press(replace(press, state="failed", message=message))


def _log_failure(done: Future[Any]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        _log.warning("no pictures of the steps: %s", error)


def _in_words(press: ButtonPress) -> str:
    return press.command.replace("_", " ")


def _text_of(content: Mapping[str, Any], question: Question) -> str:
    """Return the answer: one of the form's choices by its number, or what was typed."""
    choice = content.get("choice")
    if isinstance(choice, int):
        choices = form_of(question).choices
        return choices[choice][1] if 0 <= choice < len(choices) else ""
    text = content.get("text")
    return text if isinstance(text, str) else ""


def _answer_refused(error: BaseException, code: str) -> str:
    if code == ErrorCode.INVALID_STATE:
        return TOO_LATE
    if isinstance(error, SessionGoneError):
        return "too late: the session has ended"
    if isinstance(error, ConnectionLostError):
        return "the server can't be reached: the answer may not have arrived"
    return f"the answer was not taken ({words.clean(code, words.CANDIDATE_CHARACTERS)})"
