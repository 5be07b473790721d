"""Holds the state of one notebook that its commands share: names, current session, jobs and cards."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from webrun_nb.client._sync import runtime
from webrun_nb.client.errors import SessionGoneError, WebRunError
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.tasks.handle import TaskHandle
from webrun_nb.client.tasks.result import ResultFile, TaskResult
from webrun_nb.common.codes import EndReason, ErrorCode
from webrun_nb.common.local_time import clock_time
from webrun_nb.common.text import closest_match
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.display.code_export import Submitted, SubmittedTask
from webrun_nb.notebook.display.results import DEFAULT_ROWS
from webrun_nb.notebook.display.task_lines import task_lines
from webrun_nb.notebook.jobs import BackgroundJob, Job
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import NameKind, Names, Registry
from webrun_nb.notebook.syntax.values import is_name
from webrun_nb.notebook.text import labels
from webrun_nb.notebook.widgets.card_actions import SessionCardActions
from webrun_nb.notebook.widgets.front_end import has_front_end
from webrun_nb.notebook.widgets.static_card import final_line

NAMES_WITHIN_S = 1.0
"""The time that completion waits for a server."""

REFRESH_WITHIN_S = 2.0
"""The time that the end of a cell may wait until its cards are up to date."""


class Workspace:
    """The state of one notebook.

    Parameters
    ----------
    shell : InteractiveShell
        Its names are the notebook's.
    commands : Registry
        The commands that help explains.
    """

    def __init__(self, shell: InteractiveShell, commands: Registry) -> None:
        self.shell = shell
        self.commands = commands
        self.current: Session | None = None
        """The session of tasks that name none."""
        self._jobs: dict[str, BackgroundJob] = {}
        self._replaced: set[TaskHandle[Session]] = set()
        """Tasks whose job's name is now that of another job."""
        self.done: dict[str, Submitted] = {}
        """Tasks and maps that were submitted from this notebook, by their ids, the latest last."""
        self.started: dict[str, dict[str, Any]] = {}
        """By session id the arguments of `webrun.start` as they were typed: names, never a secret's value."""
        self.scope: Mapping[str, object] = self.names
        """The names that the running command's texts may mention: the notebook's, or those of the code that runs it."""
        self.announced_ends: set[Session] = set()
        """Sessions whose end was printed or shown."""
        self._announced_questions: set[tuple[str, str]] = set()
        """Tasks in the background, with the questions that were printed."""

    @property
    def names(self) -> dict[str, Any]:
        """The notebook's variables."""
        names: dict[str, Any] = self.shell.user_ns
        return names

    @contextlib.contextmanager
    def seeing(self, scope: Mapping[str, object]) -> Iterator[None]:
        """Fill the texts of a command from the names of `scope` in this block."""
        before, self.scope = self.scope, scope
        try:
            yield
        finally:
            self.scope = before

    @property
    def sessions(self) -> dict[str, Session]:
        """All sessions of this kernel, by name, ended ones too."""
        return {} if toolkit.current is None else toolkit.current.sessions

    @property
    def live_sessions(self) -> list[Session]:
        """The sessions that have not ended."""
        return [session for session in self.sessions.values() if not session.ended]

    def session(self, name: str | None) -> Session:
        """Return the session of that name, else the current one.

        Raises
        ------
        CommandError
            No session has that name, or there is no current one.
        """
        if name is None:
            if self.current is None:
                raise CommandError("no session is open", "start one with %webrun start")
            return self.current
        known = self.sessions
        if name not in known:
            named = [each for each in known if is_name(each)]  # "single task" can't be written on a line
            meant = closest_match(name, named)
            there_are = f"there are: {', '.join(named)}" if named else f"%webrun start {name} opens one"
            raise CommandError(f"there is no session {name!r}", f"did you mean {meant}?" if meant else there_are)
        return known[name]

    def live_session(self, name: str | None) -> Session:
        """Return the session of that name, else the current one, which must be live.

        Raises
        ------
        CommandError
            No session has that name, or there is no current one.
        SessionGoneError
            It has ended; the error says why, when, and what to do.
        """
        session = self.session(name)
        if not session.ended:
            session.status()
        if session.ended:
            raise session_gone_error(session)
        return session

    def known_names(self) -> dict[NameKind, Names]:
        """Return how the names of each kind are looked up."""

        def variables() -> list[str]:
            return [name for name in self.names if not name.startswith("_")]

        def schemas() -> list[str]:
            models = [name for name in variables() if isinstance(self.names[name], type | dict)]
            return [*models, *(path.name for path in Path().glob("*.json"))]

        return {
            "session": lambda: [session.name for session in self.live_sessions],
            "job": lambda: self.jobs,
            "task": lambda: [*self.jobs, *reversed(self.done)],
            "run": _run_ids,
            "env": _environment_names,
            "policy": _policy_names,
            "file": lambda: [file.filename for file in self.last_files],
            "variable": variables,
            "schema": schemas,
        }

    @property
    def last_files(self) -> Sequence[ResultFile]:
        """The files that the last task downloaded; none after a map, whose tasks are many."""
        return toolkit.last.files if isinstance(toolkit.last, TaskResult) else ()

    @property
    def last_task_id(self) -> str | None:
        """The id of the last task that was submitted from this notebook."""
        return next((id for id, each in reversed(self.done.items()) if isinstance(each, SubmittedTask)), None)

    @property
    def jobs(self) -> dict[str, BackgroundJob]:
        """Tasks and maps in the background, by name, ended ones too; a name used again is its latest.

        A task that was submitted without a name (`session.submit`, `webrun.submit_task`) gets one here, and is bound to
        it in the notebook: `job1`, `job2`, … where that is free.
        """
        named = {job.handle for job in self._jobs.values() if isinstance(job, Job)} | self._replaced
        for client in toolkit.clients:
            for handle in client.submitted:
                if handle not in named:
                    self.add_job(Job(self._free_job_name(), handle, rows=DEFAULT_ROWS, quiet=False))
        return self._jobs

    @property
    def task_jobs(self) -> dict[str, Job]:
        """The tasks among the jobs."""
        return {name: job for name, job in self.jobs.items() if isinstance(job, Job)}

    def add_job(self, job: BackgroundJob) -> None:
        """Register a job by its name, and bind it in the notebook."""
        if isinstance(before := self._jobs.get(job.name), Job):
            self._replaced.add(before.handle)
        self._jobs[job.name] = job
        self.shell.push({job.name: job.bound})  # type: ignore[no-untyped-call]

    def _free_job_name(self) -> str:
        numbered = (f"job{number}" for number in itertools.count(1))
        return next(name for name in numbered if name not in self._jobs and name not in self.names)

    def job(self, name: str) -> BackgroundJob:
        """Return the background job of that name.

        Raises
        ------
        CommandError
            No job has that name.
        """
        if name not in self.jobs:
            meant = closest_match(name, self.jobs)
            there_are = f"there are: {', '.join(self.jobs)}" if self.jobs else f"%%webrun task --bg {name} starts one"
            raise CommandError(f"there is no job {name!r}", f"did you mean {meant}?" if meant else there_are)
        return self.jobs[name]

    def announce_end(self, session: Session) -> None:
        """Print how a session ended, once; nothing while it is live."""
        if session.ended and session not in self.announced_ends:
            self.announced_ends.add(session)
            print(final_line(session.snapshot))

    def announce_questions(self) -> None:
        """Print once for each question of a background job how it is answered: its card may be out of view."""
        for job in self._jobs.values():  # those that have a card
            facts = job.facts()
            asked = (facts.task_id, facts.asks)
            if facts.asks and asked not in self._announced_questions:
                self._announced_questions.add(asked)
                print(f"job {job.name} {facts.next}")

    def show_card(self, session: Session, *, again: bool = False) -> None:
        """Show a session's card; see `CardRegistry.show`."""
        self.place_card(session, again=again)

    def place_card(self, session: Session, *, again: bool = False) -> bool:
        """Show a session's card; return True if it is in the running cell. See `CardRegistry.show`."""
        from webrun_nb.notebook.display.cards import cards  # widgets are imported with the first card

        return cards.show(session, self._actions(session), again=again)

    def _actions(self, session: Session) -> SessionCardActions:
        return SessionCardActions(session, self._follow_restart)

    def _follow_restart(self, ended: Session, started: Session) -> None:
        """Make a restarted session the current one, if the ended one was."""
        if self.current is ended:
            self.current = started

    def show_view(self, session: Session, fps: float) -> None:
        """Show a session's live view in the running cell."""
        from webrun_nb.notebook.display.cards import cards

        cards.show_view(session, session.view, fps)

    def show_table(self) -> None:
        """Show the live table of the sessions that have not ended."""
        from webrun_nb.notebook.display.cards import cards

        cards.show_table([(session, self._actions(session)) for session in self.live_sessions])

    @contextlib.contextmanager
    def following(self) -> Iterator[Callable[[Session], None]]:
        """Give the function that shows a card while a call blocks; in a terminal the card is redrawn."""
        from webrun_nb.notebook.display import terminal_card

        if has_front_end() or not terminal_card.can_redraw(sys.stdout):
            yield self.show_card
            return
        shown: list[Session] = []
        with task_lines.replaced(), terminal_card.redrawn_cards() as show:

            def show_card(session: Session) -> None:
                shown.append(session)
                show(session)

            try:
                yield show_card
            finally:
                with contextlib.suppress(TimeoutError):  # the last drawing must be up to date
                    runtime.run(_refresh(shown), timeout_s=REFRESH_WITHIN_S)

    def drain_cards(self) -> None:
        """Bring every card up to date, so that the saved output of a cell is the state at its end."""
        from webrun_nb.notebook.display.cards import cards

        with contextlib.suppress(TimeoutError):  # a silent server must not block the cell
            runtime.run(_refresh(self.live_sessions), timeout_s=REFRESH_WITHIN_S)
        cards.drain()


def session_gone_error(session: Session) -> SessionGoneError:
    """Return the error for a session that has ended: why, when, and what to do."""
    snapshot = session.snapshot
    at_ms = labels.ended_at_ms(snapshot)
    at = "" if at_ms is None else f" at {clock_time(at_ms)}"
    return SessionGoneError(
        f"session {session.name} ended{at}: {labels.ending(snapshot)}",
        code=ErrorCode.SESSION_EXPIRED if snapshot.reason == EndReason.EXPIRED else ErrorCode.SESSION_NOT_FOUND,
        hint=f"`%webrun start {session.name}` opens another; without an open one, tasks run in sessions of their own",
        session_id=session.session_id,
    )


def _environment_names() -> list[str]:
    """Return the names of the account's environments, if a server that is already used answers soon."""
    client = toolkit.current
    if client is None:
        return []
    try:
        found = runtime.run(client.environments.alist(), timeout_s=NAMES_WITHIN_S)
    except (TimeoutError, WebRunError):  # then completion offers nothing
        return []
    return [environment.name for environment in found]


def _policy_names() -> list[str]:
    """Return the names of the account's policies, if a server that is already used answers soon."""
    client = toolkit.current
    if client is None:
        return []
    try:
        found = runtime.run(client.policies.alist(), timeout_s=NAMES_WITHIN_S)
    except (TimeoutError, WebRunError):  # among others: the hosted service lists none
        return []
    return [policy.name for policy in found]


def _run_ids() -> list[str]:
    """Return the ids of the user's maps that did not do all rows, the latest first."""
    from webrun_nb.batch.store import stored_runs

    return [run.meta.run_id for run in stored_runs() if run.counts.done < run.meta.total and not run.in_use]


async def _refresh(sessions: list[Session]) -> None:
    async def refresh(session: Session) -> None:
        with contextlib.suppress(WebRunError):  # the card itself says that the server can't be reached
            await session.astatus()

    await asyncio.gather(*map(refresh, sessions))
