"""The use cases of sessions and tasks, for `/start/…` and Socket.IO."""

from __future__ import annotations

from dataclasses import dataclass

from webrun_nb.agents.recording.cassette import Cassette
from webrun_nb.agents.recording.recording import Recording
from webrun_nb.browsers.protocol import Browsers, InstanceKind
from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError, ended_error
from webrun_nb.emulator.domain.ids import IdSource
from webrun_nb.emulator.domain.policy.engine import PolicyEngine
from webrun_nb.emulator.domain.secrets.task_text import AgentText
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import AttachedFile, Task, TaskOrder
from webrun_nb.emulator.execution.action_facts import page_action
from webrun_nb.emulator.execution.secret_filter import extract_secrets
from webrun_nb.emulator.services.accounts import Accounts
from webrun_nb.emulator.services.cassettes import Cassettes
from webrun_nb.emulator.services.environments import Environments
from webrun_nb.emulator.services.faults import Faults
from webrun_nb.emulator.services.files import Files
from webrun_nb.emulator.services.history import History
from webrun_nb.emulator.services.policies import Policies
from webrun_nb.emulator.services.practice_sites import PracticeSites
from webrun_nb.emulator.services.recordings import TaskRecordings
from webrun_nb.emulator.services.session_factory import SessionFactory
from webrun_nb.emulator.services.session_registry import SessionRegistry
from webrun_nb.emulator.services.session_workers import SessionWorkers
from webrun_nb.wire.requests import (
    AnswerGuardrail,
    ChangeState,
    Interact,
    NewTask,
    ReleaseControl,
    RunTask,
    SessionFields,
    StartSession,
    TakeOverControl,
    TaskFields,
)


@dataclass(frozen=True, slots=True)
class _NewSession:
    """A checked request for a session."""

    request: SessionFields
    fields: TaskFields
    kind: InstanceKind
    engine: PolicyEngine | None
    recording: Recording | None = None
    """The recording that its task replays."""
    opening_url: str | None = None
    has_task: bool = True


class Sessions:
    """Opens sessions, and carries out the commands of their users.

    Parameters
    ----------
    ids : IdSource
        Makes the ids of sessions and tasks.
    registry, workers : SessionRegistry, SessionWorkers
        The sessions in memory, and their workers.
    factory : SessionFactory
        Makes new ones.
    accounts, history, policies, environments, files : services of these resources
        Checked, read and written on the way.
    practice : PracticeSites
        The practice sites that tasks may start on.
    recordings : TaskRecordings
        The recordings that tasks may replay.
    cassettes : Cassettes
        The cassettes of the traffic of tasks.
    browsers, faults : Browsers, Faults
        Say whether a browser can be started.
    """

    def __init__(
        self,
        *,
        ids: IdSource,
        registry: SessionRegistry,
        workers: SessionWorkers,
        factory: SessionFactory,
        accounts: Accounts,
        history: History,
        policies: Policies,
        environments: Environments,
        files: Files,
        practice: PracticeSites,
        recordings: TaskRecordings,
        cassettes: Cassettes,
        browsers: Browsers,
        faults: Faults,
    ) -> None:
        self._ids = ids
        self._registry = registry
        self._workers = workers
        self._factory = factory
        self._accounts = accounts
        self._history = history
        self._policies = policies
        self._environments = environments
        self._files = files
        self._practice = practice
        self._recordings = recordings
        self._cassettes = cassettes
        self._browsers = browsers
        self._faults = faults
        self._ending_all = False

    # --- opening ------------------------------------------------------------------------------------------------------

    async def start_session(self, user: str, request: StartSession) -> tuple[Session, Task | None]:
        """Open a session, with its initial task where one is given; does not wait for either.

        It is awaited for the resources that a request may refer to: environments, files and policies are on disk.

        Raises
        ------
        CommandRefusedError
            402, 403, 404, 429 or 503 of the contract's section 2.
        """
        fields, recording = self._with_recording(user, request.task)
        has_task = bool(fields.prompt.strip())
        opening_url = None if has_task else fields.starting_url
        # a session that ends with its first task is what run-task makes, and gets the same kind of browser
        kind: InstanceKind = "context" if has_task and fields.terminate_on_completion else "process"
        engine = await self._policies.engine(user, request.policy_id)
        session, task = await self._open(
            user, _NewSession(request, fields, kind, engine, recording, opening_url, has_task)
        )
        return session, task

    async def run_task(self, user: str, request: RunTask) -> tuple[Session, Task]:
        """Open a session for one task, and end it with the task.

        Raises
        ------
        CommandRefusedError
            As `start_session`.
        """
        fields, recording = self._with_recording(user, request.task)
        fields = fields.model_copy(update={"terminate_on_completion": True})
        engine = await self._policies.engine(user, request.policy_id)
        session, task = await self._open(user, _NewSession(request, fields, "context", engine, recording))
        assert task is not None
        return session, task

    async def _open(self, user: str, new: _NewSession) -> tuple[Session, Task | None]:
        request, fields = new.request, new.fields
        self._practice.check(fields.starting_url)
        self._history.admit_work()
        environment = None
        if request.environment_id is not None:
            environment = await self._environments.find(user, request.environment_id)
        files = await self._files.for_task(user, fields.files, request.environment_id)
        self._admit_session(user)
        route = self._factory.egress.egress_route(request.proxy)
        session = self._factory.create_session(self._ids.short(), user, request)
        task_id = self._ids.short()
        fields, for_agent = extract_secrets(fields, session.vault, task_id)
        worker = self._factory.create_worker(
            session, new.kind, route, engine=new.engine, environment=environment, opening_url=new.opening_url
        )
        session.reach_out_mode = request.reach_out_mode
        self._workers.add(session.id, worker)
        self._registry.add(session)
        self._history.keep(session)
        cassette = self._cassettes.of_task(user, fields)
        order = _order(fields, files, for_agent, new.recording, cassette)
        task = session.add_task(task_id, order) if new.has_task else None
        worker.start()
        self._accounts.watch(user)
        return session, task

    def _admit_session(self, user: str) -> None:
        """Check that the account and this machine allow for one more session.

        Raises
        ------
        CommandRefusedError
            402, 403, 429 or 503.
        """
        self._accounts.admit_work(user)
        self._accounts.of(user).admit_session(self._registry.count_open(user))
        if self._ending_all:
            raise CommandRefusedError(ErrorCode.INSTANCE_UNAVAILABLE, "the emulator is ending its sessions: try again")
        self._faults.refuse_instance()
        if not self._browsers.installed():
            raise CommandRefusedError(
                ErrorCode.INSTANCE_UNAVAILABLE, "no browser is installed on this machine: run webrun-nb install-browser"
            )

    # --- commands -----------------------------------------------------------------------------------------------------

    def session(self, user: str, session_id: str) -> Session:
        """Return one of the user's sessions that are in memory: all that are open (see `History` for the others).

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`: it does not exist, or it is another user's.
        """
        session = self._registry.session(session_id)
        if session is None or session.owner != user:
            raise CommandRefusedError(ErrorCode.SESSION_NOT_FOUND, f"there is no session {session_id[:40]}")
        return session

    def open_session(self, user: str, session_id: str) -> Session:
        """Return one of the user's sessions that have not ended.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`, `SESSION_EXPIRED`.
        """
        session = self.session(user, session_id)
        if session.ended:
            raise ended_error(session.id, session.status, session.reason)
        return session

    async def new_task(self, user: str, session_id: str, message: NewTask) -> tuple[Session, Task]:
        """Queue a task in a session.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, and what new work can meet.
        """
        session = self.session(user, session_id)
        fields, for_agent, task_id, recording = message.task, None, self._ids.short(), None
        if not session.ended:
            fields, recording = self._with_recording(user, fields)
            self._practice.check(fields.starting_url)
            self._history.admit_work()
            self._accounts.admit_work(user)
            fields, for_agent = extract_secrets(fields, session.vault, task_id)
        files = () if session.ended else await self._files.for_task(user, fields.files, session.environment_id)
        cassette = self._cassettes.of_task(user, fields)
        return session, session.add_task(task_id, _order(fields, files, for_agent, recording, cassette))

    def _with_recording(self, user: str, fields: TaskFields) -> tuple[TaskFields, Recording | None]:
        """Return the recording that a task replays, and the task with the text and page of the recording.

        Raises
        ------
        CommandRefusedError
            `TASK_NOT_FOUND`, `INVALID_STATE`, `INVALID_PARAMETER`: there is no such recording, or the task has another
            text.
        """
        if fields.emulator.replay is None:
            return fields, None
        recording = self._recordings.to_replay(user, fields.emulator.replay)
        said, recorded = fields.prompt.split(), recording.task.text.split()
        if said and said != recorded:
            why = (
                "the text of the task is not that of its recording: leave out the text, to replay the recording, or "
                "emulator.replay, to run the text"
            )
            raise CommandRefusedError(ErrorCode.INVALID_PARAMETER, why, parameter="task.prompt")
        given = {"prompt": recording.task.text, "starting_url": fields.starting_url or recording.task.starting_url}
        return fields.model_copy(update=given), recording

    def change_state(self, user: str, session_id: str, message: ChangeState) -> None:
        """Pause, resume, stop or terminate.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `INVALID_STATE`, `TASK_NOT_FOUND`.
        """
        session = self.session(user, session_id)
        match message.new_state:
            case "pause":
                session.pause()
            case "resume":
                session.resume()
            case "stop":
                session.stop(message.task_id)
            case "terminate":
                session.terminate()
            case "manual":
                session.take_over()

    def answer_guardrail(self, user: str, session_id: str, message: AnswerGuardrail) -> None:
        """Give a person's answer to the task that waits for it.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `INVALID_STATE`.
        """
        session = self.session(user, session_id)
        if message.new_state == "stop":
            session.stop_guardrail()
        else:
            session.answer(message.prompt)

    def interact(self, user: str, session_id: str, message: Interact) -> None:
        """Take over, release, or perform a person's action in the browser.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `INVALID_STATE`.
        """
        session = self.session(user, session_id)
        match message.action:
            case TakeOverControl():
                session.take_over()
            case ReleaseControl():
                session.release()
            case by_hand:
                session.record_user_activity()
                worker = self._workers.get(session.id)
                assert worker is not None, "a session that has not ended has a worker"
                worker.interact(page_action(by_hand))

    # --- ending all ---------------------------------------------------------------------------------------------------

    def end_all(self) -> None:
        """End every session, and open none until `admit_again`: it would be forgotten."""
        self._ending_all = True
        for session in self._registry.sessions():
            if not session.ended:
                session.terminate()

    def admit_again(self) -> None:
        """Allow new sessions again."""
        self._ending_all = False


def _order(
    fields: TaskFields,
    files: tuple[AttachedFile, ...],
    for_agent: AgentText | None,
    recording: Recording | None,
    cassette: Cassette | None,
) -> TaskOrder:
    return TaskOrder(
        instruction=fields.prompt,
        max_duration_ms=fields.max_duration,
        max_input_tokens=fields.max_input_tokens,
        ends_session=fields.terminate_on_completion,
        fields=fields,
        files=files,
        for_agent=for_agent,
        cassette=cassette,
        replay=recording,
    )
