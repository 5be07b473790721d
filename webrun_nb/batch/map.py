"""Begins and resumes runs of `map`: plans the rows, makes or opens the run on disk, and starts what is missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from webrun_nb.batch.coordinator import Coordinator, RunLimits
from webrun_nb.batch.errors import RunError
from webrun_nb.batch.inputs import MapInput, is_dask, read_input
from webrun_nb.batch.model_budget import ModelBudget
from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.pace import StartPace
from webrun_nb.batch.plan import CheckRow, MapPlan, plan_rows
from webrun_nb.batch.politeness import HostLimits
from webrun_nb.batch.preparation import MakeRequest, Prepared, prepare
from webrun_nb.batch.robots import Robots
from webrun_nb.batch.rows import RowTask
from webrun_nb.batch.run import MapRun
from webrun_nb.batch.runners.base import Runner
from webrun_nb.batch.runners.local import LocalRunner
from webrun_nb.batch.store import RunMeta, RunStore, new_run_id, stored_runs
from webrun_nb.client.answers.tasks import ModelUsage
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ArgumentError
from webrun_nb.client.monitoring.budget import limit_usd
from webrun_nb.client.monitoring.ledger import Ledger
from webrun_nb.client.tasks.options import TaskOptions
from webrun_nb.client.urls import display_url
from webrun_nb.common.codes import ToolkitErrorCode
from webrun_nb.common.credentials.finding import masked
from webrun_nb.common.hosted_limits import REQUESTS_PER_MINUTE

if TYPE_CHECKING:
    from webrun_nb.batch.runners.dask.cluster import DaskCluster

RESUMED_WITHIN_MS = 24 * 3_600_000
"""The age up to which the same call goes on with an unfinished run."""


async def abegin_map(
    client: Client,
    data: object,
    text: str | None,
    options: MapOptions,
    *,
    names: Mapping[str, object] | None = None,
    raw: bool = False,
    name: str = "",
    first: int | None = None,
) -> MapRun:
    """Begin a run, or go on with one, in the background; on the client's loop thread.

    The same input, text and options go on with an unfinished run that is younger than a day, unless `options.new`.

    Parameters
    ----------
    client : Client
        The client of the server.
    data : object
        The input, in any form that `inputs.read_input` takes; None to go on with `options.resume`.
    text : str or None
        The text of each row's task, with `{{ row.column }}`; None likewise.
    options : MapOptions
        The options.
    names : mapping, optional
        Names that the templates may mention beside `row`.
    raw : bool
        Leave `{{ }}` in the text as it is.
    name : str
        The name that the table is bound to.
    first : int, optional
        Only until so many rows have ended, those that are stored included: a sample.

    Raises
    ------
    ArgumentError
        The input or a template can't be used; nothing was started.
    RunError
        The run to resume is not there, in use, or another one; or the disk refuses a new one.
    WebRunError
        The service refuses the options.
    """
    cluster = await _cluster(options)
    resumed: RunStore | None = None
    try:
        if options.resume is not None:
            resumed = await asyncio.to_thread(RunStore.open, options.resume)
        return await _begin(client, data, text, options, resumed, cluster, names or {}, raw, name, first)
    except BaseException:
        if resumed is not None:
            resumed.close()
        if cluster is not None:
            await cluster.close()
        raise


async def _cluster(options: MapOptions) -> DaskCluster | None:
    """Connect to the Dask cluster that a map is to run on; None for this machine alone.

    Raises
    ------
    ArgumentError
        Dask is not installed.
    WebRunError
        There is no such cluster.
    """
    if options.dask is None and options.client is None:
        return None
    try:
        from webrun_nb.batch.runners.dask.cluster import DaskCluster
    except ImportError as error:
        raise ArgumentError(f"{error.name} is not installed", "pip install 'webrun-nb[dask]'") from error
    return await DaskCluster.connect(options)


async def _begin(
    client: Client,
    data: object,
    text: str | None,
    options: MapOptions,
    store: RunStore | None,
    cluster: DaskCluster | None,
    names: Mapping[str, object],
    raw: bool,
    name: str,
    first: int | None,
) -> MapRun:
    if data is None and store is None:
        raise ArgumentError("map needs its input: a DataFrame, a Series, a list or a generator", "map(df, text, url=…)")
    if store is not None:
        options = options if data is not None else _with_stored(options, store.meta)
        if store.meta.emulated != await client.http.is_emulator():
            raise RunError(
                f"run {store.meta.run_id} began on {'the emulator' if store.meta.emulated else store.meta.base_url}",
                code=ToolkitErrorCode.RUN_OTHER,
                hint="go on with it there",
            )
    if data is not None:  # else they are those of the run, which has its own choice already
        options = replace(options, task=options.task.with_agent_of(client.agent_choice))
    prepared = await prepare(client, options, elsewhere=cluster is not None)
    source: MapInput | None = None
    if data is not None:
        source = await asyncio.to_thread(_read, data, options)
        if isinstance(options.keep, list | tuple):
            source.check_columns(options.keep, "keep")
        plan = await asyncio.to_thread(
            plan_rows,
            source,
            (store.meta.text if store is not None else "") if text is None else text,
            options.url,
            names,
            depends_on=prepared.depends_on,
            check=_checker(prepared.make_request),
            shown_url=partial(display_url, base_url=client.base_url),
            raw=raw,
        )
        if store is not None and store.meta.fingerprint != plan.fingerprint:
            raise RunError(
                f"run {store.meta.run_id} has other rows, another text or other options than this",
                code=ToolkitErrorCode.RUN_OTHER,
                hint="leave out resume= for a new run, or the input to go on with the stored rows",
            )
        if store is None:
            store = await asyncio.to_thread(_find_or_create, client, plan, prepared, source, name)
    assert store is not None, "there is an input, or a run to resume"
    return await _started(client, store, cluster, prepared, source, name, first)


def _read(data: object, options: MapOptions) -> MapInput:
    """Read the input; a Dask DataFrame is computed once."""
    if not is_dask(data):
        return read_input(data, options.limit)
    from webrun_nb.batch.runners.dask.frames import read_dask_input

    return read_dask_input(data, options.limit, options.client)


async def _started(
    client: Client,
    store: RunStore,
    cluster: DaskCluster | None,
    prepared: Prepared,
    source: MapInput | None,
    name: str,
    first: int | None,
) -> MapRun:
    options, run_id = prepared.options, store.meta.run_id
    runner: Runner
    pace = StartPace(None if prepared.emulated else REQUESTS_PER_MINUTE)
    if cluster is None:
        runner = LocalRunner(client, prepared.session, prepared.make_request, run_id, options.concurrency, pace)
    else:
        try:
            runner = await cluster.runner(client, options, prepared.schema, run_id, pace)
        except BaseException:
            store.close()
            raise
    coordinator = Coordinator(
        store,
        runner,
        HostLimits(per_host=options.per_host, polite=options.polite),
        Robots(client.base_url) if options.robots and options.polite is not False else None,
        RunLimits(
            limit_usd(options.max_cost_usd),
            _spent_usd(client.ledger, store.meta.run_id),
            options.on_error,
            [] if prepared.schema is None else [column.name for column in prepared.schema.columns],
            first,
            _models_before(client.ledger, store.meta.run_id),
            _model_budget(client.ledger, store.meta.run_id, options),
        ),
        changed=lambda: run.tell(),
    )
    name = name or store.meta.name

    async def go_on(run: MapRun) -> MapRun:
        again_on = await _cluster(options)
        again = await asyncio.to_thread(RunStore.open, run.id)
        try:
            await again.forget_failures([row.position for row, _ in again.failures()])
            return await _started(client, again, again_on, prepared, source, name, None)
        except BaseException:
            again.close()
            raise

    run = MapRun(client, store, coordinator, options, prepared.schema, source, name, go_on)
    run.begin()
    return run


def _checker(make_request: MakeRequest) -> CheckRow:
    def check(row: RowTask) -> None:
        make_request(row)

    return check


def _find_or_create(client: Client, plan: MapPlan, prepared: Prepared, source: MapInput, name: str) -> RunStore:
    """Open the unfinished run of the same plan, or make a new one."""
    if not prepared.options.new and (found := _unfinished(plan.fingerprint)) is not None:
        return found
    options = prepared.options
    meta = RunMeta(
        run_id=new_run_id(),
        created_at_ms=round(time.time() * 1000),
        version=version("webrun-nb"),
        fingerprint=plan.fingerprint,
        text=masked(plan.text),
        url=masked(plan.url),
        name=name,
        total=len(plan.rows),
        schema=None if prepared.schema is None else prepared.schema.json_schema,
        options=_stored_options(options, source),
        base_url=client.base_url,
        emulated=prepared.emulated,
    )
    return RunStore.create(meta, plan.rows)


def _unfinished(fingerprint: str) -> RunStore | None:
    """Open the latest run of a plan if it is unfinished and young enough to go on with; None if there is no such run.

    Raises
    ------
    RunError
        It is being done: a second run would pay for the same rows again.
    """
    since_ms = time.time() * 1000 - RESUMED_WITHIN_MS
    for run in stored_runs():
        if run.meta.fingerprint == fingerprint and run.meta.created_at_ms >= since_ms:
            return None if run.state == "complete" else RunStore.open(run.meta.run_id)
    return None


_KEPT = ("environment_id", "policy_id", "polite", "robots", "with_url", "status", "on_error", "concurrency", "per_host")
"""The options of a run that are stored as they are."""
_KEPT_OF_TASKS = (
    *("timeout_ms", "avoid_domains", "max_input_tokens", "max_output_tokens", "expect", "flat", "user_agent"),
    *("agent", "model", "model_url", "max_steps", "vision"),
)


def _stored_options(options: MapOptions, source: MapInput) -> dict[str, Any]:
    """Return the options that a resume takes from the run, as plain JSON: secrets by their names alone."""
    import pandas as pd

    secrets = dict(options.secrets or {})
    return {
        **{name: getattr(options, name) for name in _KEPT},
        "max_cost_usd": None if options.max_cost_usd is None else str(options.max_cost_usd),
        "proxy": options.proxy if isinstance(options.proxy, str) else None,
        "secrets": {host: name for host, name in secrets.items() if isinstance(name, str)},
        "not_stored": [
            *(f"secrets[{host!r}]" for host, name in secrets.items() if not isinstance(name, str)),
            *(["proxy"] if options.proxy is not None and not isinstance(options.proxy, str) else []),
            *(["files"] if options.task.files else []),
        ],
        "task": {name: _plain(getattr(options.task, name)) for name in _KEPT_OF_TASKS},
        "index": "range" if isinstance(source.frame.index, pd.RangeIndex) and source.frame.index.start == 0 else "",
    }


def _with_stored(options: MapOptions, meta: RunMeta) -> MapOptions:
    """Return the options of a run that goes on without its input: the stored ones, but for what is given now.

    Raises
    ------
    RunError
        Something of the run is not stored, and not given; or an option of its tasks is given that is another one.
    """
    stored = dict(meta.options)
    missing = [name for name in stored["not_stored"] if getattr(options, name.partition("[")[0], None) is None]
    if missing:
        raise RunError(
            f"run {meta.run_id} was given {', '.join(missing)}, which is not stored",
            code=ToolkitErrorCode.RUN_OTHER,
            hint="go on with the input and the options of its cell",
        )
    default = MapOptions()
    task, default_task = options.task, TaskOptions()
    other = [
        f"{name}="
        for name in _KEPT_OF_TASKS
        if getattr(task, name) != getattr(default_task, name)
        and _plain(getattr(task, name)) != stored["task"].get(name)
    ]
    if other:
        raise RunError(
            f"run {meta.run_id} has not the {', '.join(other)} that is given: its rows are done as it began",
            code=ToolkitErrorCode.RUN_OTHER,
            hint="leave it out, or begin a new run with the input",
        )
    given = {name: getattr(options, name) for name in _KEPT if getattr(options, name) != getattr(default, name)}
    return replace(
        options,
        **{name: stored[name] for name in _KEPT} | given,
        url=meta.url,
        max_cost_usd=stored["max_cost_usd"] if options.max_cost_usd is None else options.max_cost_usd,
        proxy=stored["proxy"] if options.proxy is None else options.proxy,
        secrets=stored["secrets"] if options.secrets is None else options.secrets,
        task=replace(options.task, **stored["task"], schema=meta.schema),
    )


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _model_tasks(ledger: Ledger | None, run_id: str) -> list[ModelUsage]:
    """Return the use of the user's own language models by each task of a run in earlier processes."""
    tasks = [] if ledger is None else ledger.tasks()
    return [
        ModelUsage(record.model_requests, record.model_usd)
        for record in tasks
        if record.run_id == run_id and record.model_requests
    ]


def _models_before(ledger: Ledger | None, run_id: str) -> ModelUsage | None:
    """Return the use of the user's own language models by a run in earlier processes, from the ledger."""
    return ModelUsage.together(_model_tasks(ledger, run_id))


def _model_budget(ledger: Ledger | None, run_id: str, options: MapOptions) -> ModelBudget:
    """Return what the language models of a run may spend in this process; without one there is no limit to keep."""
    if not options.task.agent_choice.asks_model:
        return ModelBudget()
    spent_usd = sum((used.cost_usd or Decimal(0) for used in _model_tasks(ledger, run_id)), Decimal(0))
    return ModelBudget(limit_usd(options.max_cost_usd), spent_usd)


def _spent_usd(ledger: Ledger | None, run_id: str) -> Decimal:
    """Return the cost of a run in earlier processes, from the ledger."""
    sessions = [] if ledger is None else ledger.sessions()
    return sum((record.cost_usd or Decimal(0) for record in sessions if record.run_id == run_id), Decimal(0))
