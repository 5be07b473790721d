"""Runs the rows of a map: decides when each starts, tries again where that is safe, and stores what comes of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from webrun_nb.batch.errors import RunError, go_on_with
from webrun_nb.batch.frames import lines_of
from webrun_nb.batch.model_budget import MODEL_COST_LIMIT, ModelBudget
from webrun_nb.batch.options import OnError
from webrun_nb.batch.politeness import HostLimits, WaitingRows
from webrun_nb.batch.progress import SHOWN_FAILURES, MapProgress, MapState, RateMeter, ShownFailure
from webrun_nb.batch.robots import Robots
from webrun_nb.batch.rows import (
    BUSY_STATUSES,
    FAULTS_OF_THE_MODEL,
    FAULTS_OF_THE_TASK,
    RowAnswer,
    RowFailure,
    RowTask,
    named_row,
)
from webrun_nb.batch.runners.base import Runner
from webrun_nb.batch.store import OpenAttempt, RunStore
from webrun_nb.client.answers.tasks import ModelUsage
from webrun_nb.client.errors import ShortTracebackMixin, WebRunError
from webrun_nb.common.codes import TaskFailureCode, ToolkitErrorCode

_log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 0.5, 30.0
TOLD_BY = 3
"""The number of first rows that tell whether the text and the schema fit the pages at all."""
_CUT = frozenset({TaskFailureCode.SESSION_TERMINATED, TaskFailureCode.INSTANCE_LOST})
"""The failures of a task that ended with its session or its browser, not by itself."""


@dataclass(frozen=True, slots=True)
class RunLimits:
    """The limits of one run in this process."""

    max_cost_usd: Decimal | None = None
    spent_before_usd: Decimal = Decimal(0)
    """The cost of the run in earlier processes."""
    on_error: OnError = "keep"
    columns: Sequence[str] = ()
    """The columns of the schema; none where the pages name them."""
    first: int | None = None
    """Only until so many rows have ended, those of earlier processes included: a sample."""
    model_before: ModelUsage | None = None
    """The use of the user's own language models in earlier processes."""
    models: ModelBudget = field(default_factory=ModelBudget)
    """The budget that the models of its rows share in this process."""


class _AgainError(Exception):
    """An attempt failed in a way that may pass."""

    def __init__(self, failure: RowFailure) -> None:
        super().__init__(failure.line)
        self.failure = failure


class _LaterError(Exception):
    """An attempt was refused by a host that is held back: the row waits for it, and others take its place."""


class Coordinator:
    """Runs what is missing of one run. Lives on the loop thread; the only writer of the run's store.

    Parameters
    ----------
    store : RunStore
        The run.
    runner : Runner
        Does the rows.
    hosts : HostLimits
        The limits per host.
    robots : Robots or None
        The rules of sites for robots; None where they are not honoured.
    limits : RunLimits
        Its limits.
    changed : callable
        Called after each change of the progress.
    """

    def __init__(
        self,
        store: RunStore,
        runner: Runner,
        hosts: HostLimits,
        robots: Robots | None,
        limits: RunLimits,
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._runner = runner
        self._hosts = hosts
        self._robots = robots
        self._limits = limits
        self._tell = changed
        runner.watch(self._see_change)
        counts = store.counts()
        self._attempts = store.attempts()
        self._open = store.open_attempts()
        under_way = {attempt.row.position for attempt in self._open}
        waiting = [row for row in store.rows() if row.position not in under_way]
        most = None if limits.first is None else max(0, limits.first - counts.done - counts.failed - len(self._open))
        self._waiting: WaitingRows[RowTask] = WaitingRows(hosts)
        for row in waiting[:most]:
            self._waiting.put(row.host, row)
        self._rows: dict[asyncio.Task[None], RowTask] = {}
        self._tries: Counter[int] = Counter()
        """The attempts in this process, by position."""
        self._refusals: dict[int, RowFailure] = {}
        """The last failure of each row that runs, for the limits of its host."""
        self._news = asyncio.Event()
        self._held = 0
        self._state: MapState = "starting"
        self._stop_as: MapState | None = None
        self._began_s = time.monotonic()
        self._ended_s: float | None = None
        self._rate = RateMeter(self._began_s)
        self._done = self._resumed = counts.done
        self._failed = counts.failed
        self._repeated = counts.repeated
        self._retried = self._cached = 0
        self._first: list[str] = []
        self._tasks_usd = Decimal(0)
        """The cost of its tasks, as their answers say: a session's own cost is read a little later."""
        self._shown: deque[ShownFailure] = deque(maxlen=SHOWN_FAILURES)
        for row, failure in store.failures()[-SHOWN_FAILURES:]:
            self._shown.appendleft(_shown(row, failure))
        self.error: ShortTracebackMixin | None = None
        """The reason for its end, where that is an error."""

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def progress(self) -> MapProgress:
        """Its progress now."""
        now_s = time.monotonic() if self._ended_s is None else self._ended_s
        rate, runner = self._rate.rows_per_s(now_s), self._runner.state
        total = self._store.meta.total
        left = total - self._done - self._failed
        return MapProgress(
            run_id=self._store.meta.run_id,
            state=self._state,
            total=total,
            done=self._done,
            failed=self._failed,
            running=len(self._rows),
            resumed=self._resumed,
            cached=self._cached,
            repeated=self._repeated,
            retried=self._retried,
            held=self._held,
            cost_usd=self._limits.spent_before_usd + max(runner.cost_usd, self._tasks_usd),
            emulated=runner.emulated or self._store.meta.emulated,
            max_cost_usd=self._limits.max_cost_usd,
            elapsed_s=now_s - self._began_s,
            rows_per_s=rate,
            left_s=None if rate is None or self._ended_s is not None else left / rate,
            sessions=runner.sessions,
            idle_usd_per_minute=runner.idle_usd_per_minute,
            workers=runner.workers,
            failures=tuple(self._shown),
            model=ModelUsage.together([self._limits.model_before, runner.model]),
            message="" if self.error is None else self.error.message,
        )

    def _see_change(self) -> None:
        """Look again at what may start: the runner's slots may have changed."""
        self._hosts.wake()
        self._tell()

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks on its work for people, each in one line."""
        return self._runner.notes

    # --- commands -----------------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Start no more rows; those that run go on, and the sessions stay open."""
        if self._state == "running":
            self._change("paused")

    def resume(self) -> None:
        """Start rows again."""
        if self._state == "paused":
            self._change("running")

    def stop(self, state: MapState = "stopped") -> None:
        """Start no more rows, and stop those that run."""
        self._end(state)
        for task in self._rows:
            task.cancel()

    # --- running ------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run what is missing, until nothing is or it is stopped. Its `error` says why it ended early."""
        self._change("running")
        await self._store.note_state("running")
        try:
            for attempt in self._open:
                self._hosts.begin(attempt.row.host)
                self._start(attempt.row, self._take_up(attempt))
            await self._dispatch()
            await self._drain()
        except asyncio.CancelledError:
            self.stop("interrupted")
            await asyncio.shield(self._drain())
            raise
        finally:
            rest = self._store.meta.total - self._done - self._failed
            state = self._stop_as or ("sampled" if rest else "complete")
            self._ended_s = time.monotonic()
            await asyncio.shield(self._finish(state))

    async def _finish(self, state: MapState) -> None:
        try:
            await self._runner.close()
            if self._robots is not None:
                await self._robots.close()
            await self._store.note_state(state, message="" if self.error is None else self.error.message)
        except RunError as error:  # the disk refuses it
            self.error = self.error or error
            state = "failed"
        self._change(state)

    async def _dispatch(self) -> None:
        """Start rows, each as soon as it may."""
        while self._stop_as is None and (self._waiting or self._rows):  # a row that runs may be put back
            max_cost_usd = self._limits.max_cost_usd
            told = self.progress
            if self._waiting and max_cost_usd is not None and max(told.cost_usd, told.model_usd) >= max_cost_usd:
                self._end("budget")
                return
            self._held = 0
            if self._state == "running" and len(self._rows) < self._runner.slots:
                if (taken := self._waiting.take()) is not None:
                    self._start(taken[1], self._do(taken[1]))
                    continue
                self._held = len(self._waiting)
            await self._hosts.wait_until_change()

    async def _until_running(self) -> None:
        while self._state == "paused":
            self._news.clear()
            await self._news.wait()

    async def _drain(self) -> None:
        while self._rows:
            await asyncio.wait(self._rows)

    def _start(self, row: RowTask, work: Coroutine[Any, Any, None]) -> None:
        """Run a row whose host has counted it as begun."""
        task = asyncio.create_task(work)
        self._rows[task] = row
        task.add_done_callback(self._ended)
        self._tell()

    def _ended(self, task: asyncio.Task[None]) -> None:
        row = self._rows.pop(task)
        failure = self._refusals.pop(row.position, None)
        if failure is None:
            self._hosts.end(row.host)
        else:
            self._hosts.end(row.host, failure.status, failure.retry_after_s)
        if not task.cancelled() and (error := task.exception()) is not None:
            if not isinstance(error, ShortTracebackMixin):
                _log.error("a row of run %s failed unexpectedly", self._store.meta.run_id, exc_info=error)
            self._fail_with(error)
        self._hosts.wake()
        self._tell()

    def _fail_with(self, error: BaseException) -> None:
        """End the run with an error that every row would have."""
        if self.error is None:
            self.error = error if isinstance(error, ShortTracebackMixin) else _unexpected(error)
        self._end("failed")  # the other rows end by themselves

    # --- one row ------------------------------------------------------------------------------------------------------

    async def _do(self, row: RowTask) -> None:
        """Run a row, again where its failure may pass."""
        if (refused := await self._refusal(row)) is not None:
            number = await self._begin(row)
            await self._take_failure(row, number, refused)
            return
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(_AgainError), stop=stop_after_attempt(MOST_ATTEMPTS), wait=_backoff_s
            ):
                with attempt:
                    await self._until_running()
                    if self._stop_as is not None:  # then the row stays missing
                        return
                    self._tries[row.position] += 1
                    self._retried += self._tries[row.position] > 1
                    await self._attempt(row, last=self._tries[row.position] >= MOST_ATTEMPTS)
        except _LaterError:
            self._waiting.put_back(row.host, row)

    async def _attempt(self, row: RowTask, *, last: bool) -> None:
        at_once = min(self._runner.slots, len(self._rows) + len(self._waiting))
        share_usd = await self._limits.models.share(at_once)
        if share_usd == 0:
            self._fail_with(self._limits.models.spent_error(self._store.meta.run_id))
            return
        outcome: RowAnswer | RowFailure | None = None
        number = await self._begin(row)
        noting: list[asyncio.Task[None]] = []

        def note_ids(session_id: str, task_id: str) -> None:
            noting.append(asyncio.create_task(self._store.note_ids(row.position, number, session_id, task_id)))

        try:
            outcome = await self._runner.run(replace(row, max_model_usd=share_usd), number, note_ids)
        finally:  # an attempt that was cancelled stays open: the next process asks how its task ended
            self._limits.models.settle(share_usd, outcome)
            await asyncio.gather(*noting)
        await self._take(row, number, outcome, last=last)

    async def _take_up(self, attempt: OpenAttempt) -> None:
        """Find out how an attempt of an earlier process ended; run the row again where no one knows."""
        row, number, outcome = attempt.row, attempt.number, None
        if attempt.session_id is not None and attempt.task_id is not None:
            outcome = await self._runner.collect(row, number, attempt.session_id, attempt.task_id)
            self._limits.models.note(outcome)
        if isinstance(outcome, RowAnswer):
            await self._take(row, number, outcome, last=True)
            return
        if outcome is not None and outcome.code == TaskFailureCode.TASK_STOPPED:
            await self._store.fail(row.position, number, outcome, final=False)
        elif outcome is not None and outcome.code not in _CUT:
            await self._take_failure(row, number, outcome)
            return
        else:
            await self._store.lose_attempt(row.position, number)
            self._repeated += 1
        await self._do(row)

    async def _begin(self, row: RowTask) -> int:
        number = self._attempts[row.position] = self._attempts.get(row.position, 0) + 1
        await self._store.begin_attempt(row.position, number)
        return number

    async def _take(self, row: RowTask, number: int, outcome: RowAnswer | RowFailure, *, last: bool) -> None:
        """Store how an attempt ended.

        Raises
        ------
        _AgainError, _LaterError
            It failed in a way that may pass, and is not the last.
        """
        if isinstance(outcome, RowAnswer):
            self._refusals.pop(row.position, None)
            await self._store.finish(row.position, number, outcome)
            self._done += 1
            self._cached += outcome.cached_age_s is not None
            self._tasks_usd += outcome.cost_usd or 0
            self._rate.note(time.monotonic())
            self._see_first(self._emptiness(outcome))
            return
        self._refusals[row.position] = outcome
        is_out_of_money = outcome.details.get("limit") == MODEL_COST_LIMIT
        if (outcome.code in FAULTS_OF_THE_MODEL or is_out_of_money) and not outcome.acted:
            fewer = ", or run fewer rows at once with concurrency=" if is_out_of_money else ""
            await self._store.fail(row.position, number, outcome, final=False)
            self._fail_with(
                RunError(
                    f"the language model can't do {named_row(row.position, row.label)}, and no more were started: "
                    f"{outcome.message}{self._limits.models.of_the_run if is_out_of_money else ''}",
                    code=outcome.code,
                    hint=f"{outcome.advice}{fewer}; {go_on_with(self._store.meta.run_id)}",
                    session_id=outcome.session_id,
                    task_id=outcome.task_id,
                )
            )
            return
        if outcome.is_repeatable and not last and self._stop_as is None:
            if outcome.is_lost:
                await self._store.lose_attempt(row.position, number)
                self._repeated += 1
                raise _AgainError(outcome)
            self._hosts.note(row.host, outcome.status, outcome.retry_after_s)
            await self._store.fail(row.position, number, outcome, final=False)
            if outcome.status in BUSY_STATUSES and self._hosts.applies_to(row.host):
                raise _LaterError
            raise _AgainError(outcome)
        await self._take_failure(row, number, outcome)

    async def _take_failure(self, row: RowTask, number: int, failure: RowFailure) -> None:
        await self._store.fail(row.position, number, failure, final=True)
        self._failed += 1
        self._rate.note(time.monotonic())
        self._shown.appendleft(_shown(row, failure))
        if self._limits.on_error == "raise" and self._stop_as is None:
            self.error = RunError(
                f"{named_row(row.position, row.label)} failed: {failure.line}",
                code=ToolkitErrorCode.ROW_FAILED,
                hint=f"{failure.advice}; {go_on_with(self._store.meta.run_id)}",
                session_id=failure.session_id,
                task_id=failure.task_id,
            )
            self._end("failed")
        if failure.code in FAULTS_OF_THE_TASK:
            self._see_first(failure.line)

    async def _refusal(self, row: RowTask) -> RowFailure | None:
        """Return the failure of a row whose site allows no robots on its page."""
        if self._robots is None or not self._hosts.applies_to(row.host):
            return None
        reason = await self._robots.refusal(row.url)
        if reason is None:
            if (delay_s := await self._robots.crawl_delay_s(row.url)) is not None:
                self._hosts.set_crawl_delay(row.host, delay_s)
            return None
        hint = "leave the row out, ask the site, or robots=False"
        return RowFailure(ToolkitErrorCode.ROBOTS_DISALLOWED, reason, hint, acted=False)

    def _see_first(self, fault: str) -> None:
        """Stop the run where its first rows have come to nothing: the rest would only cost.

        Parameters
        ----------
        fault : str
            The reason why a row has no value, in one line; empty if it has one.
        """
        if self._resumed or len(self._first) >= TOLD_BY or self._store.meta.total <= TOLD_BY:
            return
        self._first.append(fault)
        if len(self._first) == TOLD_BY and all(self._first) and self._stop_as is None:
            self.error = RunError(
                f"the first {TOLD_BY} rows came to nothing, and no more were started: {self._first[0]}",
                code=ToolkitErrorCode.NOTHING_FITS,
                hint=f"change the text or the schema; for the rest all the same, {go_on_with(self._store.meta.run_id)}",
            )
            self._end("failed")

    def _emptiness(self, answer: RowAnswer) -> str:
        """Return that an answer has no value; empty if it has one."""
        has_any = any(value is not None for line in lines_of(answer) for value in _leaves(line))
        return "" if has_any else f"no value of {', '.join(self._limits.columns) or 'any column'}"

    # --- its state ----------------------------------------------------------------------------------------------------

    def _end(self, state: MapState) -> None:
        if self._stop_as is None:
            self._stop_as = state
            self._change("stopping")

    def _change(self, state: MapState) -> None:
        self._state = state
        self._news.set()
        self._hosts.wake()
        self._tell()


_BACKOFF = wait_random_exponential(multiplier=FIRST_BACKOFF_S, max=LONGEST_BACKOFF_S)


def _backoff_s(state: RetryCallState) -> float:
    """Return the time to wait before another attempt: what the page asked for, else more each time, at random."""
    error = None if state.outcome is None else state.outcome.exception()
    asked_s = error.failure.retry_after_s if isinstance(error, _AgainError) else None
    return _BACKOFF(state) if asked_s is None else min(asked_s, LONGEST_BACKOFF_S)


def _leaves(record: object) -> Iterator[object]:
    if isinstance(record, dict):
        for value in record.values():
            yield from _leaves(value)
    elif isinstance(record, list):
        for value in record:
            yield from _leaves(value)
    else:
        yield record


def _shown(row: RowTask, failure: RowFailure) -> ShownFailure:
    return ShownFailure(row.position, row.label, failure.code, failure.message, row.url)


def _unexpected(error: BaseException) -> WebRunError:
    return WebRunError(f"the run failed unexpectedly: {error}", code=ToolkitErrorCode.TASK_FAILED)
