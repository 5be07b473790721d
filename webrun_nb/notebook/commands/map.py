"""Commands `map`, which runs one task for each row of a table, and `runs`, which lists maps on disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from webrun_nb.batch.estimate import SAMPLE_ROWS, estimate_of
from webrun_nb.batch.inputs import VALUE
from webrun_nb.batch.options import MOST_AT_ONCE, MapOptions, OnError
from webrun_nb.batch.plan import ROW
from webrun_nb.client.tasks.options import TaskOptions
from webrun_nb.common.text import closest_match
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands import jobs
from webrun_nb.notebook.commands.options import (
    BACKGROUND,
    OF_THE_AGENT,
    OF_THE_ANSWER,
    OF_THE_TABLE,
    QUIET,
    RAW,
    TIMEOUT,
    AgentArguments,
    env_option,
    policy_option,
    secret_option,
    url_option,
)
from webrun_nb.notebook.display import map_progress
from webrun_nb.notebook.display.code_export import Expression, SubmittedMap, environment_reference, policy_reference
from webrun_nb.notebook.display.map_results import show_map_result
from webrun_nb.notebook.display.results import DEFAULT_ROWS
from webrun_nb.notebook.jobs import MapJob
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.workspace import Workspace
from webrun_nb.tables import schema
from webrun_nb.tables.templates import Template

if TYPE_CHECKING:
    import pandas as pd

    from webrun_nb.batch.run import MapRun

_DEFAULTS = MapOptions()


@dataclass(frozen=True, slots=True)
class Map(AgentArguments):
    """Arguments of `map`. `text`, `url` and `schema` are as written: templates unfilled, the schema unresolved."""

    text: str
    data: str | None = None
    url: str | None = None
    schema: str | None = None
    out: str | None = None
    rows: int = DEFAULT_ROWS
    concurrency: int = _DEFAULTS.concurrency
    per_host: int = _DEFAULTS.per_host
    limit: int | None = None
    max_cost_usd: Decimal | None = None
    on_error: OnError = _DEFAULTS.on_error
    resume: str | None = None
    new: bool = False
    job: str | None = None
    keep: bool | tuple[str, ...] = False
    with_url: bool = False
    status: bool = False
    polite: bool | None = None
    no_robots: bool = False
    dask: str | None = None
    timeout_ms: int | None = None
    policy: str | None = None
    secrets: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    expect: tuple[str, ...] = ()
    flat: bool = False
    cache: str | None = None
    refresh: bool = False
    dry_run: bool = False
    env: str | None = None
    raw: bool = False
    quiet: bool = False


def run_map(workspace: Workspace, arguments: Map) -> None:
    """Run one task for each row of a table, and show the table or bind it to a name.

    Raises
    ------
    CommandError
        There is no input, or no such name.
    WebRunError
        The map can't begin, or ended early; what is done is kept.
    """
    data = _data(workspace, arguments)
    wanted = None if arguments.schema is None else schema.resolve(arguments.schema, workspace.scope)
    if arguments.job is not None:
        jobs.check_name(workspace, arguments.job)
        if arguments.dry_run:
            raise CommandError("a dry run is not for the background: its cell waits for three rows", "leave out --bg")
    toolkit.client()  # before the widgets are imported, so that the notice of the emulator's start is shown at once
    run = toolkit.begin_map(
        data,
        arguments.text or None,
        _options(arguments, wanted),
        names=workspace.scope,
        raw=arguments.raw,
        name=arguments.out or arguments.job or "",
        first=SAMPLE_ROWS if arguments.dry_run else None,
    )
    if arguments.dry_run:
        _show_estimate(run)
        return
    workspace.done[run.id] = submitted_map(arguments)
    if arguments.job is not None:
        from webrun_nb.notebook.display.followed_cards import map_cards

        job = MapJob(arguments.job, run, rows=arguments.rows, quiet=arguments.quiet)
        workspace.add_job(job)
        map_cards.show_map(run, name=job.name, result=job.name)
        return
    with run.stopped_by_interrupt(), map_progress.shown(run, name=run.name):
        run.result()

    def bind(frame: pd.DataFrame) -> None:
        if arguments.out is not None:
            workspace.shell.push({arguments.out: frame})  # type: ignore[no-untyped-call]

    show_map_result(run, name=arguments.out, rows=arguments.rows, quiet=arguments.quiet, bind=bind)


def _show_estimate(run: MapRun) -> None:
    """Wait for the sample, and print it with the time and the money that the other rows would take."""
    with run.stopped_by_interrupt(), map_progress.shown(run, name=run.name):
        run.result()
    for line in estimate_of(run).lines():
        print(line)
    print("the same cell without --dry-run goes on with the run")


def _data(workspace: Workspace, arguments: Map) -> object:
    """Return the input that the line names; None where it goes on with a run alone."""
    if arguments.data is None:
        if arguments.resume is None:
            raise CommandError(
                "map needs the name of its input: a DataFrame, a Series, a list or a generator",
                "%%webrun map urls …, or --resume RUN to go on with a run",
            )
        return None
    if not arguments.text and arguments.replay is None:
        raise CommandError(
            "the cell has no text for map",
            f"write what to do on each page; to go on with the stored text: %%webrun map --resume {arguments.resume}",
        )
    try:
        return workspace.scope[arguments.data]
    except KeyError:
        meant = closest_match(arguments.data, [name for name in workspace.scope if not name.startswith("_")])
        hint = f"did you mean {meant}?" if meant else "name a DataFrame, a Series, a list or a generator"
        raise CommandError(f"there is no name {arguments.data!r} in the notebook", hint) from None


def _options(arguments: Map, wanted: schema.Schema | None) -> MapOptions:
    """Return the options as the batch layer takes them."""
    client = toolkit.client()
    return MapOptions(
        url=arguments.url,
        concurrency=arguments.concurrency,
        per_host=arguments.per_host,
        limit=arguments.limit,
        max_cost_usd=arguments.max_cost_usd,
        on_error=arguments.on_error,
        resume=arguments.resume,
        new=arguments.new,
        keep=arguments.keep,
        status=arguments.status,
        with_url=arguments.with_url,
        polite=arguments.polite,
        robots=not arguments.no_robots,
        dask=arguments.dask,
        environment_id=None if arguments.env is None else client.environments.find(arguments.env).id,
        policy_id=None if arguments.policy is None else client.policies.find(arguments.policy).id,
        secrets=dict(arguments.secrets) or None,
        task=replace(
            TaskOptions(**arguments.of_agent()),
            schema=wanted,
            timeout_ms=arguments.timeout_ms,
            files=arguments.files,
            expect=arguments.expect,
            flat=arguments.flat,
            cache=arguments.cache or False,
            refresh=arguments.refresh,
        ),
    )


def submitted_map(arguments: Map) -> SubmittedMap:
    """Return what `code` needs of a map."""
    given: dict[str, Any] = {
        "concurrency": _unless(arguments.concurrency, _DEFAULTS.concurrency),
        "per_host": _unless(arguments.per_host, _DEFAULTS.per_host),
        "limit": arguments.limit,
        "max_cost_usd": None if arguments.max_cost_usd is None else str(arguments.max_cost_usd),
        "on_error": _unless(arguments.on_error, _DEFAULTS.on_error),
        "resume": arguments.resume,
        "new": arguments.new or None,
        "keep": (list(arguments.keep) if isinstance(arguments.keep, tuple) else arguments.keep) or None,
        "with_url": arguments.with_url or None,
        "status": arguments.status or None,
        "polite": arguments.polite,
        "robots": False if arguments.no_robots else None,
        "dask": arguments.dask,
        "timeout_ms": None if arguments.timeout_ms is None else Expression(f"{arguments.timeout_ms:_}"),
        "policy_id": None if arguments.policy is None else policy_reference(arguments.policy),
        "environment_id": None if arguments.env is None else environment_reference(arguments.env),
        "secrets": dict(arguments.secrets) or None,
        "files": list(arguments.files) or None,
        "expect": list(arguments.expect) or None,
        "flat": arguments.flat or None,
        **arguments.given_of_agent(),
        "cache": arguments.cache,
        "refresh": arguments.refresh or None,
    }
    return SubmittedMap(
        data=arguments.data or "",
        written_text=arguments.text,
        written_url=arguments.url,
        schema=arguments.schema,
        out=arguments.out,
        job=arguments.job,
        names=tuple(sorted(set(_names_in(arguments)) - {ROW})),
        raw=arguments.raw,
        options={name: value for name, value in given.items() if value is not None},
    )


def _names_in(arguments: Map) -> Iterator[str]:
    """Yield the names that the templates of a map mention."""
    yield from Template(arguments.text, raw=arguments.raw).names
    yield from Template(arguments.url or "").names


def _unless(value: object, default: object) -> object:
    return None if value == default else value


_DETAILS = f"""\
  pages = [f"practice:directory/companies/alderbeck-{{name}}" for name in ("analytics", "bearings", "glass")]
  %%webrun map pages --schema "name:str, city:str?" -o companies
  Get the name and the city.

The lines below are the task of each row; --url is its page. {{{{ row.column }}}} in both is filled from the row
({{{{ row["any name"] }}}}), and {{{{ name }}}} from the notebook. Without --url the column `url` is taken. All rows are
checked first: an error names its row, and nothing is started.

  DF   a DataFrame, a Series, a list of URLs or of records, or a generator; a list of URLs has the columns url, {VALUE}

The table has the index of DF, in its order, and a line for each record: if a page has several, the index is (index, n).
A row that failed has one line without values. --keep adds columns of DF, --with-url the page, --status how each row
ended: _status _error _cost_usd _seconds _task_id _url _captured_at.
  run = webrun.last
  run.df  run.status  run.failures  run.usage

What is done is done
  Each answer is on disk before it counts. The same cell again goes on with an unfinished run that is younger than a
  day, and says so; --new begins another. %webrun runs lists all of them, with their ids:
    %%webrun map --resume RUN
  goes on with what is missing, in any notebook, with the stored rows, text and options. A row with a stored answer
  never runs again, and one whose answer was under way when the kernel died is asked for first.

Pause and Stop are on the card, also while the cell runs. Pause starts no more rows; the sessions stay open, and the
card says what they cost. Stop (and Interrupt) ends rows that run, and the sessions; what is done is kept, and the name
of -o stays unbound. --bg NAME returns at once: %webrun wait NAME, %webrun cancel NAME, NAME.df, await NAME.

Many machines
  --dask tcp://10.0.0.5:8786 runs the rows on the workers of a Dask cluster, each with an emulator of its own.

Failures
  A row is tried again where that is safe: its page could not be reached, its browser was lost, or its host was busy,
  and nothing on a page was changed. Other failures are kept: run.failures, and run.retry() runs those rows again.
  --on-error raise ends the run with the first one.
  If the first three rows have nothing of the schema, no more are started.

Politeness
  {_DEFAULTS.per_host} rows at once on one host, pauses between them, what its robots.txt allows, and the time that it
  asks for: for all hosts but the practice sites and this machine. --polite all: for those too; --polite none: for none.

Money
  --dry-run runs three rows, shows their texts and answers, and says what the others would take, here and on the hosted
  service. The three are kept: the same cell without it goes on with them.
  --max-cost ends the run once its sessions have cost that much; rows that run then are done. Earlier parts of a resumed
  run count."""


MAP = Command(
    "map",
    "run the task written below the line once for each row of a table",
    Map,
    run_map,
    (
        Option("", "data", "the name of the input in the notebook", "DF", values.variable, names="variable"),
        url_option('the page of each row: "http://host/{{ row.id }}"; by default the column url'),
        *OF_THE_TABLE,
        Option(
            "--concurrency",
            "concurrency",
            f"rows at once ({_DEFAULTS.concurrency}; at most {MOST_AT_ONCE}), each in a session that is used again",
            "4",
            values.rows_at_once,
        ),
        Option("--per-host", "per_host", f"rows at once on one host ({_DEFAULTS.per_host})", "2", values.rows_at_once),
        Option("--limit", "limit", "only the first rows", "N", values.count),
        Option("--max-cost", "max_cost_usd", "start no more rows once that much is spent", "USD", values.budget_usd),
        Option(
            "--on-error",
            "on_error",
            "keep: go on after a row that failed; raise: end with it",
            "keep|raise",
            values.on_error,
            choices=values.ON_ERROR,
        ),
        Option("--resume", "resume", "go on with this run; then DF and the text may be left out", "RUN", values.run_id,
               names="run"),
        Option("--new", "new", "begin a new run, also where an unfinished one could go on"),
        BACKGROUND,
        Option("--keep", "keep", "columns of DF that the table gets: name,city; alone, all", "COLS", values.columns,
               bare=values.ALL),
        Option("--with-url", "with_url", "add the column source_url with the page of each row"),
        Option("--status", "status", "add columns that say how each row ended"),
        Option("--polite", "polite", "limits for all hosts, or for none", "all|none", values.all_or_none,
               choices=(values.ALL, values.NONE)),
        Option("--no-robots", "no_robots", "do not read robots.txt"),
        Option("--dask", "dask", "run the rows on the workers of this Dask cluster", "ADDRESS", values.words),
        TIMEOUT,
        policy_option("the rules of its sessions: a policy's name or id"),
        secret_option(),
        *OF_THE_ANSWER,
        *OF_THE_AGENT,
        env_option("the environment of its sessions"),
        Option("--dry-run", "dry_run", "run three rows, which are kept, and estimate time and money of the others"),
        RAW,
        QUIET,
    ),
    cell=True,
    cell_unless=("--resume", "--replay"),
    shows_rows=True,
    exclusive=("-o", "--bg"),
    examples=(
        '%%webrun map laptops --url practice:shop --schema "name:str, price:float" --limit 2 -o cheaper\n'
        "List the laptops under ${{ row.price }}, cheapest first.",
    ),
    details=_DETAILS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Runs:
    """Arguments of `runs`."""

    quiet: bool = False


def runs(workspace: Workspace, arguments: Runs) -> pd.DataFrame | None:
    """Return the maps on disk as a DataFrame, newest first."""
    from webrun_nb.batch.store import stored_runs
    from webrun_nb.client.client import USERS_LEDGER
    from webrun_nb.notebook.display.compact_frame import compact
    from webrun_nb.notebook.display.tables import runs_frame

    whole = runs_frame(stored_runs(), USERS_LEDGER.sessions())
    columns = ("run", "name", "began_at", "state", "rows", "done", "failed", "missing", "cost_usd", "text")
    frame = compact(whole, *columns, when_empty="no map was run yet; a cell that begins with %%webrun map runs one")
    return None if arguments.quiet else frame


RUNS = Command(
    "runs",
    "the maps on disk, newest first, as a DataFrame",
    Runs,
    runs,
    shows_rows=True,
    examples=("%webrun runs",),
    details="""\
  past = %webrun runs               the maps of all your notebooks: id, state, rows and cost
  %%webrun map --resume RUN         goes on with what is missing of one

state is `killed` where the run's process ended without a word. cost_usd is what the run's sessions have cost.""",
)
