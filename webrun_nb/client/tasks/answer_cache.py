"""The cache of answers: the key of a task, the answers that may be kept, and the tasks that take one.

An answer is kept only if it is known that its task would give it again to anyone who asks the same on the same pages:
the task named its page, was given no login and no files, and its recorded steps only look at pages. A server without
recorded steps proves none of that. The answer holds for the same task under the same conditions (`CacheContext`).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
import time
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from urllib.parse import urlsplit

from webrun_nb.client.answers.fields import Fields
from webrun_nb.client.answers.tasks import CompletedTask, read_task
from webrun_nb.client.environments import Environments
from webrun_nb.client.errors import WebRunError
from webrun_nb.client.policies import Policies
from webrun_nb.client.proxies import ProxyItems
from webrun_nb.client.tasks.answer_store import AnswerEntry, AnswerStore, AnswerStoreError, StoredAnswer
from webrun_nb.client.tasks.recording import KeptRecording, TaskRecording
from webrun_nb.client.tasks.request import TaskRequest
from webrun_nb.client.tasks.result import ResultAdapter, TaskResult, result_of
from webrun_nb.client.transport import ApiTransport
from webrun_nb.client.urls import display_url
from webrun_nb.common.labels import action_label
from webrun_nb.common.local_time import unix_ms
from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.common.text import shortened
from webrun_nb.wire.policies import SessionEffects, StepBody, StepList
from webrun_nb.wire.report import ReportBody

_log = logging.getLogger(__name__)

USERS_ANSWERS = AnswerStore()
"""The kept answers in the user's data folder."""
WITHOUT_EFFECT = frozenset({"startingUrl", "maxDuration", "terminateOnCompletion"})
"""The fields of a request that say nothing of the answer of a task that completes; its URL is in its key by itself."""
_OF_THE_MODEL = frozenset({"modelKey", "maxModelCost"})
"""The same within `emulator`; and a key must not be in anything that is kept."""
NEVER_KEPT = frozenset({"secrets", "files", "webhook"})
"""The fields of requests whose tasks depend on, or lead to, more than pages."""
READER = ".".join(version("webrun-nb").split(".")[:2])
"""The version of what reads pages, as far as it matters: major.minor."""
_TARGET_CHARS = 40
_HAS_LOGINS = "its session has logins"


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheContext:
    """The conditions that a task's answer depends on, beside the task itself."""

    base_url: str
    """The address of the server."""
    emulated: bool
    """The server is an emulator on this machine: each start of one has another address."""
    environment: tuple[str, str] | None = None
    """Its id and its version."""
    policy: tuple[str, int] | None = None
    """Its id and its version."""
    proxy: str = ""
    unknown: str = ""
    """The reason why not all of them are known, so that no answer is taken or kept; empty if they are."""
    passing: str = ""
    """The reason why no task will run under them again, so that no answer is kept; empty if one may."""

    @property
    def server(self) -> str:
        """The server as it is in keys."""
        return "emulator" if self.emulated else self.base_url


def key_of(request: TaskRequest, context: CacheContext) -> str:
    """Return the key of a task under its conditions: two have the same one if the answer of one is that of the other.

    All fields of the request count but those that are known not to (`WITHOUT_EFFECT`), so that a new one does.
    """
    asked = {name: value for name, value in request.fields.items() if name not in WITHOUT_EFFECT}
    if "emulator" in asked:
        asked["emulator"] = {name: value for name, value in asked["emulator"].items() if name not in _OF_THE_MODEL}
    told = {
        "asked": dict(sorted(asked.items())),
        "url": display_url(request.url or "", context.base_url),
        "server": context.server,
        "environment": context.environment,
        "policy": context.policy,
        "proxy": context.proxy,
        "reader": READER,
    }
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def objection_to(recorded: StepList) -> str:
    """Return the reason why a task may have changed something, by its recorded steps; empty if it did not."""
    if recorded.steps_left_out:
        return f"{recorded.steps_left_out:,} of its steps are not recorded"
    for step in recorded.steps:
        if step.by == "user":
            return "a person worked in its browser"
        if step.kind == "ask" or step.response is not None:
            return "it asked a person"
        if step.kind == "action" and not step.looks:
            return f"it may have changed something ({_action_shown(step)})"
    return ""


def _action_shown(step: StepBody) -> str:
    return shortened(f"{action_label(step.name)} {step.target}".strip(), _TARGET_CHARS)


class AnswerCache:
    """The kept answers, for the tasks of one client. Runs on the loop thread.

    Parameters
    ----------
    http : ApiTransport
        The server's calls.
    environments, policies : Environments, Policies
        Tell their versions.
    frames : ResultAdapter or None
        Makes tables of kept answers.
    store : AnswerStore
        The file of kept answers.
    """

    def __init__(
        self,
        http: ApiTransport,
        environments: Environments,
        policies: Policies,
        frames: ResultAdapter | None,
        store: AnswerStore = USERS_ANSWERS,
    ) -> None:
        self._http = http
        self._environments = environments
        self._policies = policies
        self._frames = frames
        self.store = store

    # --- tasks --------------------------------------------------------------------------------------------------------

    async def answer(
        self,
        request: TaskRequest,
        read_context: Callable[[], Awaitable[CacheContext]],
        run: Callable[[], Awaitable[TaskResult]],
    ) -> TaskResult:
        """Return the kept answer of a task, or run the task and keep its answer.

        A kept answer that is not as the task expects (`expect`) is not taken.

        Parameters
        ----------
        request : TaskRequest
            The task, with the use that it makes of the cache; without one it is run.
        read_context : callable
            Reads the conditions that it would run under.
        run : callable
            Runs it.
        """
        if request.cache is None:
            return await run()
        began_s = time.monotonic()
        before = await read_context()
        fault = ""
        if not request.cache.refresh:
            try:
                kept = await self._find(request, before, request.cache.max_age_ms)
                if kept is not None and await _is_as_expected(request, kept):
                    return replace(kept, elapsed_s=time.monotonic() - began_s)
            except AnswerStoreError as error:
                fault = str(error)
        result = await run()
        return replace(result, not_kept=fault or await self.keep(request, before, result))

    async def find(self, request: TaskRequest, context: CacheContext, max_age_ms: float) -> TaskResult | None:
        """Return the kept answer of a task; None where there is none that is not older than `max_age_ms`."""
        try:
            return await self._find(request, context, max_age_ms)
        except AnswerStoreError as error:
            _log.warning("%s", error)
            return None

    async def keep(self, request: TaskRequest, context: CacheContext, result: TaskResult) -> str | None:
        """Keep the answer of a task that has run; return the reason why it is not kept, None if it is."""
        problem = context.unknown or context.passing or ("it downloaded a file" if result.files else "")
        if problem or not _is_cacheable(request):
            return problem or "it has no URL, or is given a login or files"
        recording = TaskRecording(self._http, result.task_id)
        try:
            recorded = await recording.arecorded_steps()
            if problem := objection_to(recorded):
                return problem
            if context.policy is not None and await self._policy(context.policy[0]) != context.policy:
                return "its policy was changed meanwhile"
            report = await recording.areport()
            await asyncio.to_thread(self._write, request, context, result, recorded, report)
        except WebRunError as error:
            return f"its record can't be read: {error.message}"
        except AnswerStoreError as error:
            return str(error)
        return None

    # --- conditions ---------------------------------------------------------------------------------------------------

    async def context(
        self,
        *,
        environment_id: str | None = None,
        policy_id: str | None = None,
        proxy: ProxyItems | None = None,
        has_secrets: bool = False,
        session_id: str | None = None,
        since_ms: float | None = None,
    ) -> CacheContext:
        """Return the conditions of a task now.

        Parameters
        ----------
        environment_id, policy_id, proxy : optional
            As its session is, or will be, started with.
        has_secrets : bool
            Its session is, or will be, started with secrets.
        session_id : str, optional
            The open session that it runs in; None for one of its own.
        since_ms : float, optional
            The time at which that was started, by the server's clock: what has changed since is not what it has.
        """
        base_url = self._http.base_url
        if not await self._http.is_emulator():
            unknown = f"{base_url} records no steps, so that it isn't known what a task changed"
            return CacheContext(base_url=base_url, emulated=False, unknown=unknown)
        told = dict(proxy or ())
        unknown = "its proxy has a password" if told.get("password") else ""
        unknown = _HAS_LOGINS if has_secrets else unknown
        environment = policy = None
        try:
            if session_id is not None:
                unknown = unknown or await self._effects(session_id)
            if environment_id is not None:
                named = await self._environments.afind(environment_id)
                environment = (named.id, str(named.saved_at))
                if named.saved_at is not None and since_ms is not None and unix_ms(named.saved_at) > since_ms:
                    unknown = unknown or f"environment {named.name} was saved after its session had started"
            if policy_id is not None:
                policy = await self._policy(policy_id)
                if since_ms is not None and policy[1] > since_ms:
                    unknown = unknown or "its policy was changed after its session had started"
        except WebRunError as error:  # what is wrong with the task, such as a policy that isn't there, running it says
            unknown = error.message
        passing = "its environment is saved when it ends, and is another version then"
        return CacheContext(
            base_url=base_url,
            emulated=self._http.is_local,
            environment=environment,
            policy=policy,
            proxy=json.dumps(sorted((name, str(value)) for name, value in told.items() if name != "password")),
            unknown=unknown,
            passing=passing if environment_id is not None and session_id is None else "",
        )

    async def _policy(self, policy_id: str) -> tuple[str, int]:
        """Return the id and the version of a policy."""
        rules = await self._policies.afind(policy_id)
        return rules.id, unix_ms(rules.updated_at)

    async def _effects(self, session_id: str) -> str:
        """Return the reason why pages may not be to a session what they are to others; empty if they are."""
        told = SessionEffects.model_validate(await self._http.control("GET", f"sessions/{session_id}/effects"))
        if told.secrets:
            return _HAS_LOGINS
        if told.acted:
            return "something may have been changed in its session before"
        return "other tasks run in its session" if told.busy else ""

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _find(self, request: TaskRequest, context: CacheContext, max_age_ms: float) -> TaskResult | None:
        if context.unknown or not _is_cacheable(request):
            return None
        now_ms = time.time() * 1000
        return await asyncio.to_thread(self._read, request, context, now_ms - max_age_ms, now_ms)

    def _read(self, request: TaskRequest, context: CacheContext, from_ms: float, now_ms: float) -> TaskResult | None:
        stored = self.store.read(key_of(request, context), from_ms, now_ms)
        if stored is None:
            return None
        entry = stored.entry
        try:
            text = zlib.decompress(stored.content).decode()
            content = json.loads(_at_port(text, entry.server, context.base_url) if context.emulated else text)
            body = read_task(Fields(content["body"]), entry.session_id, entry.task_id)
            recorded, report = StepList.model_validate(content["steps"]), ReportBody.model_validate(content["report"])
        except (zlib.error, ValueError, KeyError) as error:
            raise AnswerStoreError(f"a kept answer in {self.store.path} is damaged: {error}") from error
        assert isinstance(body, CompletedTask), "no others are kept"
        result = result_of(
            body,
            task_id=entry.task_id,
            instruction=request.instruction,
            url=request.url,
            schema=request.schema,
            elapsed_s=0.0,
            frames=self._frames,
            http=self._http,
            recorded=KeptRecording(self._http, entry.task_id, recorded, report),
        )
        return replace(result, cached_age_s=(now_ms - entry.kept_at_ms) / 1000)

    def _write(
        self,
        request: TaskRequest,
        context: CacheContext,
        result: TaskResult,
        recorded: StepList,
        report: ReportBody,
    ) -> None:
        kept = {"body": dict(result.body), "steps": recorded.to_wire(), "report": report.to_wire()}
        content = zlib.compress(json.dumps(kept).encode())
        entry = AnswerEntry(
            kept_at_ms=round(time.time() * 1000),
            captured_at_ms=unix_ms(result.captured_at),
            text=request.instruction,
            url=display_url(request.url or "", context.base_url),
            server=context.base_url,
            session_id=result.session_id,
            task_id=result.task_id,
            size_bytes=len(content),
        )
        self.store.write(key_of(request, context), StoredAnswer(entry, content))


async def _is_as_expected(request: TaskRequest, kept: TaskResult) -> bool:
    """Return whether a kept answer is as its task expects."""
    if not request.expectations.rows:
        return True
    return not request.expectations.unmet(*await asyncio.to_thread(kept.count_values))


def _is_cacheable(request: TaskRequest) -> bool:
    """Return whether a task names its page, and is given no login and no files."""
    has_login = request.fields.get("prompt") != request.instruction
    return request.url is not None and not has_login and NEVER_KEPT.isdisjoint(request.fields)


def _at_port(text: str, then: str, now: str) -> str:
    """Return a kept answer, as JSON, with the addresses that the practice sites of the emulator `now` have."""
    pattern = rf"(//(?:{'|'.join(PRACTICE_SITES)})\.localhost):{urlsplit(then).port}\b"
    return re.sub(pattern, rf"\1:{urlsplit(now).port}", text)
