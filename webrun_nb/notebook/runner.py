"""What each verb does in a notebook: calls the object API and shows what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import Markdown, display

from webrun_nb.client.results import TaskResult
from webrun_nb.client.runtime import runtime
from webrun_nb.client.session import Session
from webrun_nb.client.tasks import make_ask
from webrun_nb.notebook import asyncio_in_cells, schema, templates
from webrun_nb.notebook.credentials import refuse_credentials
from webrun_nb.notebook.errors import CommandError, near
from webrun_nb.notebook.fallback import final_line
from webrun_nb.notebook.help import help_text
from webrun_nb.notebook.money import Cost
from webrun_nb.notebook.objects import meta_of, toolkit
from webrun_nb.notebook.verbs import Asyncio, Command, Help, Start, Status, Stop, Task, Terminate

if TYPE_CHECKING:
    import pandas as pd

_ANY_LOCAL_SERVER = "http://127.0.0.1"
"""Stands for the emulator where it has not been started: a dry run starts nothing."""


class Runner:
    """Runs commands for one notebook.

    Parameters
    ----------
    shell : InteractiveShell
        Its names are the notebook's.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._current: Session | None = None
        self._seen_off: set[Session] = set()
        """Sessions whose end the user has been told."""
        self._verbs: dict[type[Any], Callable[[Any], Any]] = {
            Start: self._start,
            Status: self._status,
            Stop: self._stop,
            Terminate: self._terminate,
            Task: self._task,
            Help: self._help,
            Asyncio: self._asyncio,
        }

    def run(self, command: Command) -> Any:
        """Do what a command says.

        Returns
        -------
        object
            A DataFrame where the verb shows a table, else None.

        Raises
        ------
        WebRunError
            In one line.
        """
        return self._verbs[type(command)](command)

    # --- sessions -----------------------------------------------------------------------------------------------------

    def _start(self, command: Start) -> None:
        url = None if command.url is None else templates.fill(command.url, self._names)
        session = toolkit.client().start(command.name, url=url, new=command.new)
        self._current = session
        self._show_card(session, again=True)

    def _status(self, command: Status) -> pd.DataFrame | None:
        if command.all_sessions:
            from webrun_nb.notebook.tables import sessions_frame

            frame = sessions_frame(session.status() for session in self._sessions().values())
            return None if command.quiet else frame
        session = self._session(command.name)
        if not session.ended:
            session.status()
        self._show_card(session, again=True)
        return None

    def _stop(self, command: Stop) -> None:
        session = self._session(command.name)
        session.stop()
        per_minute = session.snapshot.prices.compute_usd_per_minute
        payer = "emulated; you pay $0.00" if session.snapshot.emulated else "until it is terminated"
        print(f"stopped; session {session.name} is kept, at ${per_minute} per minute ({payer})")

    def _terminate(self, command: Terminate) -> None:
        if command.all_sessions:
            still_open = [session for session in self._sessions().values() if not session.ended]
            for session in still_open:
                self._end(session)
            if not still_open:
                print("no session is open")
            return
        if command.name is None and self._current is None:
            print("no session is open")
            return
        self._end(self._session(command.name))

    def _end(self, session: Session) -> None:
        session.terminate()
        self._seen_off.add(session)
        self._cards().drain()
        print(final_line(session.snapshot))

    # --- tasks --------------------------------------------------------------------------------------------------------

    def _task(self, command: Task) -> None:
        text, url = command.text, command.url
        if not command.raw:
            text = templates.fill(text, self._names)
            url = None if url is None else templates.fill(url, self._names)
            refuse_credentials(f"{text} {url or ''}")  # what was filled in may hold some
        wanted = self._schema(command)
        if command.dry_run:
            self._show_request(command, text, url, wanted)
            return
        try:
            result = self._result(command, text, url, wanted)
        finally:
            self._cards().drain()  # so that the saved card says how it ended, however it ended
        self._show_result(command, result)

    def _result(self, command: Task, text: str, url: str | None, wanted: schema.Schema | None) -> TaskResult:
        session = self._session_for(command)
        if session is None:
            return toolkit.client().run_task(
                text, url=url, schema=wanted, timeout_ms=command.timeout_ms, opened=self._show_card
            )
        self._show_card(session)
        if command.end:
            self._seen_off.add(session)
        return session.task(text, url=url, schema=wanted, timeout_ms=command.timeout_ms, end=command.end)

    def _schema(self, command: Task) -> schema.Schema | None:
        if command.schema is not None:
            return schema.resolve(command.schema, self._names)
        return schema.open_records() if command.out is not None else None

    def _session_for(self, command: Task) -> Session | None:
        """Return where the task runs: the session named, the current one, or None for one of its own."""
        if command.session is not None:
            return self._session(command.session)
        current = self._current
        if current is None or not current.ended:
            return current
        if current not in self._seen_off:  # it ended by itself: nobody may think that the task still runs in it
            self._seen_off.add(current)
            print(f"{final_line(current.snapshot)}; without it, tasks run in sessions of their own")
        return None

    def _show_request(self, command: Task, text: str, url: str | None, wanted: schema.Schema | None) -> None:
        session = self._session_for(command)
        client = toolkit.current
        ask = make_ask(
            text,
            base_url=_ANY_LOCAL_SERVER if client is None else client.base_url,
            url=url,
            schema=wanted,
            end=command.end,
            timeout_ms=command.timeout_ms,
            avoid_domains=(),
            max_input_tokens=None,
            max_output_tokens=None,
        )
        where = "a session of its own" if session is None else f"session {session.name}"
        print(f"not sent (--dry-run); it would go to {where}:")
        print(json.dumps(dict(ask.fields), indent=2, ensure_ascii=False))

    def _show_result(self, command: Task, result: TaskResult) -> None:
        from webrun_nb.notebook.render import completeness_note, head_note, summary_line

        cost = Cost.from_usage(result.usage.model_dump())
        elapsed_ms = result.elapsed_s * 1000
        if result.schema is None:
            print(summary_line(elapsed_ms=elapsed_ms, cost=cost))
            if not command.quiet:
                display(Markdown(result.text))  # type: ignore[no-untyped-call]
            return
        from webrun_nb.notebook.frames import to_frame

        assert isinstance(result.schema, schema.Schema), "it was resolved above"
        frame, completeness = to_frame(result.json, result.schema, meta=meta_of(result))
        if command.out is not None:
            self._shell.push({command.out: frame})  # type: ignore[no-untyped-call]
        print(summary_line(elapsed_ms=elapsed_ms, cost=cost, shape=frame.shape, name=command.out))
        if note := completeness_note(completeness):
            print(note)
        if command.quiet:
            return
        if command.rows or frame.empty:
            display(frame.head(command.rows))  # type: ignore[no-untyped-call]
        if note := head_note(len(frame), min(command.rows, len(frame)), command.out):
            print(note)

    # --- the rest -----------------------------------------------------------------------------------------------------

    def _help(self, command: Help) -> None:
        print(help_text(command.verb))

    def _asyncio(self, command: Asyncio) -> None:
        print(asyncio_in_cells.switch_on())

    # --- inside -------------------------------------------------------------------------------------------------------

    @property
    def _names(self) -> dict[str, Any]:
        names: dict[str, Any] = self._shell.user_ns
        return names

    def _sessions(self) -> dict[str, Session]:
        return {} if toolkit.current is None else toolkit.current.sessions

    def _session(self, name: str | None) -> Session:
        """Return the session of that name, else the current one.

        Raises
        ------
        CommandError
            There is none.
        """
        if name is None:
            if self._current is None:
                raise CommandError("no session is open", "start one with %webrun start")
            return self._current
        known = self._sessions()
        if name not in known:
            meant = near(name, known)
            there_are = f"there are: {', '.join(known)}" if known else f"%webrun start {name}"
            raise CommandError(f"there is no session {name!r}", f"did you mean {meant}?" if meant else there_are)
        return known[name]

    def _show_card(self, session: Session, *, again: bool = False) -> None:
        self._cards().show(session, Buttons(session), again=again)

    @staticmethod
    def _cards() -> Any:
        from webrun_nb.notebook.cards import cards  # widgets are imported with the first card

        return cards


class Buttons:
    """What a card's buttons do: each posts to the loop thread and returns at once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def stop(self) -> Future[Any]:
        """End the current task, keep the session."""
        return runtime.submit(self._session.astop()).result

    def terminate(self) -> Future[Any]:
        """End the session and its billing."""
        return runtime.submit(self._session.aterminate()).result

    def pause(self) -> Future[Any]:
        """Hold the running task."""
        return runtime.submit(self._session.apause()).result

    def resume(self) -> Future[Any]:
        """Let the paused task go on."""
        return runtime.submit(self._session.aresume()).result
