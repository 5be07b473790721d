"""The local agent: plain English, no language model.

It plans the instruction once (`planner`), then works through the steps, looking at the page only when an element has
to be found and reading it only when something is extracted. What it can't follow or find it asks or says; it never
makes a value up.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import TypeVar

from webrun_nb.agents.base import (
    AgentError,
    Failed,
    Finish,
    Log,
    Observe,
    Observed,
    PartialResult,
    Perform,
    Performed,
    Refused,
    Reply,
    Run,
    SettledByHand,
    SettledByHandError,
    SnapshotTaken,
    Step,
    TakeSnapshot,
    TaskSpec,
    TokenUse,
    Unused,
)  # fmt: skip
from webrun_nb.agents.local.approval import approved
from webrun_nb.agents.local.asking import MAX_ANSWERS, Asking
from webrun_nb.agents.local.effects.dialogs import answered as answered_dialogs
from webrun_nb.agents.local.effects.refusals import refusal, remarks, sends
from webrun_nb.agents.local.effects.statuses import Statuses, answered
from webrun_nb.agents.local.effects.unsent import Unsent, unsent_after
from webrun_nb.agents.local.extracting.asked_for import shape_of
from webrun_nb.agents.local.extracting.collector import Collector
from webrun_nb.agents.local.language.elements import FIELD_ROLES, Found, find
from webrun_nb.agents.local.language.intended import intended
from webrun_nb.agents.local.language.intents import (
    AddToCart,
    Attach,
    Back,
    CheckOut,
    Choose,
    ClickOn,
    Download,
    Extract,
    Fill,
    FillForm,
    Intent,
    LogIn,
    Open,
    PressKey,
    ScrollPage,
    SearchFor,
    SetChecked,
    Skip,
    SortBy,
    Target,
    Transfer,
    Unclear,
    Wait,
)  # fmt: skip
from webrun_nb.agents.local.language.left_out import left_out
from webrun_nb.agents.local.lists.view import View, best_first, joined_views, views_of
from webrun_nb.agents.local.messages import (
    NO_PAGE,
    VALUES_BY_SCHEMA,
    blocked,
    called,
    not_found,
    rendered,
    written,
)
from webrun_nb.agents.local.other_ways import other_ways
from webrun_nb.agents.local.skills.controls import choose, press_key, set_checked, sort
from webrun_nb.agents.local.skills.errands import run_errand
from webrun_nb.agents.local.skills.login import Login, let_in, part_to_log_in_on, turned_away
from webrun_nb.agents.local.unused import BY_HAND, ONE_LIST, unused
from webrun_nb.agents.tokens import estimate_tokens
from webrun_nb.browsers.actions import Action, Click, GoBack, Navigate, Scroll, ScrollBox, Type, WaitFor, WaitForChange
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.browsers.protocol import VIEW_HEIGHT_PX
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.schema import Shape
from webrun_nb.extraction.snapshot import Snapshot

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]
"""A part of a run: yields steps, is sent replies, returns a result."""

_SETTLE_MS = 800
_WAITS_AND_SCROLLS = WaitFor | WaitForChange | Scroll | ScrollBox


class LocalAgent:
    """Follow plain English; deterministic, offline, free."""

    async def run(self, brief: TaskSpec, tokens: TokenUse) -> Run:
        """Work on a task; see `Agent.run`."""
        task = Task(brief, tokens)
        work = task.work()
        try:
            step: Step | None = next(work)
            while step is not None:
                if isinstance(step, Finish) and (error_page := task.statuses.error_page):
                    yield Log(f"{answered(*error_page)}.")
                    step = replace(step, text=f"{step.text}\n\n{answered(*error_page)}.")
                if not isinstance(step, PartialResult):  # a model's answer so far is in what it has written
                    tokens.completion += estimate_tokens(written(step, brief))
                # In a thread: a large page takes seconds to be read, and other sessions go on meanwhile.
                step = await asyncio.to_thread(_next_step, work, (yield step))
        except StopIteration:
            return
        except AgentError as error:
            error_page = task.statuses.error_page
            if error_page is None or "status" in error.details:  # it says so itself
                raise
            raise AgentError(error.code, f"{error.message} {answered(*error_page)}.", error.details) from error


def _next_step(work: Work[None], reply: Reply | None) -> Step | None:
    """Send a reply to a run; return its next step, or None at its end: no future can hold a `StopIteration`."""
    try:
        return work.send(reply)
    except StopIteration:
        return None


class Task(Asking):
    """One run over one brief."""

    def __init__(self, brief: TaskSpec, tokens: TokenUse) -> None:
        self.brief = brief
        self.tokens = tokens
        self.seen: Observation | None = None
        self.done: list[str] = []
        self.files = brief.files
        self.meant: str | None = brief.starting_url
        """The page that was asked for last; None where it was left since."""
        self.let_in_at: set[str] = set()
        self.acted = False
        self.statuses = Statuses(brief.expect_status)
        self._last: Action | None = None
        self._sent: tuple[str, Element, Observation] | None = None
        """The form that was sent and whose effect is not checked yet: sentence, element and the page before."""
        self._refusal: AgentError | None = None
        self._remarks: tuple[str, ...] = ()
        self._dialog_remarks: list[str] = []
        self._unsent: Unsent | None = None
        self._not_sent = ""
        """The sentence of the answer about a form that was not sent; empty where there is none."""
        self._not_used: list[Unused] = []
        """Parts of sentences that only act."""

    def work(self) -> Work[None]:
        """Take all steps, then finish."""
        if self.brief.role:
            yield from self.note(
                f"The policy's role for me, which I can repeat but not reason about: {self.brief.role}"
            )
        shape = shape_of(self.brief)
        meant = intended(self.brief.instruction, shape, has_page=bool(self.brief.starting_url))
        answers: list[Finish] = []
        sentences: list[str] = []
        """The sentence of each answer."""
        queue = list(meant.steps)
        while queue:
            intent = queue.pop(0)
            if isinstance(intent, Extract):
                implied = meant.values_by_schema and intent is meant.steps[-1]
                if implied and answers:
                    continue  # a person was asked meanwhile, and said which values are meant
                answers.append((yield from self._collected_by_both(intent, shape, implied=implied)))
                sentences.append(intent.sentence)
                if queue:
                    yield PartialResult(lambda: self._finish(answers))
            else:
                queue[:0] = yield from self._followed_by_both(intent)
        if self.seen is None and self._last is not None and not answers:
            yield from self._observed()  # a visit that nothing is read from: the answer says where it ended
        self.statuses.check_expected()
        yield from self._check_unsent(as_note=bool(answers) and self.brief.output_type != "text")
        finish = self._finish(answers)
        dropped = sentences[:-1] if self.brief.output_type != "text" else []
        earlier = [unused(self.brief.instruction, said, said, ONE_LIST) for said in dropped]
        yield replace(finish, unused=(*self._not_used, *earlier, *finish.unused))

    def _followed_by_both(self, intent: Intent) -> Work[list[Intent]]:
        """Take one step, or leave it to the person who took over at a question about it."""
        try:
            return (yield from self.follow(intent))
        except SettledByHandError:
            self._page_changed_by_hand()
            self.done.append(f'"{intent.sentence}" was left to the person who took over')
            self._not_used.append(unused(self.brief.instruction, intent.sentence, intent.sentence, BY_HAND))
            yield from self.note(f'"{intent.sentence}": a person took over; I continue after it, from this page.')
            return []

    def _collected_by_both(self, wanted: Extract, shape: Shape | None, *, implied: bool) -> Work[Finish]:
        """Extract; anew from the page as it is where a person took over at a question about it."""
        for _ in range(MAX_ANSWERS):
            try:
                return (yield from self._collected(wanted, shape, implied=implied))
            except SettledByHandError:
                self._page_changed_by_hand()
                yield from self.note(f'"{wanted.sentence}": a person took over; I read the page as it is now.')
        raise AgentError(
            TaskFailureCode.AGENT_ERROR,
            f'"{wanted.sentence}": a person took over {MAX_ANSWERS} times, and the same question remains.',
        )

    def _page_changed_by_hand(self) -> None:
        """Forget what was seen, and what was expected of it: a person may have done anything."""
        self.seen = self.meant = self.statuses.error_page = None
        self._last = self._sent = self._refusal = self._unsent = None
        self._remarks = ()

    def _collected(self, wanted: Extract, shape: Shape | None, *, implied: bool) -> Work[Finish]:
        """Extract; where only the schema asks for it, say so, and say what was done if the page has nothing of it."""
        yield from let_in(self, wanted.sentence)
        if implied:
            yield from self.note(VALUES_BY_SCHEMA)
        try:
            return (yield from Collector(self, wanted, shape).collect())
        except AgentError as error:
            if not implied or not self.done:
                raise
            done = f"{error.message} Done before: {'; '.join(self.done)}."
            raise AgentError(error.code, done, error.details) from error

    def _check_unsent(self, *, as_note: bool) -> Work[None]:
        """Take note of a form that was filled in and not sent, where the page still shows it so."""
        if self._unsent is not None:
            self._not_sent = self._unsent.remark((yield from self._observed()))
        if self._not_sent and as_note:
            yield from self.note(self._not_sent)

    def _finish(self, answers: Sequence[Finish]) -> Finish:
        if not answers:
            where = f" at {self.seen.title or self.seen.url} ({self.seen.url})" if self.seen else ""
            said = f"Done: {'; '.join(self.done)}." if self.done else "Nothing was done: every step was skipped."
            said += f" The page says: {'; '.join(self._remarks)}." if self._remarks else ""
            said = " ".join([said, *self._dialog_remarks])
            text = f"{said}{' Ended' + where + '.' if where else ''} {self._not_sent}".rstrip()
            return Finish(text, None if self.brief.output_type == "text" else [{"answer": text}])
        if self.brief.output_type != "text" or (len(answers) == 1 and not self._not_sent and not self._dialog_remarks):
            return answers[-1]
        parts = tuple(part for answer in answers for part in answer.unused)
        provenance = tuple(p for answer in answers for p in answer.provenance)
        columns = tuple(column for answer in answers for column in answer.columns)
        lists = tuple(each for answer in answers for each in answer.lists)
        texts = [*(answer.text for answer in answers), *filter(None, [self._not_sent, *self._dialog_remarks])]
        return Finish("\n\n".join(texts), answers[-1].data, provenance, parts, columns, lists)

    # --- talking to the worker ----------------------------------------------------------------------------------------

    def look(self, *, again: bool = False) -> Work[Observation]:
        """Look at the page to act on it, where the last look is stale.

        Raises
        ------
        AgentError
            `NAVIGATION_FAILED`: it is an error page; not where it asks to log in, or answers what was sent to it.
        """
        if self.seen is not None and not again:
            return self.seen
        answers_what_was_sent = self._sent is not None
        seen = yield from self._observed()
        if not answers_what_was_sent and self._refusal is None and part_to_log_in_on(seen) is None:
            self.statuses.refuse("done on it")
        return seen

    def _observed(self) -> Work[Observation]:
        """Look at the page, whatever it answered."""
        reply = yield Observe()
        if not isinstance(reply, Observed):
            raise AgentError(TaskFailureCode.AGENT_ERROR, f"The worker answered a look with {type(reply).__name__}.")
        self._arrived(reply.observation.url, reply.observation.status)
        self.seen = reply.observation
        if self._sent is not None:
            (sentence, by, before), self._sent = self._sent, None
            self._refusal = refusal(sentence, by, before, self.seen, self.brief.expect_status)
            self._remarks = remarks(before, self.seen)
        self.tokens.prompt += estimate_tokens(self.brief.instruction + rendered(reply.observation))
        return self.seen

    def snapshot(self, *, takes_errors: bool = False) -> Work[Snapshot]:
        """Take a snapshot of the page, to read values from.

        Parameters
        ----------
        takes_errors : bool
            True if the caller looks at `statuses.error_page` and reads nothing from one.

        Raises
        ------
        AgentError
            `NAVIGATION_FAILED`: it is an error page; `AGENT_ERROR`: it is a login in the place of what was asked for.
        """
        reply = yield TakeSnapshot()
        if not isinstance(reply, SnapshotTaken):
            raise AgentError(TaskFailureCode.AGENT_ERROR, f"The worker answered a read with {type(reply).__name__}.")
        page = reply.snapshot
        self._arrived(page.url, page.status)
        host = turned_away(self.meant, page.url)
        if host is not None and host not in self.let_in_at:  # its words would be taken for the answer
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f"{host} asks to log in before it shows {self.meant}, and the session has no secret for {host}: name "
                f"one (--secret {host}=NAME), or take over and log in.",
            )
        if not takes_errors:
            self.statuses.refuse("read from it")
        self._count_read(page)
        return replace(page, status=None) if page.status in self.brief.expect_status else page

    def _arrived(self, url: str, status: int | None) -> None:
        """Take notice of where a look shows the browser to be.

        Raises
        ------
        AgentError
            `NAVIGATION_FAILED`: nowhere yet, so that there is nothing to look for.
        """
        if url == "about:blank" and not self.acted:
            raise AgentError(TaskFailureCode.NAVIGATION_FAILED, NO_PAGE)
        self.statuses.see(url, status)

    def note(self, text: str) -> Work[None]:
        """Say something."""
        yield Log(text)

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
            return None
        self.acted = True
        by, before = sends(dared, self.seen, self._last), self.seen
        reply = yield Perform(dared, because)
        if isinstance(reply, Performed) and reply.dialogs:
            reply = yield from answered_dialogs(self, dared, because, reply, self._dialog_remarks)
        if isinstance(reply, SettledByHand):
            raise SettledByHandError(because)
        if isinstance(reply, Refused | Failed):
            return reply
        self._unsent = unsent_after(dared, before, self._unsent)
        if not isinstance(action, _WAITS_AND_SCROLLS):
            self._last, self._refusal, self._remarks = dared, None, ()
            self._sent = (because, by, before) if by is not None and before is not None else None
        if not keeps_page:
            self.seen = self.statuses.error_page = None
            if not isinstance(action, _WAITS_AND_SCROLLS):
                self.meant = action.url if isinstance(action, Navigate) else None
        return None

    def accepted(self) -> Work[None]:
        """Make sure that the page took what was sent to it last.

        Raises
        ------
        AgentError
            It did not; the message quotes the page.
        """
        if self._sent is not None:
            yield from self.look(again=True)
        if self._refusal is not None:
            raise self._refusal

    def attempt(self, action: Action, because: str) -> Work[str | None]:
        """Do something that leaves what was seen true; return why it was not done, where it was not."""
        failed = yield from self.act(action, because, keeps_page=True)
        return failed.message if failed else None

    def shown(self) -> Work[Observation | None]:
        """Return what the open page shows, whatever it answered; None where no page is open."""
        if self.seen is not None:
            return self.seen
        reply = yield Observe()
        if not isinstance(reply, Observed) or reply.observation.url == "about:blank":
            return None
        self.tokens.prompt += estimate_tokens(self.brief.instruction + rendered(reply.observation))
        return reply.observation

    def lists(self) -> Work[Sequence[View]]:
        """Return the lists of the open page, whatever it answered, the best one first."""
        reply = yield TakeSnapshot()
        if not isinstance(reply, SnapshotTaken):
            return ()
        page = reply.snapshot
        self._count_read(page)
        return best_first(joined_views(page, views_of(page)))

    def _count_read(self, page: Snapshot) -> None:
        """Count the page as a model would get it."""
        self.tokens.prompt += estimate_tokens(f"{self.brief.instruction}{page.title}{page.root.text}")

    # --- steps --------------------------------------------------------------------------------------------------------

    def follow(self, intent: Intent) -> Work[list[Intent]]:
        """Take one step. Returns steps to take instead or next (from a person's answer), mostly none."""
        sentence = intent.sentence
        match intent:
            case Unclear(understood=understood):
                return (yield from self.ask_again(sentence, understood))
            case Open(url=url):
                yield from self.must(self.act(Navigate(url), sentence))
            case Back():
                yield from self.must(self.act(GoBack(), sentence))
            case PressKey():
                yield from press_key(self, intent)
            case Wait(text=text, duration_ms=duration_ms):
                yield from self.must(self.act(WaitFor(text) if text else WaitFor(timeout_ms=duration_ms), sentence))
            case ScrollPage(screens=screens):
                yield from self.must(self.act(Scroll(delta_y=screens * VIEW_HEIGHT_PX), sentence))
            case ClickOn(target=target, manner=manner):
                yield from self.on(intent, target, None, lambda e: Click(e.ref, e.name or str(target), manner), False)
            case Fill(text=text, target=target, submit=submit):
                yield from self.on(
                    intent, target, FIELD_ROLES, lambda e: Type(e.ref, text, called(e), submit), not submit
                )
            case SetChecked(target=target):
                yield from set_checked(self, intent)
            case Choose():
                yield from choose(self, intent)
            case SearchFor(query=query):
                yield from self.search(query, sentence)
            case SortBy():
                yield from sort(self, intent)
            case LogIn():
                yield from Login(self, sentence).run()
            case AddToCart() | Attach() | CheckOut() | Transfer() | Download() | FillForm():
                yield from run_errand(self, intent)
            case Skip(what=what):
                return (yield from self.ask_again(sentence, f'leave out "{what}"'))
            case Extract():
                raise AssertionError("extractions are collected, not followed")
        if isinstance(intent, LogIn):  # a login has its own ways to fail
            self._sent = self._refusal = None
        yield from self.accepted()
        self.done.append(sentence)
        for part, why in left_out(intent).items():
            self._not_used.append(unused(self.brief.instruction, sentence, part, why))
        return []

    def must(self, work: Work[Failed | None]) -> Work[None]:
        """Do something that the task is of no use without."""
        failed = yield from work
        if failed:
            raise AgentError(failed.code, failed.message)

    def on(
        self,
        intent: Intent,
        target: Target,
        roles: frozenset[str] | None,
        make: Callable[[Element], Action],
        keeps_page: bool,
    ) -> Work[None]:
        """Find an element and act on it; once more with a fresh look where it has gone meanwhile."""
        element = yield from self.element(intent.sentence, target, roles)
        outcome = yield from self.propose(make(element), intent.sentence, keeps_page=keeps_page)
        if isinstance(outcome, Failed):
            yield from self.look(again=True)
            element = yield from self.element(intent.sentence, target, roles)
            outcome = yield from self.propose(make(element), intent.sentence, keeps_page=keeps_page)
        if isinstance(outcome, Refused):
            yield from self.another_way(intent.sentence, element, make, outcome)
        elif outcome:
            raise AgentError(outcome.code, outcome.message)

    def another_way(
        self, sentence: str, element: Element, make: Callable[[Element], Action], why: Refused
    ) -> Work[None]:
        """Get done otherwise what a policy refused; where it refuses that too, the task ends."""
        for way in other_ways(element, (yield from self.look()), make):
            yield from self.note(f'"{sentence}" is not allowed this way; trying another.')
            outcome = yield from self.propose(way, sentence)
            if outcome is None:
                return
            why = outcome if isinstance(outcome, Refused) else why
        raise blocked(sentence, why)

    def element(self, sentence: str, target: Target, roles: frozenset[str] | None = None) -> Work[Element]:
        """Find the one element that is meant; look again, wait a moment, ask; else `ELEMENT_NOT_FOUND`."""
        fresh = self.seen is None
        found = find(target, (yield from self.look()), roles)
        if not found.elements and not fresh:
            found = find(target, (yield from self.look(again=True)), roles)
        if not found.elements:
            # Pages fill in late; one short wait settles most.
            yield from self.act(WaitFor(timeout_ms=_SETTLE_MS), sentence)
            found = find(target, (yield from self.look(again=True)), roles)
        if not found.elements and (yield from let_in(self, sentence)):
            found = find(target, (yield from self.look()), roles)
        if not found.elements:
            raise not_found(sentence, target, found, self.seen)
        if len(found.elements) == 1:
            return found.elements[0]
        return (yield from self.which(sentence, target, found.elements))

    def search(self, query: str, sentence: str) -> Work[None]:
        """Use the page's search box."""
        seen = yield from self.look()
        fields = [e for e in seen.elements if e.enabled and e.role in FIELD_ROLES and e.tag != "select"]
        boxes = [
            e
            for e in fields
            if e.role == "searchbox"
            or re.search(r"search|\bq\b|query|find", f"{e.name} {e.placeholder} {e.hint}", re.I)
        ]
        boxes = boxes or (fields if len(fields) == 1 else [])
        if not boxes:
            raise not_found(sentence, Target("search", "field"), Found(()), seen)
        box = (
            boxes[0]
            if len(boxes) == 1 or boxes[0].role == "searchbox"
            else (yield from self.which(sentence, Target("search", "field"), tuple(boxes)))
        )
        yield from self.must(self.act(Type(box.ref, query, called(box), submit=True), sentence))
