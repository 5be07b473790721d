"""Command `task`: runs the task that is written in a cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from webrun_nb.client.errors import SessionGoneError, ShortTracebackMixin
from webrun_nb.client.monitoring.budget import Budget
from webrun_nb.client.proxies import format_proxy
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.sessions.starter import SINGLE_TASK
from webrun_nb.client.tasks.handle import TaskHandle
from webrun_nb.client.tasks.options import CommonTaskKeywords, TaskOptions
from webrun_nb.client.tasks.replays import is_file, read_replay, write_json_file
from webrun_nb.client.tasks.result import TaskResult
from webrun_nb.client.urls import display_url
from webrun_nb.common import agent_sentences
from webrun_nb.common.column_types import BY_LABEL
from webrun_nb.common.money import exact_dollars
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands import jobs
from webrun_nb.notebook.commands.dry_run import show_request
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
from webrun_nb.notebook.display.code_export import Expression, SubmittedTask, environment_reference, policy_reference
from webrun_nb.notebook.display.results import DEFAULT_ROWS, show_partial, show_result
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.credentials import refuse_credentials
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.text import labels
from webrun_nb.notebook.widgets.static_card import final_line
from webrun_nb.notebook.workspace import Workspace, session_gone_error
from webrun_nb.tables import schema, templates

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Task(AgentArguments):
    """Arguments of `task`. `text`, `url` and `schema` are as written: templates unfilled, the schema unresolved.

    `timeout_ms` is the task's `maxDuration`; None: the service's own. All rows are collected, `rows` are shown.
    """

    text: str
    session: str | None = None
    url: str | None = None
    schema: str | None = None
    out: str | None = None
    rows: int = DEFAULT_ROWS
    timeout_ms: int | None = None
    end: bool = False
    dry_run: bool = False
    show_json: bool = False
    raw: bool = False
    env: str | None = None
    files: tuple[str, ...] = ()
    quiet: bool = False
    max_cost_usd: Decimal | None = None
    secrets: tuple[tuple[str, str], ...] = ()
    job: str | None = None
    policy: str | None = None
    expect: tuple[str, ...] = ()
    flat: bool = False
    cache: str | None = None
    refresh: bool = False


def _options(arguments: Task, url: str | None, wanted: schema.Schema | None) -> CommonTaskKeywords:
    """Return the options as the client takes them."""
    own: CommonTaskKeywords = {
        "url": url,
        "schema": wanted,
        "timeout_ms": arguments.timeout_ms,
        "max_cost_usd": arguments.max_cost_usd,
        "secrets": dict(arguments.secrets),
        "files": arguments.files,
        "expect": arguments.expect,
        "flat": arguments.flat,
    }
    return {**own, **arguments.of_agent()}


def _waited_for(arguments: Task, url: str | None, wanted: schema.Schema | None) -> CommonTaskKeywords:
    """Return the options of a task that the cell waits for: one in the background takes no kept answer."""
    cached: CommonTaskKeywords = {"cache": arguments.cache or False, "refresh": arguments.refresh}
    return {**_options(arguments, url, wanted), **cached}


def _budget_for(workspace: Workspace, arguments: Task) -> Budget | None:
    """Return the budget of the current session, which has ended: a task in a session of its own counts against it.

    The budget applies until a session is started. A task with a budget of its own (`--max-cost`) is not limited by it.
    """
    if arguments.max_cost_usd is not None or workspace.current is None:
        return None
    return workspace.current.budget


def task(workspace: Workspace, arguments: Task) -> None:
    """Run a task, and show its result or bind it to a name."""
    text, url = arguments.text, arguments.url
    if not arguments.raw:
        text = templates.fill(text, workspace.scope)
        url = None if url is None else templates.fill(url, workspace.scope)
        refuse_credentials(f"{text} {url or ''}")  # a filled value may be one
    wanted = _schema(workspace, arguments)
    if arguments.job is not None:
        jobs.check_name(workspace, arguments.job)
        if arguments.cache is not None or arguments.refresh:
            raise CommandError(
                "a task in the background takes no kept answer", "leave out --cache and --refresh, or --bg"
            )
    if arguments.replay in workspace.jobs:
        arguments = replace(arguments, replay=workspace.jobs[arguments.replay].work_id)
    _refuse_policy_in_session(workspace, arguments)
    if arguments.show_json and not arguments.dry_run:
        raise CommandError("--json shows the request of a dry run", "add --dry-run; then nothing is sent")
    if arguments.dry_run:
        show_request(
            text,
            TaskOptions(**_waited_for(arguments, url, wanted), end=arguments.end),
            _session_for(workspace, arguments),
            wanted=wanted,
            policy=arguments.policy,
            secrets=arguments.secrets,
            as_json=arguments.show_json,
        )
        return
    session = _session_for(workspace, arguments)
    submitted = submitted_task(arguments, text, url, session, None if session is None else _started(workspace, session))
    if session is None:
        toolkit.client()  # before the widgets are imported, so that the notice of the emulator's start is shown at once
    if arguments.job is not None:
        handle = _submit(workspace, arguments, text, url, wanted)
        _note_submitted(workspace, handle, submitted)
        jobs.add_job(workspace, arguments.job, handle, rows=arguments.rows, quiet=arguments.quiet)
        return
    try:
        with workspace.following() as show_card:
            result = _result(workspace, arguments, text, url, wanted, show_card)
        workspace.done.pop(result.task_id, None)  # a kept answer has the id of an earlier task, and is the last one now
        workspace.done[result.task_id] = submitted
    except ShortTracebackMixin as error:
        if error.task_id is not None:
            workspace.done[error.task_id] = submitted
        if error.partial and not arguments.quiet:
            show_partial(error.partial, wanted, rows=arguments.rows)
        raise
    finally:
        workspace.drain_cards()  # so that the saved card says how the task ended, in any case

    def bind(frame: pd.DataFrame) -> None:
        if arguments.out is not None:
            workspace.shell.push({arguments.out: frame})  # type: ignore[no-untyped-call]

    _keep_mended(arguments, result)
    was_run = result.cached_age_s is None
    own = next((each for each in workspace.sessions.values() if each.session_id == result.session_id), None)
    show_result(
        result,
        name=arguments.out,
        rows=arguments.rows,
        quiet=arguments.quiet,
        bind=bind,
        own_session=own.snapshot if was_run and own is not None and own.name.startswith(SINGLE_TASK) else None,
    )
    if session is not None and not was_run:
        ended = " and has ended (--end)" if session.ended else ""
        print(f"session {session.name} has not run it{ended}: its page is as it was; --refresh runs it")


def _keep_mended(arguments: Task, result: TaskResult) -> None:
    """Write the recording of a replay that an agent may have mended back to its file, where its steps are others."""
    if not arguments.heal or arguments.replay is None or not is_file(arguments.replay) or result.recorded is None:
        return
    before, now = read_replay(arguments.replay), result.recorded.to_replay()
    if isinstance(before, dict) and before["steps"] != now["steps"]:
        write_json_file(arguments.replay, now)
        print(f"{arguments.replay} has the mended steps now")


def _note_submitted(workspace: Workspace, handle: TaskHandle[Session], submitted: SubmittedTask) -> None:
    """Keep what was submitted by the task's id, which some servers say only at its end."""

    def keep() -> None:
        workspace.done[handle.task_id] = submitted

    if handle.task_id:
        keep()
    else:
        handle.on_done(keep)


def submitted_task(
    arguments: Task, text: str, url: str | None, session: Session | None, started: Mapping[str, Any] | None
) -> SubmittedTask:
    """Return what `history` and `code` need of a task.

    Parameters
    ----------
    arguments : Task
    text, url : str
        As sent.
    session : Session, optional
        The session that it runs in; None for one of its own.
    started : mapping, optional
        Keyword arguments that the session was started with.
    """
    options = {
        "timeout_ms": None if arguments.timeout_ms is None else Expression(f"{arguments.timeout_ms:_}"),
        "max_cost_usd": None if arguments.max_cost_usd is None else str(arguments.max_cost_usd),
        "policy_id": None if arguments.policy is None else policy_reference(arguments.policy),
        "environment_id": None if arguments.env is None else environment_reference(arguments.env),
        "secrets": dict(arguments.secrets) or None,
        "files": list(arguments.files) or None,
        "expect": list(arguments.expect) or None,
        "flat": arguments.flat or None,
        **arguments.given_of_agent(),
        "cache": arguments.cache,
        "refresh": arguments.refresh or None,
        "end": True if arguments.end and session is not None else None,
    }
    return SubmittedTask(
        written_text=arguments.text,
        text=text,
        written_url=arguments.url,
        url=url,
        raw=arguments.raw,
        schema=arguments.schema,
        out=arguments.out,
        job=arguments.job,
        options={name: value for name, value in options.items() if value is not None},
        session_name="" if session is None else session.name,
        session_options=started,
    )


def _started(workspace: Workspace, session: Session) -> dict[str, Any]:
    """Return the keyword arguments that a session was started with, as they were typed where that is known."""
    options = session.options
    started: dict[str, Any] = {
        "url": None if options.url is None else display_url(options.url, session.client.base_url),
        "environment_id": options.environment_id,
        "policy_id": options.policy_id,
        "proxy": None if options.proxy is None else format_proxy(options.proxy),
        "max_cost_usd": None if options.max_cost_usd is None else str(options.max_cost_usd),
        "pictures": options.pictures or None,
        "agent": options.agent.agent,
        "model": options.agent.model,
        "model_url": options.agent.model_url,
    }
    started |= workspace.started.get(session.session_id, {})
    return {name: value for name, value in started.items() if value is not None}


def _result(
    workspace: Workspace,
    arguments: Task,
    text: str,
    url: str | None,
    wanted: schema.Schema | None,
    show_card: Callable[[Session], None],
) -> TaskResult:
    session = _session_for(workspace, arguments)
    if session is None:
        return toolkit.client().run_task(
            text,
            environment_id=_environment_id(arguments),
            policy_id=_policy_id(arguments),
            **_waited_for(arguments, url, wanted),
            budget=_budget_for(workspace, arguments),
            opened=show_card,
        )
    show_card(session)
    if arguments.end:
        workspace.announced_ends.add(session)
    try:
        return session.task(text, **_waited_for(arguments, url, wanted), end=arguments.end)
    except SessionGoneError as error:  # it ended a moment ago
        session.status()
        if session.ended:
            raise session_gone_error(session) from error
        raise


def _submit(
    workspace: Workspace, arguments: Task, text: str, url: str | None, wanted: schema.Schema | None
) -> TaskHandle[Session]:
    """Start the task in the background."""
    session = _session_for(workspace, arguments)
    options = _options(arguments, url, wanted)
    if session is None:
        handle = toolkit.client().submit_task(
            text,
            environment_id=_environment_id(arguments),
            policy_id=_policy_id(arguments),
            **options,
            budget=_budget_for(workspace, arguments),
        )
    else:
        if arguments.end:
            workspace.announced_ends.add(session)
        handle = session.submit(text, **options, end=arguments.end)
    return handle


def _environment_id(arguments: Task) -> str | None:
    return None if arguments.env is None else toolkit.client().environments.find(arguments.env).id


def _policy_id(arguments: Task) -> str | None:
    return None if arguments.policy is None else toolkit.client().policies.find(arguments.policy).id


def _refuse_policy_in_session(workspace: Workspace, arguments: Task) -> None:
    """Check that no policy is given for a task in an open session, which keeps the rules it was started with.

    Raises
    ------
    CommandError
        A policy is given, and the task runs in an open session.
    """
    if arguments.policy is None:
        return
    session = _session_for(workspace, arguments)
    if session is not None:
        raise CommandError(
            f"session {session.name} keeps the rules it was started with",
            f"%webrun start --new --policy {arguments.policy}, or %webrun terminate first",
        )


def _schema(workspace: Workspace, arguments: Task) -> schema.Schema | None:
    if arguments.schema is not None:
        return schema.resolve(arguments.schema, workspace.scope)
    return schema.any_records() if arguments.out is not None or arguments.job is not None else None


def _session_for(workspace: Workspace, arguments: Task) -> Session | None:
    """Return the session of the task: the one it names, the current one, or None for one of its own."""
    session = _open_session_for(workspace, arguments)
    if session is not None and arguments.env is not None:
        raise CommandError(
            f"--env: the task runs in session {session.name}, which has been started already",
            "give it to %webrun start; or %webrun terminate first, for a session of the task's own",
        )
    return session


def _open_session_for(workspace: Workspace, arguments: Task) -> Session | None:
    if arguments.session is not None:
        session = workspace.session(arguments.session)
        if session.ended:
            if session.budget is not None:
                session.budget.refuse_if_spent()
            raise session_gone_error(session)
        return session
    current = workspace.current
    if current is None or not current.ended:
        return current
    if current not in workspace.announced_ends:  # no one may think that the task still runs in it
        if arguments.max_cost_usd is None and current.budget is not None:
            current.budget.refuse_if_spent()  # its error explains the end, too
        workspace.announced_ends.add(current)
        print(f"{final_line(current.snapshot)}; {_without(current, arguments)}")
    return None


def _without(ended: Session, arguments: Task) -> str:
    """Return where tasks run after a session's end, and what is left of its budget for them."""
    budget = ended.budget
    if arguments.max_cost_usd is not None or budget is None or budget.limit_usd is None or budget.left_usd is None:
        return "without it, tasks run in sessions of their own"
    left = f"{labels.about(budget.left_usd, ended.snapshot)} of {exact_dollars(budget.limit_usd)}"
    return f"tasks run in sessions of their own, within what is left of its budget ({left})"


_DETAILS = """\
The lines below are the task. {{ name }} in them, and in --url, is filled from the notebook; $900 and {"json": 1}
stay as they are. On the line {{ }} needs no quotes, even with spaces and quotes in it:
  --url http://localhost:8000/{{ page }}     --url {{ row["link"] }}
A ; at the end hides the rows.
In a function, get_ipython().run_cell_magic("webrun", "task", text)
sees the function's own names first; a name that may be an enclosing function's is refused: make it a parameter.
With --max-cost, and in a session with one, a task is stopped once that is spent. What is left of a session's budget
also limits tasks after the session's end, until you start another session; %webrun help start says more.

Schemas
  "name:str, price:float?, when:date, kind:enum(a|b), cost:money"
      columns, of the types TYPES,
      or list(T) or range(T) of one of them; ? = may be missing; many rows
  Laptop, list[Laptop]
      a pydantic model or a dataclass of the notebook: one record, or many; also the name of a dict
  laptop.json, '{"type": "object", "properties": {…}}'
      JSON Schema
A value that doesn't fit its column becomes <NA> and is counted. Without a schema, -o takes the page's own columns, as
text. Without -o the text is shown; webrun.last.df is the same table on the emulator, and one row "answer" elsewhere.
A text that only acts ("click More", "wait 3 s") with a schema reads its columns from the page as it is then; with
-o alone it gives one row that says what was done, unless it leads to a page ("go to …", "search for …").

What would be done
  --dry-run says it in plain words, with the parts of the text that are not understood or would not be used, and sends
  nothing; --dry-run --json shows the request as well.
  A phrase that says which rows or table ("on day 2", "the households table") is followed if the page says which
  these are. If it does not, all rows are given, and a line under the result names the phrase.
  Tables of the same columns are one list: "in Paris", "on day 2" mean the rows under the heading of that name.
  If the answer is read from one of several lists, it says which one.

Logins
  --secret shop.example.com=SHOP
      what a login there needs, named and never written: SHOP_EMAIL, SHOP_PASSWORD, SHOP_OTP_SECRET, … in the
      environment that Jupyter was started in, else the keyring service SHOP, else you are asked. Only pages of that
      host are given it (*.example.com: any subdomain; all: any host), and it reads *** wherever it would be shown.

What the answer must be
  --expect "rows >= 100" --expect "price not null"
      makes another answer an error, which has the result (also <=, =, >, <). Nothing is bound to the name of -o then.
  One line under the result says if it lacks rows or values, and why. webrun.last.completeness has all counts,
  .provenance where each value is from and how it was read, .raw the texts of the page, .show(row, "column") the picture
  of the page with the element outlined (%webrun start --pictures), .diff(earlier, key="name") what has changed.

Kept answers
  --cache, --cache 2h
      gives the answer that the same task gave at most a day (2 hours) ago, with its age; nothing is run or billed. Else
      the task is run, and its answer kept if it surely changed nothing: it names its page (--url), its steps only look
      at pages and follow links, and its session has no logins. Any other click may change something; a line below the
      result says why an answer is not kept. Of servers that record no steps, as the hosted service, none is.
  --refresh
      runs it in any case, and keeps the new answer in place of the kept one
  The same task: its text with {{ }} filled, page, schema, options, policy, proxy, version of the environment (which
  changes with each session that ends in it) and version of the toolkit. %webrun cache lists them, %webrun cache clear
  removes them.

Error pages
  A page that answered 400 or above (404 Not Found, 500, …) is an error: nothing is read from it or done on it.
  --expect "status = 404"
      reads such a page on purpose; also "status in 400..499", and several --expect. At least one page of the task has
      to answer so. The emulator only.

What goes wrong
  a comment or anything else above %%webrun: it must be the cell's first line, or IPython stops with its own error
  JSON without single quotes loses its quotes: --schema '{"type": "object"}'
  spaces without quotes: --schema "name:str, price:float"
  %webrun task: one % is for single lines; a task is a cell and takes two
  a % line that ends in ?: IPython opens its help instead of running it
  keys and passwords in a cell are refused: it is saved with the notebook"""


TASK = Command(
    "task",
    "run the task written below the line, in the current session or in one of its own",
    Task,
    task,
    (
        Option("-s", "session", "the session to run it in", "NAME", values.name, names="session"),
        url_option("the page to start from: practice:shop, http://host/{{ page }}"),
        *OF_THE_TABLE,
        TIMEOUT,
        Option(
            "--max-cost", "max_cost_usd", "the most it may cost; then the task is stopped", "USD", values.budget_usd
        ),
        policy_option("the rules of its session, if it has one of its own: a policy's name or id"),
        secret_option(),
        *OF_THE_ANSWER,
        *OF_THE_AGENT,
        env_option("the environment of its session, if it has one of its own"),
        Option("--end", "end", "end the session after the task"),
        BACKGROUND,
        Option("--dry-run", "dry_run", "say what would be done, and which parts of the text would not; send nothing"),
        Option("--json", "show_json", "with --dry-run: show the request as well, as it would be sent"),
        RAW,
        QUIET,
    ),
    cell=True,
    cell_unless=("--replay",),
    shows_rows=True,
    exclusive=("-o", "--bg"),
    examples=(
        '%%webrun task --schema "name:str, price:float" -o laptops\nList the laptops under $900, cheapest first.',
    ),
    details="\n\n".join((_DETAILS.replace("TYPES", " ".join(BY_LABEL)), agent_sentences.help_text())),
)
