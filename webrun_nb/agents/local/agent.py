"""The local agent: plain English, no language model.

It plans the instruction once (`planner`), then works through the steps, looking at the page only when an element has
to be found and reading it only when something is extracted. What it can't follow or find it asks or says; it never
makes a value up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TypeVar

from webrun_nb.agents.base import (
    AgentError,
    Finish,
    Log,
    PartialResult,
    Reply,
    Run,
    SettledByHandError,
    Step,
    TaskSpec,
    TokenUse,
)  # fmt: skip
from webrun_nb.agents.local.asking import MAX_ANSWERS
from webrun_nb.agents.local.effects.statuses import answered
from webrun_nb.agents.local.extracting.asked_for import shape_of
from webrun_nb.agents.local.extracting.collector import Collector
from webrun_nb.agents.local.language.elements import FIELD_ROLES
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
    Transfer,
    Unclear,
    Wait,
)  # fmt: skip
from webrun_nb.agents.local.language.left_out import left_out
from webrun_nb.agents.local.messages import (
    VALUES_BY_SCHEMA,
    called,
    defect,
    written,
)
from webrun_nb.agents.local.skills.controls import choose, press_key, set_checked, sort
from webrun_nb.agents.local.skills.errands import run_errand
from webrun_nb.agents.local.skills.login import Login, let_in
from webrun_nb.agents.local.task import Task
from webrun_nb.agents.local.unused import BY_HAND, ONE_LIST, unused
from webrun_nb.agents.tokens import estimate_tokens
from webrun_nb.browsers.actions import Click, GoBack, Navigate, Scroll, ScrollBox, Type, WaitFor, WaitForChange
from webrun_nb.browsers.protocol import VIEW_HEIGHT_PX
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.schema import Shape

logger = logging.getLogger(__name__)

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
        try:
            work = Program(task).work()
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
        except Exception as error:  # the outermost edge: a defect here must be told in the task's own words
            logger.exception("the local agent failed at %r", task.sentence)
            raise AgentError(TaskFailureCode.AGENT_ERROR, defect(task.sentence), {"sentence": task.sentence}) from error


def _next_step(work: Work[None], reply: Reply | None) -> Step | None:
    """Send a reply to a run; return its next step, or None at its end: no future can hold a `StopIteration`."""
    try:
        return work.send(reply)
    except StopIteration:
        return None


class Program:
    """The steps of one task, taken one after the other."""

    def __init__(self, task: Task) -> None:
        self.task = task
        task.follow = self.follow

    def work(self) -> Work[None]:
        """Take all steps, then finish."""
        if self.task.brief.role:
            yield from self.task.note(
                f"The policy's role for me, which I can repeat but not reason about: {self.task.brief.role}"
            )
        shape = shape_of(self.task.brief)
        meant = intended(self.task.brief.instruction, shape, has_page=bool(self.task.brief.starting_url))
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
        if self.task.seen is None and self.task.last is not None and not answers:
            yield from self.task.observed()  # a visit that nothing is read from: the answer says where it ended
        self.task.statuses.check_expected()
        yield from self.task.check_unsent(as_note=bool(answers) and self.task.brief.output_type != "text")
        finish = self._finish(answers)
        dropped = sentences[:-1] if self.task.brief.output_type != "text" else []
        earlier = [unused(self.task.brief.instruction, said, said, ONE_LIST) for said in dropped]
        yield replace(finish, unused=(*self.task.not_used, *earlier, *finish.unused))

    def _followed_by_both(self, intent: Intent) -> Work[list[Intent]]:
        """Take one step, or leave it to the person who took over at a question about it."""
        self.task.sentence = intent.sentence
        try:
            return (yield from self.follow(intent))
        except SettledByHandError:
            self.task.page_changed_by_hand()
            self.task.done.append(f'"{intent.sentence}" was left to the person who took over')
            self.task.not_used.append(unused(self.task.brief.instruction, intent.sentence, intent.sentence, BY_HAND))
            yield from self.task.note(f'"{intent.sentence}": a person took over; I continue after it, from this page.')
            return []

    def _collected_by_both(self, wanted: Extract, shape: Shape | None, *, implied: bool) -> Work[Finish]:
        """Extract; anew from the page as it is where a person took over at a question about it."""
        self.task.sentence = wanted.sentence
        for _ in range(MAX_ANSWERS):
            try:
                return (yield from self._collected(wanted, shape, implied=implied))
            except SettledByHandError:
                self.task.page_changed_by_hand()
                yield from self.task.note(f'"{wanted.sentence}": a person took over; I read the page as it is now.')
        raise AgentError(
            TaskFailureCode.AGENT_ERROR,
            f'"{wanted.sentence}": a person took over {MAX_ANSWERS} times, and the same question remains.',
        )

    def _collected(self, wanted: Extract, shape: Shape | None, *, implied: bool) -> Work[Finish]:
        """Extract; where only the schema asks for it, say so, and say what was done if the page has nothing of it."""
        yield from let_in(self.task, wanted.sentence)
        if implied:
            yield from self.task.note(VALUES_BY_SCHEMA)
        try:
            return (yield from Collector(self.task, wanted, shape).collect())
        except AgentError as error:
            if not implied or not self.task.done:
                raise
            done = f"{error.message} Done before: {'; '.join(self.task.done)}."
            raise AgentError(error.code, done, error.details) from error

    def _finish(self, answers: Sequence[Finish]) -> Finish:
        if not answers:
            where = f" at {self.task.seen.title or self.task.seen.url} ({self.task.seen.url})" if self.task.seen else ""
            said = (
                f"Done: {'; '.join(self.task.done)}." if self.task.done else "Nothing was done: every step was skipped."
            )
            said += f" The page says: {'; '.join(self.task.remarks)}." if self.task.remarks else ""
            said = " ".join([said, *self.task.dialog_remarks])
            text = f"{said}{' Ended' + where + '.' if where else ''} {self.task.not_sent}".rstrip()
            return Finish(text, None if self.task.brief.output_type == "text" else [{"answer": text}])
        if self.task.brief.output_type != "text" or (
            len(answers) == 1 and not self.task.not_sent and not self.task.dialog_remarks
        ):
            return answers[-1]
        parts = tuple(part for answer in answers for part in answer.unused)
        provenance = tuple(p for answer in answers for p in answer.provenance)
        columns = tuple(column for answer in answers for column in answer.columns)
        lists = tuple(each for answer in answers for each in answer.lists)
        texts = [*(answer.text for answer in answers), *filter(None, [self.task.not_sent, *self.task.dialog_remarks])]
        return Finish("\n\n".join(texts), answers[-1].data, provenance, parts, columns, lists)

    def follow(self, intent: Intent) -> Work[list[Intent]]:
        """Take one step. Returns steps to take instead or next (from a person's answer), mostly none."""
        sentence = intent.sentence
        match intent:
            case Unclear(understood=understood):
                return (yield from self.task.ask_again(sentence, understood))
            case Open(url=url):
                yield from self.task.must(self.task.act(Navigate(url), sentence))
            case Back():
                yield from self.task.must(self.task.act(GoBack(), sentence))
            case PressKey():
                yield from press_key(self.task, intent)
            case Wait(text=text, duration_ms=duration_ms):
                yield from self.task.must(
                    self.task.act(WaitFor(text) if text else WaitFor(timeout_ms=duration_ms), sentence)
                )
            case ScrollPage(screens=screens):
                yield from self.task.must(self.task.act(Scroll(delta_y=screens * VIEW_HEIGHT_PX), sentence))
            case ClickOn(target=target, manner=manner):
                yield from self.task.on(
                    intent, target, None, lambda e: Click(e.ref, e.name or str(target), manner), False
                )
            case Fill(text=text, target=target, submit=submit):
                yield from self.task.on(
                    intent, target, FIELD_ROLES, lambda e: Type(e.ref, str(text), called(e), submit), not submit
                )
            case SetChecked(target=target):
                yield from set_checked(self.task, intent)
            case Choose():
                yield from choose(self.task, intent)
            case SearchFor(query=query):
                yield from self.task.search(query, sentence)
            case SortBy():
                yield from sort(self.task, intent)
            case LogIn():
                yield from Login(self.task, sentence).run()
            case AddToCart() | Attach() | CheckOut() | Transfer() | Download() | FillForm():
                yield from run_errand(self.task, intent)
            case Skip(what=what):
                return (yield from self.task.ask_again(sentence, f'leave out "{what}"'))
            case Extract():
                raise AssertionError("extractions are collected, not followed")
        if isinstance(intent, LogIn):  # a login has its own ways to fail
            self.task.sent = self.task.refusal = None
            self.task.unchecked.clear()
        yield from self.task.accepted()
        self.task.done.append(self.task.told(sentence))
        for part, why in left_out(intent).items():
            self.task.not_used.append(unused(self.task.brief.instruction, sentence, part, why))
        return []
