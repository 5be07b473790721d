"""A run of `map`, as programs and cells have it: its progress, its table, its failures, and what it cost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webrun_nb.batch.coordinator import Coordinator
from webrun_nb.batch.errors import RunError
from webrun_nb.batch.frames import failures_frame, status_frame
from webrun_nb.batch.inputs import MapInput
from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.progress import MapProgress, MapState
from webrun_nb.batch.rows import RowAnswer, RowTask
from webrun_nb.batch.run_table import RunTable, StatusFacts
from webrun_nb.batch.store import RunStore
from webrun_nb.client._sync import Call, on_loop_thread, runtime, wait_for_result
from webrun_nb.client.client import Client
from webrun_nb.client.errors import BudgetError, TaskInterruptedError
from webrun_nb.client.in_process import InProcess
from webrun_nb.client.monitoring.ledger import TaskRecord
from webrun_nb.client.tasks.result import UnusedPart
from webrun_nb.common.codes import ToolkitErrorCode
from webrun_nb.common.text import counted
from webrun_nb.tables.schema import Schema
from webrun_nb.wire.report import ReportBody

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COMPLETE = "complete"

GoOn = Callable[["MapRun"], Awaitable["MapRun"]]
"""Begins a run again whose failed rows are to run, too."""


@dataclass(frozen=True, slots=True)
class RunUsage:
    """The money of a run, from the ledger, in US dollars. On the emulator: what the hosted service would take."""

    emulated: bool
    sessions: int
    tasks: int
    cost_usd: Decimal
    """The cost of its sessions."""
    idle_usd: Decimal
    """The part of it in which no task ran."""
    failed_usd: Decimal
    """The cost of its failed tasks."""
    repeated_usd: Decimal
    """The cost of tasks of rows that ran again."""


class MapRun(InProcess):
    """A run of `map`. `await run` waits for its end, and so does `run.result()`, which blocks.

    Parameters
    ----------
    client : Client
        The client of its server.
    store : RunStore
        Its rows and answers on disk.
    coordinator : Coordinator
        Runs what is missing.
    options : MapOptions
        Its options.
    schema : Schema or None
        The schema of its answers.
    data : MapInput or None
        Its input; None where it was resumed without.
    name : str
        The name that its table is bound to; empty if there is none.
    go_on : callable
        Goes on with it in this process once it has ended.
    """

    instead = "its table can be pickled: run.df"

    def __init__(
        self,
        client: Client,
        store: RunStore,
        coordinator: Coordinator,
        options: MapOptions,
        schema: Schema | None,
        data: MapInput | None,
        name: str,
        go_on: GoOn,
    ) -> None:
        self.client = client
        self.store = store
        self.options = options
        self.schema = schema
        self.name = name
        self._coordinator = coordinator
        self._data = data
        self._go_on = go_on
        self._watchers: list[Callable[[], None]] = []
        self._call: Call[None] | None = None

    def __repr__(self) -> str:
        told = self.progress
        rows = f"{told.done:,} of {told.total:,} rows done" + (f", {told.failed:,} failed" if told.failed else "")
        return f"<MapRun {self.id}: {told.state} · {rows}; .df .failures .retry() .plot() .usage>"

    @property
    def id(self) -> str:
        """Its id, as `resume` takes it."""
        return self.store.meta.run_id

    @property
    def progress(self) -> MapProgress:
        """Its progress now; costs nothing to read."""
        return self._coordinator.progress

    @property
    def done(self) -> bool:
        """True once it has ended in this process."""
        return self._call is not None and self._call.result.done()

    @property
    def error(self) -> BaseException | None:
        """The reason why it ended early; None while it runs, and where it is complete."""
        return self._early_end() if self.done else None

    def subscribe(self, fn: Callable[[], None]) -> Callable[[], None]:
        """Call a function whenever its progress may have changed, on the client's loop thread.

        Parameters
        ----------
        fn : callable
            Takes nothing, and must return at once.

        Returns
        -------
        callable
            Ends the subscription.
        """
        self._watchers.append(fn)
        return lambda: self._watchers.remove(fn) if fn in self._watchers else None

    def tell(self) -> None:
        """Call the subscribers."""
        for watcher in [*self._watchers]:
            watcher()

    # --- running ------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin to run what is missing, in the background."""
        self._call = runtime.submit(self._run())
        self._call.result.add_done_callback(lambda _: self.tell())

    async def _run(self) -> None:
        try:
            await self._coordinator.run()
        finally:
            self.store.close()

    def pause(self) -> None:
        """Start no more rows. Those that run go on, and its open sessions cost."""
        runtime.loop.call_soon_threadsafe(self._coordinator.pause)

    def resume(self) -> None:
        """Start rows again."""
        runtime.loop.call_soon_threadsafe(self._coordinator.resume)

    def stop(self) -> None:
        """Start no more rows, stop those that run, and end its sessions. What is done is kept. Safe twice."""
        runtime.run(self.astop())

    @on_loop_thread
    async def astop(self, state: MapState = "stopped") -> None:
        """Stop it without blocking; returns once its sessions have ended. See `stop`.

        Parameters
        ----------
        state : str
            The state that it ends in.
        """
        if self._call is not None and not self.done:
            self._coordinator.stop(state)
            await self._ended()

    async def _ended(self) -> None:
        assert self._call is not None, "begin() comes first"
        await asyncio.wait([asyncio.wrap_future(self._call.result)])

    def result(self, timeout_s: float | None = None) -> MapRun:
        """Wait for its end, and return it. An interrupt stops it: what is done is kept.

        Parameters
        ----------
        timeout_s : float, optional
            The longest time to wait; the run goes on.

        Raises
        ------
        TimeoutError
            It took longer than `timeout_s`.
        TaskInterruptedError
            It was stopped.
        WebRunError
            It ended early: its budget is spent, the disk is full, the server is gone.
        """
        assert self._call is not None, "begin() comes first"
        try:
            wait_for_result(self._call.result, timeout_s)
        except KeyboardInterrupt:
            runtime.run(self.astop("interrupted"))
        return self._checked()

    @contextlib.contextmanager
    def stopped_by_interrupt(self) -> Iterator[None]:
        """Stop it if the block is interrupted, also before `result` waits; the error says what is kept."""
        try:
            yield
        except TaskInterruptedError:
            raise
        except KeyboardInterrupt:
            runtime.run(self.astop("interrupted"))
            self._checked()
            raise

    async def aresult(self) -> MapRun:
        """Wait for its end without blocking; see `result`. Being cancelled stops it."""
        try:
            await runtime.wait(self._ended())
        except asyncio.CancelledError:
            await self.astop("interrupted")
            raise
        return self._checked()

    def __await__(self) -> Generator[Any, None, MapRun]:
        return self.aresult().__await__()

    def _checked(self) -> MapRun:
        if (error := self._early_end()) is not None:
            raise error
        return self

    def _early_end(self) -> BaseException | None:
        assert self._call is not None, "begin() comes first"
        told = self.progress
        kept = f"{told.done:,} of {told.total:,} rows are done and kept"
        again = f"the same call goes on with it, and so does resume={self.id!r}"
        if self._coordinator.error is not None:
            return self._coordinator.error
        if (failed := self._call.result.exception()) is not None:
            return failed
        if told.state in ("stopped", "interrupted"):
            return TaskInterruptedError(f"run {self.id} was {told.state}: {kept}, its sessions have ended", hint=again)
        if told.state == "budget":
            return _budget_error(told, f"{kept}; to go on: resume={self.id!r} and more with max_cost_usd=")
        return None

    def retry(self) -> MapRun:
        """Run its failed rows again, and those that are missing; wait for the end, and return the run of all rows.

        Raises
        ------
        WebRunError
            As `result` does; it has not ended yet.
        """
        return runtime.run(self.abegin_retry()).result()

    async def aretry(self) -> MapRun:
        """Run its failed rows again without blocking; see `retry`."""
        return await (await runtime.wait(self.abegin_retry()))

    @on_loop_thread
    async def abegin_retry(self) -> MapRun:
        """Begin to run its failed rows again, in the background."""
        if not self.done:
            raise RunError(
                f"run {self.id} has not ended", code=ToolkitErrorCode.RUN_IN_USE, hint="wait for it, or stop it first"
            )
        return await self._go_on(self)

    # --- what came of it ----------------------------------------------------------------------------------------------

    def answers(self) -> Iterator[tuple[RowTask, RowAnswer | None]]:
        """Yield its rows in their order, each with its answer; None where it has none."""
        return self.store.answers()

    @property
    def index(self) -> pd.Index:
        """The index of its input."""
        import pandas as pd

        if self._data is not None:
            return self._data.frame.index
        if self.store.meta.options.get("index") == "range":
            return pd.RangeIndex(self.store.meta.total)
        return pd.Index(self.store.labels(), dtype="string")

    @property
    def df(self) -> Any:
        """The records of all rows, by the index of its input and in its order; made each time.

        If any row has several records, the index is `(index, n)`. A row that has none (it failed, or is missing) has
        one line without values; `status` and `failures` tell why.

        Of a run over a Dask DataFrame it is a Dask DataFrame with the same partitions, and `n` is a column. Computing
        it runs no row again.
        """
        frame = self.frame
        if self._data is None or self._data.partitions is None:
            return frame
        from webrun_nb.batch.runners.dask.frames import dask_frame

        return dask_frame(frame, self._data.partitions)

    @property
    def frame(self) -> pd.DataFrame:
        """Its table as `df` has it, of pandas in any case."""
        return self._table().whole()

    def _table(self) -> RunTable:
        given: dict[str, pd.Series[Any]] = {}
        if self.options.keep and self._data is not None:
            columns = dict(zip(self._data.columns, self._data.frame.columns, strict=True))
            names = self._data.columns if self.options.keep is True else list(self.options.keep)
            given = {name: self._data.frame[columns[name]] for name in names}
        return RunTable(
            self.answers,
            self.schema,
            self.index,
            self._meta(),
            given,
            with_url=self.options.with_url,
            status=self._status_facts() if self.options.status else None,
        )

    def _status_facts(self) -> StatusFacts:
        failures = {row.position: failure for row, failure in self.store.failures()}
        return StatusFacts(failures, self._task_costs() if failures else {})

    @property
    def status(self) -> pd.DataFrame:
        """The end of each row of the input: `_status` (done, failed, missing), `_error`, `_cost_usd` and more."""
        facts = self._status_facts()
        return status_frame(self.answers(), facts.failures, self.index, facts.costs)

    @property
    def failures(self) -> pd.DataFrame:
        """The failed rows with the reasons, by the index of its input."""
        return failures_frame(self.store.failures(), self.index)

    @property
    def usage(self) -> RunUsage:
        """Its money, from the ledger."""
        ledger = self.client.ledger
        sessions = [] if ledger is None else [each for each in ledger.sessions() if each.run_id == self.id]
        tasks = self._tasks()
        latest = {
            record.row: max(record.attempt or 1, 1) for record in sorted(tasks, key=lambda each: each.attempt or 1)
        }
        zero = Decimal(0)
        return RunUsage(
            emulated=self.progress.emulated,
            sessions=len(sessions),
            tasks=len(tasks),
            cost_usd=sum((record.cost_usd or zero for record in sessions), zero),
            idle_usd=sum((record.idle_usd or zero for record in sessions), zero),
            failed_usd=sum((record.cost_usd or zero for record in tasks if record.outcome != COMPLETE), zero),
            repeated_usd=sum((each.cost_usd or zero for each in tasks if (each.attempt or 1) < latest[each.row]), zero),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks on it for people, each in one line: resumed rows, rules that were left out, kept answers."""
        told, options = self.progress, self.options
        notes = []
        if told.resumed:
            rows = f"{told.resumed:,} of {told.total:,} rows were done before"
            notes.append(f"run {self.id} goes on: {rows}")
        if told.repeated:
            notes.append(f"{counted(told.repeated, 'row')} ran twice: the first task was cut off")
        if not options.robots and options.polite is not False:
            notes.append("robots.txt is not asked (robots=False)")
        if options.polite is False:
            notes.append("no limits per host, and robots.txt is not asked (polite=False)")
        if told.cached:
            notes.append(f"{told.cached:,} rows have a kept answer, for which nothing ran")
        return (*notes, *self._coordinator.notes)

    @property
    def unused(self) -> tuple[UnusedPart, ...]:
        """The parts of its text that were not used, as the first answer tells; empty if all of it was used."""
        for _, answer in self.answers():
            if answer is not None and answer.report is not None:
                report = ReportBody.model_validate(answer.report)
                return tuple(UnusedPart(part.text, part.start, part.end, part.why) for part in report.unused)
        return ()

    @property
    def repeated(self) -> int:
        """The rows that ran twice, as their first attempt was lost with its process."""
        return self.progress.repeated

    # --- files and plots ----------------------------------------------------------------------------------------------

    def to_parquet(self, path: str | Path) -> Path:
        """Write its table to a Parquet file, in parts: the rows are never all in memory. Returns the file's path.

        The file has the columns, dtypes, values, index and `attrs` of `df`. A column of values that have no type in
        common, such as records of a nested schema, is JSON. Needs pyarrow (`webrun-nb[export]`).

        >>> run.to_parquet("talks.parquet")  # doctest: +SKIP
        PosixPath('talks.parquet')

        Parameters
        ----------
        path : str or Path
            The file. One that is there is replaced, once the new one is whole.

        Raises
        ------
        ArgumentError
            pyarrow is missing, or the file can't be written; what was there is as it was.
        """
        from webrun_nb.batch.exports import PARQUET, export

        return export(self._table(), path, PARQUET)

    def to_csv(self, path: str | Path) -> Path:
        """Write its table to a CSV file in UTF-8; see `to_parquet`.

        Lists and records are JSON, points in time as ISO 8601 has them. The index becomes columns, unless it only
        counts the rows.

        >>> run.to_csv("talks.csv")  # doctest: +SKIP
        PosixPath('talks.csv')

        Parameters
        ----------
        path : str or Path
            The file.
        """
        from webrun_nb.batch.exports import CSV, export

        return export(self._table(), path, CSV)

    def to_excel(self, path: str | Path) -> Path:
        """Write its table to a workbook with one sheet; see `to_parquet`. Needs openpyxl (`webrun-nb[export]`).

        No text of a page becomes a formula. Points in time are in UTC. Numbers of more than 15 digits, and dates before
        March 1900, are text, as a sheet would change them. The index becomes columns, unless it only counts the rows.

        >>> run.to_excel("talks.xlsx")  # doctest: +SKIP
        PosixPath('talks.xlsx')

        Parameters
        ----------
        path : str or Path
            The file.

        Raises
        ------
        ArgumentError
            Also: a sheet has no room for so many rows (1,048,575), or a cell none for a text.
        """
        from webrun_nb.batch.exports import EXCEL, export

        return export(self._table(), path, EXCEL)

    def to_duckdb(self, path: str | Path, table: str = "", *, replace: bool = False) -> Path:
        """Write its table to a DuckDB file; see `to_parquet`. Needs duckdb and pyarrow (`webrun-nb[export]`).

        The index becomes columns, unless it only counts the rows.

        >>> run.to_duckdb("work.duckdb", table="talks")  # doctest: +SKIP
        PosixPath('work.duckdb')

        Parameters
        ----------
        path : str or Path
            The file, which may have other tables; they stay.
        table : str
            The name of the table; by default the name of the run's table, else its id.
        replace : bool
            Replace a table of that name.

        Raises
        ------
        ArgumentError
            Also: the file is no DuckDB file, is in use, or has a table of that name already.
        """
        from webrun_nb.batch.exports import duckdb_table, export

        return export(self._table(), path, duckdb_table(table or self.name or self.id, replace=replace))

    def plot(self) -> Sequence[Axes]:
        """Draw the time and the cost of each row, with the failed ones marked; returns the two axes. Needs matplotlib.

        >>> time_axes, cost_axes = run.plot()  # doctest: +SKIP

        Raises
        ------
        ArgumentError
            matplotlib is missing, or no row has ended yet.
        """
        from webrun_nb.batch.plots import plot_run

        return plot_run(self.status, run_id=self.id, emulated=self.progress.emulated)

    def _task_costs(self) -> dict[str, Decimal | None]:
        return {record.task_id: record.cost_usd for record in self._tasks()}

    def _tasks(self) -> list[TaskRecord]:
        ledger = self.client.ledger
        return [] if ledger is None else [each for each in ledger.tasks() if each.run_id == self.id]

    def _meta(self) -> dict[str, Any]:
        told, meta = self.progress, self.store.meta
        return {
            "run": self.id,
            "rows": {"total": told.total, "done": told.done, "failed": told.failed, "repeated": told.repeated},
            "text": meta.text,
            "url": meta.url,
            "began_at_ms": meta.created_at_ms,
        }


def _budget_error(told: MapProgress, hint: str) -> BudgetError:
    assert told.max_cost_usd is not None, "its state says that it has a budget"
    error = BudgetError(
        "run",
        limit_usd=told.max_cost_usd,
        cost_usd=told.cost_usd,
        model_usd=told.model_usd if told.model_usd >= told.max_cost_usd else None,
        emulated=told.emulated,
    )
    error.hint = hint
    return error
