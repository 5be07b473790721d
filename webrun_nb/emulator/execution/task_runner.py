"""The run of one task: it asks the agent for steps, takes them, meters them, and returns the replies."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Any

from webrun_nb.agents.base import (
    Agent,
    AgentError,
    Answered,
    Ask,
    Confine,
    Failed,
    Finish,
    Log,
    Observe,
    Observed,
    PartialResult,
    Perform,
    Performed,
    PictureTaken,
    Refused,
    Reply,
    SettledByHand,
    SnapshotTaken,
    Step,
    TakePicture,
    TakeSnapshot,
    TaskSpec,
    TokenUse,
    Unused,
)
from webrun_nb.agents.recording.cassette import Cassette, TaskTraffic
from webrun_nb.agents.recording.recording import Recording
from webrun_nb.browsers.actions import Click, Navigate
from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.policy_terms import GuardrailResponse
from webrun_nb.common.retry_after import read_retry_after_s
from webrun_nb.emulator.domain.billing import ModelUse
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.events import TookOver
from webrun_nb.emulator.domain.evidence import MAX_URL, VisitedPage
from webrun_nb.emulator.domain.secrets.redaction import SHOWN
from webrun_nb.emulator.domain.secrets.task_text import AgentText
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Answer, Question, Task
from webrun_nb.emulator.execution.action_gateway import CHOICES, ActionGateway, Publish, read_response
from webrun_nb.emulator.execution.agent_choice import create_replay_agent
from webrun_nb.emulator.execution.answer_evidence import evidence_of
from webrun_nb.emulator.execution.recorder import Recorder
from webrun_nb.emulator.execution.result_writer import write_answer
from webrun_nb.emulator.execution.scheduler import Slot
from webrun_nb.emulator.execution.secret_filter import SECRET_KINDS
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.wire.requests import TaskFields

MAX_ANSWERS = 3
"""The number of unclear answers that count as a rejection."""
MAX_PAGES = 1_000
"""The maximum number of pages that a task's report names."""

NO_HOST = (
    "The text holds a password or a code, which is used on the host of the task's starting page alone, and no page is "
    "open: give its address as startingUrl."
)
_NO_ANSWER = "cassette has no answer"
DOWNLOADS_WITHIN_S = 60.0
"""The time for downloads to finish: files that a task has begun to download belong to its answer."""


class TaskRunner:
    """Runs one task once; a task that is run again after its browser was lost gets a new runner.

    Parameters
    ----------
    session, task : Session, Task
        The session, and its task.
    agent : Agent
        Proposes the steps.
    gateway : ActionGateway
        Performs the actions.
    slot : Slot
        Released while a person is asked.
    wait_until_clear : callable
        Waits until the task may continue; raises where it has ended meanwhile.
    publish : callable
        Sends an event out.
    recorder : Recorder
        Records the steps.
    clock : Clock
        The emulator's clock.
    role : str
        The role that the session's policy gives the agent (`llmRole`).
    """

    def __init__(
        self,
        session: Session,
        task: Task,
        agent: Agent,
        gateway: ActionGateway,
        slot: Slot,
        wait_until_clear: Callable[[], Awaitable[None]],
        publish: Publish,
        recorder: Recorder,
        clock: Clock,
        role: str = "",
    ) -> None:
        self._session = session
        self._task = task
        self._agent = agent
        self._gateway = gateway
        self._slot = slot
        self._wait_until_clear = wait_until_clear
        self._publish = publish
        self._recorder = recorder
        self._clock = clock
        self._role = role
        self._pending_answer: asyncio.Future[str | TookOver] | None = None
        self._traffic: TaskTraffic | None = None
        self.asks_for_secret = False
        """True while a person is asked for a secret."""
        self._tokens = TokenUse()
        self._metered = TokenUse()
        """The part of them that is on the session's meter by now."""
        self._is_metered = False
        """True once the task has ended, and all that it may still use is on the meter."""

    def answered(self, answer: str | TookOver) -> None:
        """Pass a person's answer to the question that waits."""
        if self._pending_answer is not None and not self._pending_answer.done():
            self._pending_answer.set_result(answer)

    async def answer(self) -> Answer:
        """Work until there is an answer, and return it.

        Raises
        ------
        AgentError, BrowserError
            The task fails with its code.
        """
        try:
            return await self._work()
        except (AgentError, BrowserError) as error:
            if isinstance(error, AgentError):
                await self._add_retry_after(error.details)
            if self._unanswered and _NO_ANSWER not in error.message:
                error.message = f"{error.message.rstrip('.')}. {self._unanswered}"
            raise
        finally:
            await self._recorder.pictures.taken()  # listeners may ask for them as soon as the task ends
            with contextlib.suppress(BrowserError):  # the browser is gone: its successor begins with its own
                await self._gateway.instance.confine(None)
                await self._gateway.instance.set_user_agent(None)
                await self._gateway.instance.set_traffic(None)

    @property
    def _unanswered(self) -> str:
        """The requests of the pages that a played cassette had no answer to, as a sentence; empty for none."""
        return "" if self._traffic is None else self._traffic.unanswered

    async def _tell_unanswered(self) -> None:
        """Say what a played cassette had no answer to.

        Raises
        ------
        AgentError
            `NAVIGATION_FAILED`: a file is missing that the task has asked for.
        """
        if self._traffic is not None and self._traffic.lost_file:
            raise AgentError(TaskFailureCode.NAVIGATION_FAILED, "A file was not downloaded")
        if self._unanswered:
            await self._take_step(Log(self._unanswered))

    async def _work(self) -> Answer:
        fields: TaskFields = self._task.order.fields
        await self._wait_until_clear()
        await self._gateway.instance.restrict(fields.avoid_domains)
        await self._gateway.instance.set_user_agent(fields.emulator.user_agent)
        cassette: Cassette | None = self._task.order.cassette
        if cassette is not None:
            self._traffic = cassette.traffic(self._session.vault.redactor.redact_text)
            await self._gateway.instance.set_traffic(self._traffic)
        if fields.starting_url:
            await self._gateway.perform(Navigate(fields.starting_url), task=self._task, approve=self._approve)
        vault = self._session.vault
        text = self._task.order.for_agent or AgentText(fields.prompt)
        if not vault.bind(self._task.id, fields.starting_url or text.page or self._gateway.instance.url):
            raise AgentError(TaskFailureCode.NAVIGATION_FAILED, NO_HOST)
        spec = TaskSpec(
            text.text,
            fields.output_type,
            fields.output_schema,
            fields.starting_url,
            named_secrets=text.names,
            names_user=vault.has_user_of(self._task.id),
            secrets=vault.hosts(),
            files=tuple(file.name for file in self._task.order.files),
            expect_status=frozenset(fields.emulator.expect_status),
            role=self._role,
        )
        run = (await self._agent_of(fields)).run(spec, self._tokens)
        reply: Reply | None = None
        try:
            while True:
                await self._wait_until_clear()
                try:
                    step = await run.asend(reply)
                finally:  # what was spent counts, also where the run ends with an error
                    self._meter()
                await self._wait_until_clear()
                if isinstance(step, Finish):
                    await self._gateway.instance.downloads_finished(DOWNLOADS_WITHIN_S)
                    await self._tell_unanswered()
                    return self._finish(fields, text, vault.redactor.redact(step))
                reply = await self._take_step(step)
        except StopAsyncIteration:
            raise AgentError(TaskFailureCode.AGENT_ERROR, "the agent stopped without an answer") from None
        finally:
            await run.aclose()
            self._meter()

    def meter_rest(self, task: Task) -> None:
        """Meter what the task has used by its end, before anyone is told of the end; nothing for another task.

        A request to a model that is under way then may be charged, although nobody waits for its answer any more.
        """
        if task is not self._task:
            return
        self._meter()
        if not self._is_metered and self._tokens.prompt_under_way:
            prompt = self._tokens.prompt_under_way
            self._session.count_tokens(self._task, prompt, 0, is_estimated=True, model=ModelUse(1, None))
        self._is_metered = True

    def _meter(self) -> None:
        """Meter what was used since the last time."""
        if self._is_metered:
            return
        tokens, counted = self._tokens, self._metered
        self._metered = replace(tokens)
        requests = tokens.model_requests - counted.model_requests
        before_usd = Decimal(0) if counted.model_requests == 0 else counted.model_cost_usd
        now_usd = tokens.model_cost_usd
        cost_usd = None if now_usd is None or before_usd is None else now_usd - before_usd
        self._session.count_tokens(
            self._task,
            tokens.prompt - counted.prompt,
            tokens.completion - counted.completion,
            is_estimated=tokens.estimated,
            model=ModelUse(requests, cost_usd) if requests else None,
        )

    async def _agent_of(self, fields: TaskFields) -> Agent:
        """Return the session's agent, or what takes the steps of the recording that the task replays."""
        recording: Recording | None = self._task.order.replay
        if recording is None:
            return self._agent
        healer = self._agent if fields.emulator.heal else None
        return await asyncio.to_thread(create_replay_agent, recording, healer, fields.emulator.model)

    async def _add_retry_after(self, details: dict[str, Any]) -> None:
        """Add to the details of a failure at an error page when that page asks to be requested again."""
        url, status = details.get("url"), details.get("status")
        if isinstance(url, str) and isinstance(status, int) and status >= HTTPStatus.BAD_REQUEST:
            header = await self._gateway.instance.retry_after(url, status)
            wait_s = None if header is None else read_retry_after_s(header, self._clock.now() / 1000)
            if wait_s is not None:
                details["retryAfterMs"] = round(wait_s * 1000)

    def _finish(self, fields: TaskFields, text: AgentText, finish: Finish) -> Answer:
        finish = replace(finish, unused=tuple(_in_stored_text(part, text) for part in finish.unused))
        with self._recorder.step(self._task, "finish"):
            answer = write_answer(fields, finish)
        cut = answer.truncation if fields.output_type != "text" else None
        self._task.readings, self._task.choices = finish.readings, finish.choices
        self._task.evidence = evidence_of(finish, None if cut is None else cut.returned)
        return answer

    def _partial_answer(self, finish: Callable[[], Finish | None]) -> Answer | None:
        """Return the answer as it would be by now, secrets masked; None where it does not fit the schema."""
        try:
            found = finish()
            masked = self._session.vault.redactor.redact(found)
            return None if masked is None else write_answer(self._task.order.fields, masked)
        except AgentError:
            return None

    async def _take_step(self, step: Step) -> Reply:
        match step:
            case Observe():
                seen = await self._gateway.observe(self._task, step.because)
                self._note_page(seen.url, seen.status)
                return Observed(seen, self._task.steps[-1].number)
            case TakeSnapshot():
                snapshot = await self._gateway.snapshot(self._task, step.because)
                self._note_page(snapshot.url, snapshot.status)
                return SnapshotTaken(snapshot, self._task.steps[-1].number)
            case TakePicture():
                return PictureTaken(await self._gateway.picture(self._task))
            case Log():
                text = self._session.vault.redactor.redact_text(step.text)
                with self._recorder.step(self._task, "note", target=text):
                    self._publish(serialize.MESSAGE, serialize.agent_event(self._session, self._task, text))
                return Performed()
            case PartialResult(finish=finish):
                self._task.partial_answer = partial(self._partial_answer, finish)
                return Performed()
            case Ask():
                asked = self._session.vault.redactor.redact((step.question, step.candidates))
                step = replace(step, question=asked[0], candidates=asked[1])
                with self._recorder.step(self._task, "ask", step.kind, step.question):  # never the answer
                    self.asks_for_secret = step.kind in SECRET_KINDS
                    box = None if step.ref is None else await self._gateway.scroll_into_view_and_locate(Click(step.ref))
                    answer = await self._ask(Question(step.kind, step.question, step.candidates, box=box))
                return (
                    SettledByHand() if isinstance(answer, TookOver) else Answered(self._with_secret_kept(step, answer))
                )
            case Confine(hosts=hosts):
                await self._gateway.instance.confine(hosts)
                return Performed()
            case Perform():
                return await self._perform(step)
            case Finish():
                raise AssertionError("handled by the caller")

    def _note_page(self, url: str, status: int | None) -> None:
        """Add a page to the task's report, once as long as it stays open."""
        pages = self._task.pages
        if len(pages) < MAX_PAGES and (not pages or (pages[-1].url, pages[-1].status) != (url, status)):
            pages.append(VisitedPage(url[:MAX_URL], status, self._task.steps[-1].at_ms))

    async def _ask(self, question: Question) -> str | TookOver:
        self._pending_answer = asyncio.get_running_loop().create_future()
        self._session.ask(self._task, question)
        self._slot.release()
        try:
            return await self._pending_answer
        finally:
            self._pending_answer = None

    def _with_secret_kept(self, asked: Ask, answer: str) -> str:
        """Store an answer that is a secret, and return its mask for the agent; return other answers as they are."""
        if asked.kind not in SECRET_KINDS:
            try:
                read = self._session.vault.read_text(f"{self._task.id} answer", answer)
            except ValueError as error:
                raise AgentError(TaskFailureCode.AGENT_ERROR, f"The answer can't be taken: {error}.") from None
            self._session.vault.bind(f"{self._task.id} answer", self._gateway.instance.url)
            return read.for_agent.text
        self._session.vault.store_answer(self._gateway.instance.url, answer, asked.fields)
        return SHOWN

    async def _approve(self, question: str, box: Mapping[str, float] | None) -> GuardrailResponse:
        """Ask a person to approve an action; return their response."""
        asked, self.asks_for_secret = question, False
        for _ in range(MAX_ANSWERS):
            answer = await self._ask(Question("policy", asked, CHOICES, box=box))
            if isinstance(answer, TookOver):
                return "took over"
            response = read_response(answer)
            if response == "took over":
                self._session.take_over()
                await self._wait_until_clear()  # until control is released
            if response is not None:
                return response
            asked = f"That is not one of the choices. {question}"
        return "rejected"

    async def _perform(self, step: Perform) -> Reply:
        try:
            performed = await self._gateway.perform(
                step.action,
                task=self._task,
                approve=self._approve,
                dialog_answer=step.dialog_answer,
                because=step.because,
            )
        except BrowserError as error:
            if error.code == TaskFailureCode.ELEMENT_NOT_FOUND:
                return Failed(error.code, error.message)
            if error.code == TaskFailureCode.BLOCKED_BY_POLICY:
                return Refused(error.message, error.url)
            raise
        if not performed:
            return SettledByHand()
        return Performed(self._gateway.take_dialogs(), only_looked=self._gateway.only_looked)


def _in_stored_text(part: Unused, text: AgentText) -> Unused:
    """Return a part of the agent's text with its place in the text that is stored."""
    if part.start is None or part.end is None:
        return part
    start, end = text.stored_place(part.start, part.end)
    return replace(part, start=start, end=end)
