"""The actions of a task, and what came of each: a step is done once its effect was seen, or could not be seen."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace
from typing import TypeVar

from webrun_nb.agents.base import (
    AgentError,
    Failed,
    Perform,
    Performed,
    Refused,
    Reply,
    SettledByHand,
    SettledByHandError,
    Step,
    TaskSpec,
    TokenUse,
)  # fmt: skip
from webrun_nb.agents.local.approval import approved, risk_level
from webrun_nb.agents.local.effects.changes import same_element
from webrun_nb.agents.local.effects.checks import NO_CHANGE, Acted, Verdict, check
from webrun_nb.agents.local.effects.dialogs import answered as answered_dialogs
from webrun_nb.agents.local.effects.dialogs import first_answer
from webrun_nb.agents.local.effects.refusals import refusal, remarks, sends
from webrun_nb.agents.local.effects.unsent import Unsent, unsent_after
from webrun_nb.agents.local.looking import Looking
from webrun_nb.agents.local.messages import blocked
from webrun_nb.agents.local.skills.login_form import part_to_log_in_on
from webrun_nb.browsers.actions import (
    Action,
    Click,
    ElementTarget,
    Navigate,
    Scroll,
    ScrollBox,
    Select,
    Type,
    WaitFor,
    WaitForChange,
)
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]
"""A part of a run: yields steps, is sent replies, returns a result."""

_WAITS_AND_SCROLLS = WaitFor | WaitForChange | Scroll | ScrollBox
_REPEATABLE_ROLES = frozenset({"link", "tab", "menuitem", "option", "treeitem", "checkbox", "radio", "switch"})
"""A click on these that had no effect at all may be repeated: it sends, buys and deletes nothing."""


class Acting(Looking):
    """The part of a task that acts on pages, and checks what came of it by the next look."""

    def __init__(self, brief: TaskSpec, tokens: TokenUse) -> None:
        super().__init__(brief, tokens)
        self.last: Action | None = None
        self.sent: tuple[str, Element, Observation] | None = None
        """The form that was sent and whose effect is not checked yet: sentence, element and the page before."""
        self._judged: tuple[str, Element, Observation] | None = None
        """The form whose effect was checked last: its answer may be late, and is looked for again then."""
        self.refusal: AgentError | None = None
        self.remarks: tuple[str, ...] = ()
        """Words of the page about what was sent last, in quotes."""
        self.dialog_remarks: list[str] = []
        self.dialog_wish = ""
        """The answer that the present sentence wishes to a native dialog; empty once there was one."""
        self.had_dialog = False
        """The last action opened a native dialog."""
        self.unchecked: list[Acted] = []
        """The actions whose effect is not checked yet; the next look does it."""
        self._verdicts: list[tuple[Acted, Verdict]] = []
        self._step_remarks: list[str] = []
        self._unsent: Unsent | None = None
        self.not_sent = ""
        """The sentence of the answer about a form that was not sent; empty where there is none."""

    def page_changed_by_hand(self) -> None:
        """Forget what was seen, and what was expected of it: a person may have done anything."""
        self.seen = self.meant = self.statuses.error_page = None
        self.last = self.sent = self.refusal = self._unsent = None
        self.remarks = ()
        self.unchecked.clear()
        self._verdicts.clear()

    def check_unsent(self, *, as_note: bool) -> Work[None]:
        """Take note of a form that was filled in and not sent, where the page still shows it so."""
        if self._unsent is not None:
            self.not_sent = self._unsent.remark((yield from self.observed()))
        if self.not_sent and as_note:
            yield from self.note(self.not_sent)

    def judge(self, seen: Observation) -> bool:
        """Check the effects of the actions before a look by it; return whether an error page may be acted on.

        It may where it asks to log in, or answers what was sent to it.
        """
        answers_what_was_sent = self.sent is not None
        if self.sent is not None:
            (sentence, by, before), self._judged, self.sent = self.sent, self.sent, None
            self.refusal = refusal(sentence, by, before, seen, self.brief.expect_status)
            self.remarks = remarks(before, seen)
        self._verdicts += [(acted, check(acted, seen)) for acted in self.unchecked]
        self.unchecked.clear()
        return answers_what_was_sent or self.refusal is not None or part_to_log_in_on(seen) is not None

    def act(self, action: Action, because: str, *, keeps_page: bool = False) -> Work[Failed | None]:
        """Do something; `keeps_page` where what was seen stays true. A policy's refusal ends the task."""
        outcome = yield from self.propose(action, because, keeps_page=keeps_page)
        if isinstance(outcome, Refused):
            raise blocked(because, outcome)
        return outcome

    def propose(self, action: Action, because: str, *, keeps_page: bool = False) -> Work[Failed | Refused | None]:
        """Perform an action like `act`, but return a refusal: the caller knows another way."""
        dared = yield from approved(self, action, because)
        if dared is None:  # a person has done it instead
            self.seen = self._unsent = None
            self.unchecked.clear()
            return None
        self.acted = True
        by, before = sends(dared, self.seen, self.last), self.seen
        wish = self.dialog_wish
        reply = yield Perform(dared, self.sentence or because, first_answer(wish))
        had_dialog = self.had_dialog = isinstance(reply, Performed) and bool(reply.dialogs)
        if isinstance(reply, Performed) and reply.dialogs:
            self.dialog_wish = ""
            reply = yield from answered_dialogs(self, dared, because, reply, self.dialog_remarks, wish)
        if isinstance(reply, SettledByHand):
            raise SettledByHandError(because)
        if isinstance(reply, Refused | Failed):
            return reply
        self._unsent = unsent_after(dared, before, self._unsent)
        if not isinstance(action, WaitFor | WaitForChange | ScrollBox):
            self.unchecked.append(Acted(dared, because, self._element_of(dared), before, had_dialog))
            self.acted_at_s = time.monotonic()
        if not isinstance(action, _WAITS_AND_SCROLLS):
            self.last, self.refusal, self.remarks = dared, None, ()
            self.sent = (because, by, before) if by is not None and before is not None else None
            self._judged = None
        if not keeps_page:
            self.seen = self.statuses.error_page = None
            if not isinstance(action, _WAITS_AND_SCROLLS):
                self.meant = action.url if isinstance(action, Navigate) else None
        return None

    def _element_of(self, action: Action) -> Element | None:
        aimed_at = action.aimed_at
        if self.seen is None or not isinstance(aimed_at, ElementTarget):
            return None
        return next((thing for thing in self.seen.all_things if thing.ref == aimed_at.ref), None)

    def accepted(self) -> Work[None]:
        """Make sure that the page took what was done to it: the effect of each action is seen, or not to be seen.

        An action without its effect is tried another way once where that is safe.

        Raises
        ------
        AgentError
            It did not; the message says what the page shows, or quotes it.
        """
        if self.unchecked or self.sent is not None:
            yield from self.observed()
        if self.refusal is not None:
            raise self.refusal
        verdicts, self._verdicts = self._verdicts, []
        for acted, verdict in verdicts:
            if verdict.outcome == "unseen":
                verdict = yield from self._another_try(acted, verdict)
            if verdict.words:
                self._step_remarks.append(verdict.words)
                yield from self.note(f'"{acted.sentence}": {verdict.words}.')

    def _another_try(self, acted: Acted, verdict: Verdict) -> Work[Verdict]:
        """Do once more, otherwise, what had no effect; return what came of it.

        Raises
        ------
        AgentError
            A control does not have the value or state that it was given.
        """
        if verdict.words == NO_CHANGE and self.seen is not None and not self.seen.still:  # it may only be late
            yield from self.wait(1.0)
            self.sent = self._judged
            verdict = check(acted, (yield from self.observed()))
            if self.refusal is not None:
                raise self.refusal
            if verdict.outcome != "unseen":
                return verdict
        again = self._once_more(acted)
        if again is not None:
            outcome = yield from self.propose(again, acted.sentence)
            if outcome is None:
                after = yield from self.observed()
                self._verdicts.clear()
                if self.refusal is not None:
                    raise self.refusal
                verdict = check(replace(acted, action=again), after)
        if (
            verdict.outcome == "unseen"
            and isinstance(acted.action, Type | Select | Click)
            and verdict.words != NO_CHANGE
        ):
            message = f'"{acted.sentence}" had no effect: {verdict.words}.'
            raise AgentError(TaskFailureCode.AGENT_ERROR, message, {"sentence": acted.sentence})
        return verdict

    def _once_more(self, acted: Acted) -> Action | None:
        """Return another way to do what had no effect; None where there is none, or where it might be done twice."""
        action, seen = acted.action, self.seen
        element = same_element(acted.element, seen) if acted.element is not None and seen is not None else None
        if element is None or not element.enabled:
            return None
        match action:
            case Type(submit=False, by_keys=False, adds=False):
                return replace(action, ref=element.ref, by_keys=True)
            case Click(manner="click") if element.role in _REPEATABLE_ROLES and risk_level(element, "") is None:
                return replace(action, ref=element.ref)
            case Select():
                return replace(action, ref=element.ref)
            case _:
                return None

    def settled(self) -> None:
        """Forget the checks of the actions so far: a skill has tried several ways, and seen the effect itself."""
        self.unchecked.clear()
        self._verdicts.clear()

    def remark(self, said: str) -> None:
        """Have the answer say something beside the present step."""
        self._step_remarks.append(said)

    def told(self, sentence: str) -> str:
        """Return a step that was taken as the answer says it, with what is to be said of its effect."""
        said, self._step_remarks = list(dict.fromkeys(self._step_remarks)), []
        return f"{sentence} ({'; '.join(said)})" if said else sentence

    def attempt(self, action: Action, because: str) -> Work[str | None]:
        """Do something that leaves what was seen true; return why it was not done, where it was not."""
        failed = yield from self.act(action, because, keeps_page=True)
        return failed.message if failed else None
