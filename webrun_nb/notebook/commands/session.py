"""start, status, pause, resume, stop, terminate and answer, in a notebook."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from webrun_nb.client.client import USERS_LEDGER
from webrun_nb.client.errors import WebRunError
from webrun_nb.client.ledger_recorder import ClosedSession
from webrun_nb.client.session import Session
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.labels import end_name
from webrun_nb.common.text import one_line
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.definitions import FPS, Answer, Pause, Resume, Start, Status, Stop, Terminate
from webrun_nb.notebook.commands.view import show_view
from webrun_nb.notebook.display.open_sessions import told
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.workspace import Workspace
from webrun_nb.tables import templates

if TYPE_CHECKING:
    import pandas as pd

SECRET_KINDS = frozenset({"credentials", "two_factor"})
"""Questions whose answers must not stand in a cell."""


def start(workspace: Workspace, command: Start) -> None:
    """Open a session, or show the live one of the same name and options."""
    url = None if command.url is None else templates.fill(command.url, workspace.scope)
    client = toolkit.client()
    session = client.start(
        command.name,
        url=url,
        environment_id=None if command.env is None else client.environments.find(command.env).id,
        policy_id=None if command.policy is None else client.policies.find(command.policy)["_id"],
        proxy=command.proxy,
        max_cost_usd=command.max_cost_usd,
        secrets=dict(command.secrets),
        pictures=command.pictures,
        new=command.new,
    )
    workspace.current = session
    workspace.started[session.session_id] = command
    workspace.show_card(session, again=True)
    if command.view:
        show_view(workspace, session, FPS)
    if session.snapshot.note:
        print(one_line(session.snapshot.note))


def status(workspace: Workspace, command: Status) -> pd.DataFrame | None:
    """Show the card; of all sessions the live table, with the DataFrame as what it returns."""
    if command.all_sessions:
        from webrun_nb.notebook.display.tables import narrow, sessions_frame

        whole = sessions_frame(session.status() for session in workspace.sessions.values())
        telling = ("name", "status", "phase", "reason", "created_at", "queued_tasks", "cost_usd")
        frame = narrow(whole, *telling, when_empty="no session was opened in this kernel yet; %webrun start opens one")
        workspace.show_table()
        return None if command.quiet else frame
    session = workspace.session(command.name)
    if not session.ended:
        session.status()
    workspace.show_card(session, again=True)
    return None


def pause(workspace: Workspace, command: Pause) -> None:
    """Hold the task."""
    session = workspace.live_session(command.name)
    session.pause()
    print(f"paused; session {session.name} still counts, {_price(session.snapshot)}; %webrun resume goes on")


def resume(workspace: Workspace, command: Resume) -> None:
    """Let the task go on."""
    session = workspace.live_session(command.name)
    session.resume()
    print(f"the task in session {session.name} goes on")


def stop(workspace: Workspace, command: Stop) -> None:
    """End the task, keep the session."""
    session = workspace.live_session(command.name)
    session.stop()
    print(f"stopped; session {session.name} is kept, {_price(session.snapshot)}")


def _price(snapshot: SessionSnapshot) -> str:
    payer = "emulated; you pay $0.00" if snapshot.emulated else "until it is terminated"
    return f"at ${snapshot.prices.compute_usd_per_minute} per minute ({payer})"


def terminate(workspace: Workspace, command: Terminate) -> None:
    """End one session, or all of them."""
    if command.all_sessions:
        _terminate_all(workspace)
    elif command.name is None and workspace.current is None:
        print("no session is open")
    else:
        _end(workspace, workspace.session(command.name))


def _terminate_all(workspace: Workspace) -> None:
    """End this kernel's sessions, and those that dead kernels left open. One that can't be ended stops no other.

    Raises
    ------
    WebRunError
        The first that went wrong.
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
        print(f"not ended: {told(elsewhere)}; that takes %webrun login to that server, or the inactivity timeout")
    if failures:
        raise failures[0]
    if not (live or ended or elsewhere):
        print("no session is open")


def _end(workspace: Workspace, session: Session) -> None:
    session.terminate()
    workspace.drain_cards()
    workspace.told_ended.discard(session)
    workspace.say_ended(session)


def answer(workspace: Workspace, command: Answer) -> None:
    """Answer what a session's task asks.

    Raises
    ------
    CommandError
        It asks nothing, or for something that must not stand in a cell.
    """
    session, text = _answered(workspace, command)
    question = session.status().question
    if question is None:
        raise CommandError(f"session {session.name} asks nothing", "%webrun status shows what it is doing")
    if question.kind in SECRET_KINDS:
        raise CommandError(
            "credentials and codes are not answered from a cell: it is saved with its notebook",
            "use the card's form, or webrun.on_guardrail(fn), where fn may ask with getpass",
        )
    session.answer(text, question.task_id)
    print(f"answered; the task in session {session.name} goes on")


def _answered(workspace: Workspace, command: Answer) -> tuple[Session, str]:
    """Return whose question is answered and with what: a first word may be the name of a session or job that asks."""
    if command.name is not None:
        return workspace.live_session(command.name), command.text
    first, _, rest = command.text.partition(" ")
    job = workspace.jobs.get(first)
    named = job.session if job is not None else workspace.sessions.get(first)
    if named is not None and rest.strip() and not named.ended and named.status().question is not None:
        return named, rest.strip()
    return workspace.live_session(None), command.text
