"""The gateway to a session's browser, for the agent and for a person in control.

Every action and every observation passes here: what holds for all actions of a session (its event, its policy, its
record) has its place in this module and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from webrun_nb.agents.recording.recording import record_action
from webrun_nb.browsers.actions import Action, Scroll, Upload
from webrun_nb.browsers.observation import DialogAnswer, HitTest, NativeDialog, Observation
from webrun_nb.browsers.protocol import BrowserError, BrowserInstance
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.policy_terms import Actor, GuardrailResponse
from webrun_nb.emulator.domain.file_names import safe_name
from webrun_nb.emulator.domain.policy.engine import Allow, Block, RequireApproval
from webrun_nb.emulator.domain.policy.facts import ActionFact, ActionFacts, Page, SearchText
from webrun_nb.emulator.domain.secrets.redaction import SHOWN
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Step, Task
from webrun_nb.emulator.execution.action_facts import facts_of, highlight_box, only_looks, visible_box
from webrun_nb.emulator.execution.policy_enforcer import PolicyEnforcer
from webrun_nb.emulator.execution.recorder import Recorder
from webrun_nb.emulator.execution.secret_filter import SecretFilter
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.extraction.snapshot import Snapshot

Publish = Callable[[str, Mapping[str, Any]], None]
"""Sends an event out on the session's stream: name, body."""
Approve = Callable[[str, Mapping[str, float] | None], Awaitable[GuardrailResponse]]
"""Asks a person a question, with the box of the element in question, and returns the response: approved, rejected or
took over."""

_MOST_APPROVALS = 3
"""The number of approvals after which an action on a page that keeps changing is given up."""


@dataclass(frozen=True, slots=True)
class _ResolvedAction:
    """The facts of an action: in full, to decide by, and redacted, to be shown and kept."""

    facts: ActionFacts
    shown: ActionFacts


class ActionGateway:
    """Performs actions in one browser of a session, after the checks of its policy.

    Parameters
    ----------
    instance : BrowserInstance
        The session's present browser; a restored session gets a new gateway.
    session : Session
        The session of the browser.
    publish : callable
        Sends an event out.
    enforcer : PolicyEnforcer
        The session's policy.
    recorder : Recorder
        Records the steps.
    """

    def __init__(
        self,
        instance: BrowserInstance,
        session: Session,
        publish: Publish,
        enforcer: PolicyEnforcer,
        recorder: Recorder,
    ) -> None:
        self.instance = instance
        self._session = session
        self._publish = publish
        self._filter = SecretFilter(session.vault)
        self._observation: Observation | None = None
        self._download_approved = False
        """True where a person has approved a download by the present action."""
        self._picture_refusal_reported = False
        """True once the user was informed that the policy allows no pictures."""
        self.only_looked = False
        """True if the last action only looked at pages, or followed a link."""
        self._enforcer = enforcer
        self._recorder = recorder

    async def observe(self, task: Task | None = None, because: str = "") -> Observation:
        """Return the elements of the page that can be acted on; `because` is the part of the text that it serves."""
        because = self._filter.redact(because)
        with self._recorder.step(task, "look", because=because) as step, self._filter.redact_errors():
            seen = self._filter.redact_observation(await self.instance.observe())
            step.url, step.target = seen.url[:500], seen.title[:500]
            self._observation = seen
            return seen

    async def snapshot(self, task: Task | None = None, because: str = "") -> Snapshot:
        """Return the snapshot of the page that the extraction engine reads; `because` as in `observe`."""
        because = self._filter.redact(because)
        with self._recorder.step(task, "read", because=because) as step, self._filter.redact_errors():
            page = self._filter.redact_snapshot(await self.instance.snapshot())
            step.url, step.target = page.url[:500], page.title[:500]
            if not self._filter.shows_secret(page):  # which a picture could not mask
                at_ms, admitted = page.captured_ms, self._is_picture_allowed
                await self._recorder.pictures.take_page(self.instance, task, at_ms, admitted)
            return page

    async def picture(self, task: Task) -> bytes | None:
        """Return a PNG of the view for a language model; None where the policy forbids it, or a secret may be on it."""
        with self._recorder.step(task, "look"), self._filter.redact_errors():
            if not await self._is_picture_allowed(task):
                return None
            if not self._session.vault.redactor.is_empty and self._filter.shows_secret(
                self._filter.redact_snapshot(await self.instance.snapshot())
            ):
                return None
            return await self.instance.screenshot()

    async def scroll_into_view_and_locate(self, action: Action) -> Mapping[str, float] | None:
        """Scroll the target of an action into view for the person who is asked about it, and return its box."""
        if not action.needs_page:
            return None
        return visible_box(await self.instance.scroll_into_view_and_locate(action))

    async def perform(
        self,
        action: Action,
        *,
        task: Task | None = None,
        by: Actor = "agent",
        approve: Approve | None = None,
        dialog_answer: DialogAnswer | None = None,
        because: str = "",
    ) -> bool:
        """Perform an action, if the policy allows it, and publish its event.

        Parameters
        ----------
        action : Action
            The action.
        task : Task, optional
            The task it serves; None where it is the session's own or a person's.
        by : {"agent", "user"}
            The actor. Actions that need a person's approval, a person may perform.
        approve : callable, optional
            Asks a person where the policy demands that; without it, such an action is refused.
        dialog_answer : DialogAnswer, optional
            The answer to a native dialog that it leads to.
        because : str, optional
            The part of the task's text that it serves.

        Returns
        -------
        bool
            False where it was not performed, because the person who was asked took over instead.

        Raises
        ------
        BrowserError
            With a task failure code of the contract; `BLOCKED_BY_POLICY` where the policy refused the action.
        """
        action = self._filter.read_mark(action)
        shown = self._filter.redact(action).describe()
        self._download_approved = False
        recorded = task or (self._session.current if by == "user" else None)
        target = str(shown.get("target", ""))
        await self._recorder.pictures.taken()  # of the page as the action before left it
        with (
            self._recorder.step(
                recorded, "action", str(shown["name"]), target, by=by, because=self._filter.redact(because)
            ) as step,
            self._filter.redact_errors(),
        ):
            if not await self._authorize(action, step, recorded, by, approve):
                step.outcome = "by hand"
                return False
            self.only_looked = step.looks
            self._session.acted = self._session.acted or not step.looks
            if task is not None:
                task.acted = task.acted or not action.repeatable
            told = shown if by == "agent" else {**shown, "by": by}
            if by == "user":  # who goes where they want
                await self.instance.confine(None)
            if (box := highlight_box(action, self._observation)) is not None:
                told["box"] = box
            self._publish(serialize.MESSAGE, serialize.action_event(self._session, task, told, step.number))
            if task is not None and by == "agent":
                masked = self._filter.redact((action, dialog_answer))
                step.recorded = record_action(masked[0], self._observation, masked[1], shown_secret=SHOWN)
            opened = self._filter.insert_secrets(action)
            if isinstance(opened, Upload):
                opened = replace(opened, paths=_paths(opened, task))
            try:
                await self.instance.perform(opened, dialog_answer=dialog_answer)
            finally:
                self._recorder.pictures.take(self.instance, task, step, self._is_picture_allowed)
        return True

    def take_dialogs(self) -> tuple[NativeDialog, ...]:
        """Return the native dialogs that the page has opened since the last call."""
        return self._filter.redact(self.instance.take_dialogs())

    async def _is_picture_allowed(self, task: Task) -> bool:
        """Return whether the policy allows a picture of the page as it is; no person is asked for each picture."""
        if self._enforcer.engine is None:
            return True
        if self._enforcer.is_audit_unavailable:
            return False
        try:
            here = await self.instance.hit_test(Scroll(0, 0))
        except BrowserError:  # the picture's content can't be checked
            return False
        facts = ActionFacts("screenshot", "", (ActionFact("Screenshot"),), Page.of(here.url, here.title, here.text))
        decision = self._enforcer.decide(facts)
        shown, shown_decision = self._filter.redact(facts), self._filter.redact(decision)
        self._enforcer.record_decision(shown, shown_decision, "agent", task)
        if isinstance(shown_decision, RequireApproval):
            self._enforcer.record_response(shown, shown_decision, "agent", task, "unanswered")
        if not isinstance(decision, Allow) and not self._picture_refusal_reported:
            self._picture_refusal_reported = True
            self._say(task, f"No picture of the page is kept: {decision.rule}")
        return isinstance(decision, Allow)

    def is_download_allowed(self, url: str, name: str, task: Task | None) -> bool:
        """Return whether the policy allows a download, whatever has caused it; it is too late to ask a person."""
        if self._enforcer.is_audit_unavailable:
            return False
        fact = ActionFact("File Download", SearchText(f"{name}\n{url[:2000]}"))
        facts = ActionFacts("download", safe_name(name), (fact,), Page.of(self.instance.url, "", ""))
        decision = self._enforcer.decide(facts)
        admitted = isinstance(decision, Allow)
        shown = self._filter.redact(facts)
        self._enforcer.record_decision(shown, decision, "agent", task)
        if isinstance(decision, RequireApproval):
            admitted = self._download_approved
            self._enforcer.record_response(shown, decision, "agent", task, "approved" if admitted else "unanswered")
        if not admitted:
            self._say(task, f"{facts.target} was not downloaded: {decision.rule}")
        return admitted

    async def _resolve_target(self, action: Action) -> _ResolvedAction:
        hit = await self.instance.hit_test(action) if action.needs_page else HitTest(self.instance.url, "", "")
        facts = facts_of(action, hit)
        if self._session.vault.redactor.is_empty:
            return _ResolvedAction(facts, facts)
        return _ResolvedAction(facts, facts_of(self._filter.redact(action), self._filter.redact(hit)))

    async def _authorize(
        self, action: Action, step: Step, task: Task | None, by: Actor, approve: Approve | None
    ) -> bool:
        """Return True where the policy, or a person, allows an action; False where a person took over instead.

        Raises
        ------
        BrowserError
            `BLOCKED_BY_POLICY`.
        """
        if self._enforcer.is_audit_unavailable:
            why = "the audit trail can't be written down now, and what is not on record is not done; is the disk full?"
            raise BrowserError(TaskFailureCode.BLOCKED_BY_POLICY, why)
        known = await self._resolve_target(action)
        for _ in range(_MOST_APPROVALS):
            step.target, step.looks = known.shown.target[:500], only_looks(known.facts)
            self._recorder.keep_facts(task, step, known.shown)
            decision = self._filter.redact(self._enforcer.decide(known.facts))
            if self._enforcer.engine is not None and known.facts.categories:
                step.decision, step.rule = decision.permission, decision.rule
            self._enforcer.record_decision(known.shown, decision, by, task)
            match decision:
                case Allow():
                    self._enforcer.record_navigation(known.facts)
                    return True
                case Block(reason=reason):
                    self._say(task, f"Not done: {reason}")
                    raise BrowserError(TaskFailureCode.BLOCKED_BY_POLICY, reason)
            step.response = await self._response(decision, action, known.shown, by, task, approve)
            if step.response == "took over":
                return False
            if step.response not in ("approved", "by hand"):
                raise BrowserError(TaskFailureCode.BLOCKED_BY_POLICY, _not_approved(step.response, decision))
            again = await self._resolve_target(action)
            if (again.facts.target, again.facts.categories) == (known.facts.target, known.facts.categories):
                self._enforcer.record_navigation(known.facts)
                self._download_approved = any(fact.category == "File Download" for fact in known.facts.categories)
                return True
            known = again  # the page has changed meanwhile: that is not what was approved
        raise BrowserError(TaskFailureCode.BLOCKED_BY_POLICY, "the page changes whenever this is approved")

    async def _response(
        self,
        asked: RequireApproval,
        action: Action,
        facts: ActionFacts,
        by: Actor,
        task: Task | None,
        approve: Approve | None,
    ) -> GuardrailResponse:
        """Return a person's response. However the wait for it ends, the response is recorded, once."""
        response: GuardrailResponse = "unanswered"
        try:
            if by == "user":
                response = "by hand"
            elif approve is not None:
                response = await approve(asked.question, await self.scroll_into_view_and_locate(action))
            return response
        finally:  # the task may have ended while it waited
            self._enforcer.record_response(facts, asked, by, task, response)

    def _say(self, task: Task | None, text: str) -> None:
        if task is not None:
            self._publish(serialize.MESSAGE, serialize.agent_event(self._session, task, text))


def _paths(action: Upload, task: Task | None) -> tuple[str, ...]:
    """Return the paths of files of the task; no other files of this machine can be uploaded.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: the task has no such file, or it has expired.
    """
    files = {} if task is None else {file.name: file.path for file in reversed(task.order.files)}
    for name in action.names:
        if name not in files or not Path(files[name]).is_file():
            raise BrowserError(
                TaskFailureCode.ELEMENT_NOT_FOUND, f"The task has no file {name[:100]!r}, or it has expired"
            )
    return tuple(files[name] for name in action.names)


def _not_approved(response: GuardrailResponse, decision: RequireApproval) -> str:
    why = "a person rejected it" if response == "rejected" else "no one is there to approve it"
    return f"{why} ({decision.rule})"


CHOICES = ("approve", "reject", "take over")

_APPROVED = re.compile(
    r"(i )?(approved?|yes|yep|y|ok(ay)?|allow(ed)?|confirm(ed)?|go ahead|do it|sure|1)( it| please)?"
)
_REJECTED = re.compile(r"(i )?(reject(ed)?|no|nope|n|den(y|ied)|refuse[d]?|cancel|don'?t|do not|stop|2)( it| do it)?")
_TOOK_OVER = re.compile(r"(i'?ll |i will |let me )?(take over|takeover|take control|manual|3)")
_MEANINGS: tuple[tuple[re.Pattern[str], GuardrailResponse], ...] = (
    (_APPROVED, "approved"),
    (_REJECTED, "rejected"),
    (_TOOK_OVER, "took over"),
)


def read_response(answer: str) -> GuardrailResponse | None:
    """Return the response that an answer means: approved, rejected or took over; None where it is unclear."""
    said = " ".join(answer.casefold().replace(",", " ").split()).strip(" .!\"'")
    for pattern, response in _MEANINGS:
        if pattern.fullmatch(said):
            return response
    return None
