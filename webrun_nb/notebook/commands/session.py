"""Commands for sessions: start, status, pause, resume, stop, terminate and answer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from webrun_nb.client.client import USERS_LEDGER
from webrun_nb.client.errors import WebRunError
from webrun_nb.client.monitoring.costs import idle_usd_per_minute
from webrun_nb.client.monitoring.ledger_recorder import ClosedSession
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.common.labels import end_name
from webrun_nb.common.language_models import AgentName
from webrun_nb.common.text import one_line
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.options import (
    AGENT,
    MODEL,
    MODEL_URL,
    env_option,
    policy_option,
    secret_option,
    session_name,
    url_option,
)
from webrun_nb.notebook.commands.proxies import SPECS
from webrun_nb.notebook.commands.view import DEFAULT_FPS, show_view
from webrun_nb.notebook.display.code_export import environment_reference, policy_reference
from webrun_nb.notebook.display.open_sessions import left_open_text
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.workspace import Workspace
from webrun_nb.tables import templates

if TYPE_CHECKING:
    import pandas as pd

SECRET_KINDS = frozenset({"credentials", "two_factor"})
"""Kinds of questions whose answers must not be written into a cell."""


# --- start ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """Arguments of `start`."""

    name: str | None = None
    url: str | None = None
    new: bool = False
    max_cost_usd: Decimal | None = None
    secrets: tuple[tuple[str, str], ...] = ()
    """Hosts, and the names of their secrets; never a value."""
    env: str | None = None
    policy: str | None = None
    proxy: str | None = None
    """As it was written: its password is looked up elsewhere."""
    view: bool = False
    pictures: bool = False
    agent: AgentName | None = None
    model: str | None = None
    model_url: str | None = None


def start(workspace: Workspace, arguments: Start) -> None:
    """Open a session, or show the live one of the same name and options."""
    url = None if arguments.url is None else templates.fill(arguments.url, workspace.scope)
    client = toolkit.client()
    session = client.start(
        arguments.name,
        url=url,
        environment_id=None if arguments.env is None else client.environments.find(arguments.env).id,
        policy_id=None if arguments.policy is None else client.policies.find(arguments.policy).id,
        proxy=arguments.proxy,
        max_cost_usd=arguments.max_cost_usd,
        secrets=dict(arguments.secrets),
        pictures=arguments.pictures,
        agent=arguments.agent,
        model=arguments.model,
        model_url=arguments.model_url,
        new=arguments.new,
    )
    workspace.current = session
    workspace.started[session.session_id] = _as_typed(arguments)
    workspace.show_card(session, again=True)
    if arguments.view:
        show_view(workspace, session, DEFAULT_FPS)
    if session.snapshot.note:
        print(one_line(session.snapshot.note))


def _as_typed(arguments: Start) -> dict[str, Any]:
    """Return arguments of `webrun.start` as they were typed: names instead of the ids that were found for them."""
    typed = {
        "environment_id": None if arguments.env is None else environment_reference(arguments.env),
        "policy_id": None if arguments.policy is None else policy_reference(arguments.policy),
        "proxy": arguments.proxy,
        "secrets": dict(arguments.secrets) or None,
    }
    return {name: value for name, value in typed.items() if value is not None}


START = Command(
    "start",
    "open a session and make it the current one",
    Start,
    start,
    (
        Option("", "name", "its name", "NAME", values.name),
        url_option("the page to open: practice:shop, http://host/{{ page }}"),
        env_option("an environment, by name or id: its logins and files, which also keeps what the session leaves"),
        Option("--proxy", "proxy", "the proxy for all its traffic: " + SPECS, "SPEC", values.proxy),
        Option(
            "--max-cost", "max_cost_usd", "the most it may cost; then the session is ended", "USD", values.budget_usd
        ),
        policy_option("the rules for what it may reach and do: a policy's name or id"),
        secret_option(),
        AGENT,
        MODEL,
        MODEL_URL,
        Option("--view", "view", "show its browser live as well, below its card"),
        Option(
            "--pictures",
            "pictures",
            "keep pictures of the steps, for the card's log, and of the pages read, for result.show; emulator only",
        ),
        Option("--new", "new", "open another session, even if one with that name and options is open"),
    ),
    examples=("%webrun start shop --url practice:shop --max-cost 0.50",),
    details="""\
Budgets
  --max-cost 0.05 belongs to the session's name. The session is ended once that is spent.
  the same name and amount again      continues with what is left; refused once nothing is left
  another amount, or --new            a new budget
  after the session's end             tasks in sessions of their own count against its budget, until you start a
                                      session; a task's own --max-cost is used instead of it
  %config WebrunMagics.max_cost = 1   all sessions of this notebook together
The smallest budget stops a task first. A short task may end before its cost is read: then the line below its cell, the
card and %webrun history say what was spent beyond the budget. Emulated and real money are never added up.""",
)


# --- status -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Status:
    """Arguments of `status`."""

    name: str | None = None
    all_sessions: bool = False
    quiet: bool = False


def status(workspace: Workspace, arguments: Status) -> pd.DataFrame | None:
    """Show a session's card; for all sessions show the live table, and return them as a DataFrame."""
    if arguments.all_sessions:
        from webrun_nb.notebook.display.compact_frame import compact
        from webrun_nb.notebook.display.tables import sessions_frame

        whole = sessions_frame(session.status() for session in workspace.sessions.values())
        columns = ("name", "status", "phase", "reason", "created_at", "queued_tasks", "cost_usd")
        frame = compact(whole, *columns, when_empty="no session was opened in this kernel yet; %webrun start opens one")
        workspace.show_table()
        return None if arguments.quiet else frame
    session = workspace.session(arguments.name)
    if not session.ended:
        session.status()
    workspace.show_card(session, again=True)
    return None


STATUS = Command(
    "status",
    "show a session's card, or a table of all sessions",
    Status,
    status,
    (session_name(), Option("--all", "all_sessions", "all sessions, as a DataFrame")),
    exclusive=("NAME", "--all"),
    shows_rows=True,
    examples=("%webrun status --all",),
)


# --- pause, resume, stop ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pause:
    """Arguments of `pause`."""

    name: str | None = None


def pause(workspace: Workspace, arguments: Pause) -> None:
    """Pause the current task."""
    session = workspace.live_session(arguments.name)
    session.pause()
    now = session.status()
    if now.status is SessionStatus.PENDING:
        print(f"session {session.name} is starting: its first task will be paused; %webrun resume takes that back")
    else:
        print(f"paused; session {session.name} still costs, {_price(now)}; %webrun resume continues")


PAUSE = Command(
    "pause",
    "let the current browser action finish, then pause the task",
    Pause,
    pause,
    (session_name(),),
    examples=("%webrun pause shop",),
)


@dataclass(frozen=True, slots=True)
class Resume:
    """Arguments of `resume`."""

    name: str | None = None


def resume(workspace: Workspace, arguments: Resume) -> None:
    """Resume the paused task."""
    session = workspace.live_session(arguments.name)
    before = session.status()
    session.resume()
    is_held = before.phase in (SessionPhase.PAUSED, SessionPhase.MANUAL)
    continues = f"the task in session {session.name} continues" if before.current_task_id else "control is released"
    print(continues if is_held else f"nothing is paused in session {session.name}: it is {before.state_label}")


RESUME = Command(
    "resume", "continue the paused task", Resume, resume, (session_name(),), examples=("%webrun resume shop",)
)


@dataclass(frozen=True, slots=True)
class Stop:
    """Arguments of `stop`."""

    name: str | None = None


def stop(workspace: Workspace, arguments: Stop) -> None:
    """End the current task, and keep the session."""
    session = workspace.live_session(arguments.name)
    session.stop()
    print(f"stopped; session {session.name} is kept, {_price(session.snapshot)}")


def _price(snapshot: SessionSnapshot) -> str:
    payer = "emulated; you pay $0.00" if snapshot.emulated else "until it is terminated"
    return f"at ${idle_usd_per_minute(snapshot)} per minute ({payer})"


STOP = Command("stop", "end the task, keep the session", Stop, stop, (session_name(),), examples=("%webrun stop shop",))


# --- terminate --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terminate:
    """Arguments of `terminate`."""

    name: str | None = None
    all_sessions: bool = False


def terminate(workspace: Workspace, arguments: Terminate) -> None:
    """End one session, or all of them, and their billing."""
    if arguments.all_sessions:
        _terminate_all(workspace)
    elif arguments.name is None and workspace.current is None:
        print("no session is open")
    else:
        _end(workspace, workspace.session(arguments.name))


def _terminate_all(workspace: Workspace) -> None:
    """End this kernel's sessions, and those that earlier kernels left open. A failure doesn't stop the others.

    Raises
    ------
    WebRunError
        The first failure.
    """
    failures: list[WebRunError] = []
    live = [session for client in toolkit.clients for session in client.sessions.values() if not session.ended]
    for session in live:
        try:
            _end(workspace, session)
        except WebRunError as error:
            failures.append(error)
    ended: list[ClosedSession] = []
    for client in toolkit.clients:
        try:
            ended += client.terminate_left_open()
        except WebRunError as error:
            failures.append(error)
    for one in ended:
        print(f"{one.record.name}, left open by an earlier kernel: {end_name(one.reason)}")
    elsewhere = USERS_LEDGER.left_open(round(time.time() * 1000))
    if elsewhere:
        left = left_open_text(elsewhere)
        print(f"not ended: {left}; log in to that server with %webrun login, or wait for the inactivity timeout")
    if failures:
        raise failures[0]
    if not (live or ended or elsewhere):
        print("no session is open")


def _end(workspace: Workspace, session: Session) -> None:
    session.terminate()
    workspace.drain_cards()
    workspace.announced_ends.discard(session)
    workspace.announce_end(session)
    if not session.ended:
        print(f"{session.name}: the server took the command, and still says {session.snapshot.state_label}")


TERMINATE = Command(
    "terminate",
    "end a session and its billing; safe to repeat",
    Terminate,
    terminate,
    (session_name(), Option("--all", "all_sessions", "all sessions, and those that earlier kernels left open")),
    aliases=("end",),
    exclusive=("NAME", "--all"),
    examples=("%webrun terminate --all",),
)


# --- answer -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """Arguments of `answer`. On a line `name` is None, and the first word of `text` may be the session's name."""

    text: str
    name: str | None = None


def answer(workspace: Workspace, arguments: Answer) -> None:
    """Answer the question of a session's task.

    Raises
    ------
    CommandError
        The session asks nothing, or asks for something that must not be written into a cell.
    """
    session, text = _find_question(workspace, arguments)
    question = session.status().question
    if question is None:
        raise CommandError(f"session {session.name} asks nothing", "%webrun status shows what it is doing")
    if question.kind in SECRET_KINDS:
        raise CommandError(
            "credentials and codes are not answered from a cell: it is saved with its notebook",
            "use the card's form, or webrun.on_guardrail(fn), where fn may ask with getpass",
        )
    session.answer(text, question.task_id)
    print(f"answered; the task in session {session.name} continues")


def _find_question(workspace: Workspace, arguments: Answer) -> tuple[Session, str]:
    """Return the session that is answered, and the answer. A first word may name the session or job that asks."""
    if arguments.name is not None:
        return workspace.live_session(arguments.name), arguments.text
    first, _, rest = arguments.text.partition(" ")
    job = workspace.task_jobs.get(first)
    named = job.session if job is not None else workspace.sessions.get(first)
    if named is not None and rest.strip() and not named.ended and named.status().question is not None:
        return named, rest.strip()
    return workspace.live_session(None), arguments.text


ANSWER = Command(
    "answer",
    "answer the question of a task",
    Answer,
    answer,
    (
        session_name(),
        Option("", "text", "the answer: the rest of the line, as it is", "TEXT", required=True),
    ),
    verbatim=True,
    examples=("%webrun answer Yes, the second one",),
    details="""\
%%webrun answer [NAME] takes the answer from the lines below, with its line breaks.
The first word is a session's name only if that session asks and more words follow.

What goes wrong
  an answer that ends in ?: IPython opens its help instead of sending it; use %%webrun answer, or leave the ? out
  while a cell waits for its task no other cell runs: the form under it answers, and so does the session's card
  credentials and two-factor codes are refused: a cell is saved with its notebook. The forms take them, and so does
  webrun.on_guardrail(fn), where fn may ask with getpass""",
)

CONTROL_COMMANDS = (PAUSE, RESUME, STOP, TERMINATE, ANSWER)
