"""The tools that look at the page and act on it: each call becomes steps of the worker, under the agent's own rules.

The rules are decided here and not by the model: what buys, sends money or deletes, what leads to another site, what
asks for credentials and what is there to keep programs out goes to a person first.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urljoin

from webrun_nb.agents.base import (
    AgentError,
    Answered,
    Ask,
    Confine,
    Failed,
    Log,
    Observe,
    Observed,
    Perform,
    Performed,
    PictureTaken,
    Refused,
    Reply,
    SettledByHand,
    SettledByHandError,
    Step,
    TakePicture,
    TaskSpec,
)  # fmt: skip
from webrun_nb.agents.llm import tools
from webrun_nb.agents.llm.choosing import because_of
from webrun_nb.agents.llm.destinations import Destinations, elsewhere, targets_of
from webrun_nb.agents.llm.page_view import PageView
from webrun_nb.agents.llm.pictures import marked
from webrun_nb.agents.llm.tools import ToolCallError
from webrun_nb.agents.local.approval import approved
from webrun_nb.agents.local.effects.dialogs import answered as answered_dialogs
from webrun_nb.agents.local.skills.login_form import is_code, login_form
from webrun_nb.browsers.actions import (
    Action,
    Click,
    Drag,
    GoBack,
    Hover,
    Navigate,
    Press,
    Scroll,
    ScrollBox,
    ScrollGoal,
    Select,
    SwitchTab,
    Type,
    TypeSecret,
    Upload,
    WaitFor,
    WaitForChange,
)  # fmt: skip
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.credentials.marks import marked_secret
from webrun_nb.common.hosts import host_of
from webrun_nb.common.text import counted, shortened

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]
"""A part of a run: yields steps, is sent replies, returns a result."""

_BUSY_WAITS = 3
_MOST_TAKE_OVERS = 3
_BUSY_MS = 1_500
_UP_PX = 500
_GOALS: Mapping[str, ScrollGoal] = {"down": "on", "end": "end", "start": "start"}
_DO_IT_BY_HAND = "take over"
_CAPTCHA = re.compile(
    r"captcha|turnstile|arkose|not a robot|human verification|verify (?:that )?you are (?:a )?human", re.I
)
_WORD = re.compile(r"\w{3,}")
_ORDERS = frozenset({"delete", "remove", "erase", "cancel", "send", "submit", "the", "and", "all", "button"})
"""Words of a control that tell what it does, and not what it does it to."""


class Acting:
    """The page of a task, as a model acts on it.

    Parameters
    ----------
    brief : TaskSpec
        The task.
    """

    def __init__(self, brief: TaskSpec) -> None:
        self.brief = brief
        self.view = PageView()
        self.remarks: list[str] = []
        """Sentences on the dialogs of pages, for the answer."""
        self.is_stale = False
        """True if the page may be another one than at the last look."""
        self._step: int | None = None
        """The number of the recorded step of the last look."""
        self.destinations = Destinations(brief)
        self._words = frozenset(word.casefold() for word in _WORD.findall(brief.instruction))

    @property
    def seen(self) -> Observation | None:
        """The last look."""
        return self.view.seen

    # --- looking

    def look(self, *, again: bool = False) -> Work[Observation]:
        """Look at the page once it has loaded, where it may be another one than at the last look.

        Raises
        ------
        AgentError
            `TASK_STOPPED`: it is on a host that a person has refused, and can't be left.
        """
        if self.view.seen is not None and not again and not self.is_stale:
            return self.view.seen
        for _ in range(_MOST_TAKE_OVERS):
            try:
                seen = yield from self._allowed()
            except SettledByHandError:  # a person took over instead of an answer: the page may be another one
                continue
            self.view.take(seen, self._step)
            self.is_stale = False
            yield Confine(self.destinations.hosts)
            return seen
        raise AgentError(TaskFailureCode.TASK_STOPPED, "The page is on a site that was not approved.")

    def _allowed(self) -> Work[Observation]:
        """Look at the page, and leave it where a person does not approve of its host."""
        seen = yield from self._observed()
        for _ in range(_BUSY_WAITS):
            if not seen.busy:
                break
            yield Perform(WaitForChange(timeout_ms=_BUSY_MS))
            seen = yield from self._observed()
        self.destinations.start_at(seen.url)
        before = self.view.seen.url if self.view.seen is not None else self.brief.starting_url or ""
        if (yield from self.destinations.approved(seen.url, before)):
            return seen
        if self.view.seen is None:
            raise elsewhere(seen.url)
        self.remarks.append(f"A page led to {shortened(seen.url, 200)}, which was not approved: it was left.")
        yield Perform(Navigate(before))
        again = yield from self._observed()
        if not self.destinations.is_allowed(again.url):
            raise elsewhere(again.url)
        return again

    def _observed(self) -> Work[Observation]:
        reply = yield Observe()
        if not isinstance(reply, Observed):
            raise AgentError(TaskFailureCode.AGENT_ERROR, f"The worker answered a look with {type(reply).__name__}.")
        self._step = reply.step
        return reply.observation

    def picture(self) -> Work[bytes | None]:
        """Take a picture of the view, with the numbers of its controls; None where it may not be shown."""
        reply = yield TakePicture()
        if not isinstance(reply, PictureTaken) or reply.png is None:
            return None
        return marked(reply.png, self.view.visible())

    def note(self, text: str) -> Work[None]:
        """Say something to the listeners."""
        yield Log(text)

    def ask(self, question: str, candidates: Sequence[str] = ()) -> Work[str]:
        """Ask a person and wait for the answer.

        Raises
        ------
        SettledByHandError
            The person took over instead.
        """
        reply = yield Ask("ambiguous", question, tuple(candidates))
        if isinstance(reply, SettledByHand):
            raise SettledByHandError(question)
        if not isinstance(reply, Answered):
            raise AgentError(TaskFailureCode.AGENT_ERROR, f"Nobody answered: {question}")
        return reply.text.strip()

    # --- calls

    def done(self, call: tools.Tool) -> Work[str]:
        """Do a call; return what the model is told of it.

        Raises
        ------
        ToolCallError
            It can't be done, or failed; the message says what is there instead.
        SettledByHandError
            A person did it instead, or something else: the page may be another one.
        """
        match call:
            case tools.Find(words=words, skip=skip):
                yield from self.look()
                return self.view.found(words, skip)
            case tools.Read(after=after):
                yield from self.look()
                return self.view.read(after)
            case tools.AskPerson():
                return (yield from self._asked(call))
        yield from self.look()
        action = self._action_of(call)
        yield from self._performed(action)
        yield from self.look(again=True)
        return self.view.told()

    def _action_of(self, call: tools.Tool) -> Action:
        match call:
            case tools.Click(element=number, manner=manner):
                element = self._element(number)
                return Click(element.ref, _called(element), manner)
            case tools.Type(element=number, text=text, submit=submit):
                element = self._element(number)
                self._check_secret(element, text)
                return Type(element.ref, text, _called(element), submit)
            case tools.TypeSecret(element=number, name=name, submit=submit):
                element = self._element(number)
                return TypeSecret(element.ref, self._secret(element, name), _called(element), submit)
            case tools.Select(element=number, options=options):
                element = self._element(number)
                return Select(element.ref, tuple(options), _called(element))
            case tools.Press(key=key, element=None):
                return Press(key)
            case tools.Press(key=key, element=int(number)):
                element = self._element(number)
                return Press(key, element.ref, _called(element))
            case tools.Hover(element=number):
                element = self._element(number)
                return Hover(element.ref, _called(element))
            case tools.Drag(element=number, onto=other):
                element, target = self._element(number), self._element(other)
                return Drag(element.ref, _called(element), target.ref, _called(target))
            case tools.Upload(element=number, files=files):
                element = self._element(number)
                return Upload(element.ref, self._files(files), _called(element))
            case tools.Scroll(to=to):
                return Scroll(delta_y=-_UP_PX) if to == "up" else ScrollBox(goal=_GOALS[to])
            case tools.Navigate(url=url):
                return Navigate(self._address(url))
            case tools.Back():
                return GoBack()
            case tools.SwitchTab(tab=number):
                return SwitchTab(number, self._tab(number))
            case tools.Wait(text=text, seconds=seconds):
                timeout_ms = round(seconds * 1000)
                return WaitFor(text, timeout_ms) if text else WaitForChange(timeout_ms=timeout_ms)
            case _:
                raise AssertionError(f"{type(call).__name__} is not done on the page")

    def _performed(self, action: Action) -> Work[None]:
        """Do an action once the rules allow it.

        Raises
        ------
        ToolCallError
            It was refused, or it failed.
        SettledByHandError
            A person did it instead.
        """
        seen = yield from self.look()
        for url in targets_of(action, seen):
            if not (yield from self.destinations.approved(url, seen.url)):
                raise ToolCallError(f"Not done: it leads to {shortened(url, 200)}, which the person did not approve.")
        yield from self._check_captcha(action, seen)
        because = because_of(self.brief)
        dared = yield from approved(self, action, because, named=self._is_named)
        if dared is None:
            raise SettledByHandError(because)
        yield Confine(self.destinations.hosts)
        reply = yield Perform(dared, because)
        if isinstance(reply, Performed) and reply.dialogs:
            reply = yield from answered_dialogs(self, dared, because, reply, self.remarks)
        match reply:
            case SettledByHand():
                raise SettledByHandError(because)
            case Refused(url=url) if url:
                yield from self._ask_to_go_on(url, seen.url)
            case Refused(reason=reason):
                raise ToolCallError(f"Not done: a rule of the session forbids it ({reason}). Find another way.")
            case Failed(message=message):
                yield from self.look(again=True)
                raise ToolCallError(f"Not done: {message}. The page now:\n{self.view.told()}")

    def _ask_to_go_on(self, url: str, page: str) -> Work[None]:
        """Ask a person about a site that the page was about to lead to; the action is for the model to repeat.

        Raises
        ------
        ToolCallError
            Always: the page did not go there.
        SettledByHandError
            The person took over instead.
        """
        where = shortened(url, 200)
        if not (yield from self.destinations.approved(url, page)):
            raise ToolCallError(f"Not done: it leads to {where}, which the person did not approve.")
        yield Confine(self.destinations.hosts)
        raise ToolCallError(f"Not done yet: it leads to {where}, which the person has approved: do it again.")

    # --- rules

    def _check_secret(self, element: Element, text: str) -> None:
        """Refuse a password or code that the model writes itself; a mark that stands for one is typed as what it is."""
        if (element.input_type == "password" or is_code(element)) and marked_secret(text) is None:
            names = ", ".join(self._secrets(element)) or "none yet"
            raise ToolCallError(
                f"Not done: passwords and codes are typed with type_secret, by name. Names for this page: {names}. "
                "Others are asked for with ask_person, kind credentials or two_factor."
            )

    def _secret(self, element: Element, name: str) -> str:
        known = self._secrets(element)
        if name not in known:
            raise ToolCallError(
                f"Not done: this page has no secret {shortened(name, 40)!r}. Its names: {', '.join(known) or 'none'}. "
                "Ask the person with ask_person, kind credentials, where it is needed."
            )
        return name

    def _secrets(self, element: Element) -> tuple[str, ...]:
        seen = self.view.seen
        return () if seen is None else seen.part_with(element).secrets

    def _files(self, names: Sequence[str]) -> tuple[str, ...]:
        unknown = [name for name in names if name not in self.brief.files]
        if unknown or not names:
            has = ", ".join(self.brief.files) or "none"
            raise ToolCallError(f"Not done: the task's files are: {has}.")
        return tuple(names)

    def _address(self, url: str) -> str:
        whole = urljoin(self.view.seen.url, url.strip()) if self.view.seen is not None else url.strip()
        if host_of(whole) is None or not whole.startswith(("http://", "https://")):
            raise ToolCallError(f"Not done: {shortened(url, 100)!r} is not an http or https URL.")
        return whole

    def _tab(self, number: int) -> str:
        """Return the URL of an open tab."""
        tabs = self.view.seen.tab_urls if self.view.seen is not None else ()
        if number > len(tabs):
            raise ToolCallError(f"Not done: there is no tab {number}; open are {counted(len(tabs), 'tab')}.")
        return tabs[number - 1]

    def _check_captcha(self, action: Action, seen: Observation) -> Work[None]:
        """Have a person do what is there to tell people from programs."""
        ref = getattr(action.aimed_at, "ref", None)
        element = seen.thing(ref) if ref is not None else None
        if element is None or isinstance(action, Hover):
            return
        frame = "" if element.frame == 0 else seen.frames[element.frame - 1].url
        if _CAPTCHA.search(" ".join((element.name, element.label, element.hint, element.nearby, frame))):
            question = (
                f"{host_of(seen.url)} asks for a proof that a person is there: {_DO_IT_BY_HAND}, solve it and go on."
            )
            reply = yield Ask("captcha", question, (_DO_IT_BY_HAND,), ref=element.ref)
            if isinstance(reply, SettledByHand):
                raise SettledByHandError(question)
            raise ToolCallError("Not done: a program does not prove that a person is there, and no person has done it.")

    def _is_named(self, element: Element) -> bool:
        """Return whether the task's words speak of what an element acts on: its row, its card, its own name."""
        about = {word.casefold() for word in _WORD.findall(f"{element.name} {element.nearby}")}
        return bool((about & self._words) - _ORDERS)

    # --- questions

    def _asked(self, call: tools.AskPerson) -> Work[str]:
        """Put a question of the model to a person; for credentials it says whose page asks for them."""
        seen = yield from self.look()
        if call.kind in ("credentials", "two_factor"):
            if login_form(seen) is None:
                raise ToolCallError("Not asked: this page has no fields to log in with.")
            if not call.fields:
                raise ToolCallError("Not asked: name the fields that are needed, such as email and password, or code.")
        question = f"{shortened(call.question, 500)} (asked at {host_of(seen.url) or 'no page'})"
        reply = yield Ask(call.kind, question, tuple(call.choices[:12]), tuple(call.fields[:6]))
        if isinstance(reply, SettledByHand):
            yield from self.look(again=True)
            return f"The person took over and has given control back. The page now:\n{self.view.told()}"
        if not isinstance(reply, Answered):
            raise AgentError(TaskFailureCode.AGENT_ERROR, f"Nobody answered: {question}")
        if call.fields:
            yield from self.look(again=True)
            return f"It was answered; type it with type_secret. The page now:\n{self.view.told()}"
        return f"The person answered: {reply.text.strip()}"

    def _element(self, number: int) -> Element:
        """Return the element of a number.

        Raises
        ------
        ToolCallError
            There is none; the message has what comes nearest.
        """
        thing = self.view.thing(number)
        if thing is None:
            nearest = self.view.nearest(number)
            known = "is not on the page any more" if self.view.text_of(number) is not None else "was never shown"
            raise ToolCallError(f"Not done: [{number}] {known}. What comes nearest to it:\n{nearest}")
        return thing


def _called(element: Element) -> str:
    return element.name or element.label or element.placeholder or element.role
