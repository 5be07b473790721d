"""Defines the options of a task: one object from the cell, or the call, to the request.

A new option is a field here (twice: as a keyword that type checkers see, and with its default), a line in
`TaskOptions.to_wire`, and a field of `wire.requests.TaskFields`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypedDict

from webrun_nb.client.errors import RequestError
from webrun_nb.client.monitoring.budget import Amount, Budget
from webrun_nb.client.proxies import Proxy
from webrun_nb.client.secrets import Secrets
from webrun_nb.client.tasks.agent_choice import AgentChoice
from webrun_nb.client.tasks.expectations import Expectations
from webrun_nb.client.tasks.replays import read_replay
from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.durations import read_span_ms
from webrun_nb.common.language_models import AgentName

CacheAge = bool | str | timedelta
"""The greatest age of a kept answer: `"1h"`, `"2d"`, a timedelta, True for a day; False: the cache is not used."""
DEFAULT_CACHE_AGE = "1d"
ONLY_WAITED_FOR = frozenset({"cache", "refresh"})
"""The options of tasks that a call waits for: a task that is submitted is always run."""


@dataclass(frozen=True, slots=True)
class CacheUse:
    """The use that a task makes of kept answers; it keeps its own in any case."""

    max_age_ms: float
    """The greatest age of an answer that it takes."""
    refresh: bool = False
    """It takes none: it is run, and its answer replaces the kept one."""


class CommonTaskKeywords(TypedDict, total=False):
    """The keywords of all tasks; `TaskOptions` describes them."""

    url: str | None
    schema: object
    timeout_ms: float | None
    avoid_domains: Sequence[str]
    max_input_tokens: int | None
    max_output_tokens: int | None
    max_cost_usd: Amount | None
    secrets: Secrets | None
    files: Sequence[str | Path]
    expect: str | Sequence[str]
    flat: bool
    user_agent: str | None
    agent: AgentName | None
    model: str | None
    model_url: str | None
    max_steps: int | None
    vision: bool
    replay: str | Path | None
    heal: bool
    cache: CacheAge
    refresh: bool


class TaskKeywords(CommonTaskKeywords, total=False):
    """The keywords of a task in an open session."""

    end: bool


class SingleTaskKeywords(CommonTaskKeywords, total=False):
    """The keywords of a task in a session of its own; `Client.arun_task` describes them."""

    environment_id: str | None
    policy_id: str | None
    proxy: Proxy | None
    budget: Budget | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskOptions:
    """The options of one task as its caller gave them, not yet checked.

    The methods that take them show this description in their own.

    Parameters
    ----------
    url : str, optional
        The page to start at: http(s), or `practice:NAME`; by default the current page.
    schema : optional
        The schema of the answer: `"name:str, price:float?"`, a pydantic model, a JSON Schema, …
    timeout_ms : float, optional
        The longest duration in milliseconds, 1 000 … 300 000; 300 000 by default.
    end : bool
        End the session with the task (`terminateOnCompletion`).
    avoid_domains : tuple of str
        Domains that the browser must not open. The hosted service may ignore it: a warning says so there.
    max_input_tokens, max_output_tokens : int, optional
        At most 100 000.
    max_cost_usd : Decimal, float or str, optional
        The limit on its cost, in US dollars; once it is reached, the task is stopped. The limit is kept by this
        process, while it lives. A task that ends before its cost was read again may cost more:
        `result.over_budget_usd`.
    secrets : mapping, optional
        Logins for the agent, which never sees the values, by host: `{"shop.example.com": "SHOP"}` looks `SHOP` up
        (`SHOP_EMAIL`, `SHOP_PASSWORD`, … in the environment, the keyring, or a prompt); instead of a name, a
        mapping of field to value. Hosts: `github.com` that host alone, `*.x.com` any subdomain, `all`; also
        `practice:NAME`. The session keeps them until it ends.
    files : sequence of str or Path
        Files of this machine that it may upload to a page; "Attach cv.pdf" names one.
    expect : str or sequence of str
        What the answer must be, else the task ends with an ExpectationError that has the result: `"rows >= 100"` (also
        `<=`, `=`, `>`, `<`), `"price not null"`. And the HTTP statuses that pages may answer with: `"status = 404"`,
        `"status in 400..499"`; of several, any. Otherwise a page that answers with 400 or above is an error. At least
        one page has to answer so. Statuses are for the emulator alone.
    flat : bool
        Records within records become columns with dotted names (`address.city`) instead of one column each.
    user_agent : str, optional
        The `User-Agent` that the browser sends to pages, and reports to their scripts, during the task; by default its
        own. One line of at most 300 printable ASCII characters. On the emulator only.
    agent : {"local", "llm", "auto"}, optional
        The agent that does it: `local` follows plain English by rules, `llm` is a language model, `auto` is the model
        only where the local agent does not understand the text. By default that of the session, then of the notebook,
        then `llm` if there is a model, else `local`. On the emulator only, as are the next four.
    model : str, optional
        The language model, `"provider:name"`: `"openai:gpt-4.1-mini"`, `"anthropic:…"`, `"ollama:qwen3"`. Its key is
        read from the provider's own environment variable, such as `OPENAI_API_KEY`, and sent to the emulator alone.
    model_url : str, optional
        The address of the model, where that is not its provider's: an endpoint that speaks OpenAI's chat completions.
        Its key, if it needs one, is `WEBRUN_MODEL_KEY`.
    max_steps : int, optional
        The most requests to the model, 1 to 200; 40 by default.
    vision : bool
        Show the model pictures of the pages.
    replay : str or Path, optional
        A recording, whose steps are taken instead of an agent's: the id of an earlier task, or a file that
        `result.recorded.save` has written. The text may be empty, or is that of the recording. Values are read anew.
        Where the page has changed, the task fails and names the step. On the emulator only.
    heal : bool
        Have the agent go on where a step of `replay` can't be taken any more. The recording of this task is the mended
        one.
    cache : bool, str or timedelta
        Take the kept answer of the same task if it is not older than this: `"1h"`, `"2d"`, True for a day. Then
        nothing is run or billed, and `result.cached_age_s` is its age. Otherwise the task is run and its answer kept,
        if it surely changed nothing and used no secret; `result.not_kept` says why it is not. The same task: text,
        `url` (needed here), schema, other options, policy, proxy and version of the environment.
    refresh : bool
        Run the task in any case, and keep its answer in place of the one that is kept.
    """

    url: str | None = None
    schema: object = None
    timeout_ms: float | None = None
    end: bool = False
    avoid_domains: Sequence[str] = ()
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    max_cost_usd: Amount | None = None
    secrets: Secrets | None = None
    files: Sequence[str | Path] = ()
    expect: str | Sequence[str] = ()
    flat: bool = False
    user_agent: str | None = None
    agent: AgentName | None = None
    model: str | None = None
    model_url: str | None = None
    max_steps: int | None = None
    vision: bool = False
    replay: str | Path | None = None
    heal: bool = False
    cache: CacheAge = False
    refresh: bool = False

    @property
    def agent_choice(self) -> AgentChoice:
        """The agent and the model that it names itself."""
        return AgentChoice(self.agent, self.model, self.model_url)

    def with_agent_of(self, wider: AgentChoice) -> TaskOptions:
        """Return the options with an agent and a model that are completed by those of a session, or of all tasks.

        A replay that no agent mends has none.
        """
        if self.replay is not None and not self.heal:
            return self
        choice = self.agent_choice.over(wider)
        return replace(self, agent=choice.agent, model=choice.model, model_url=choice.model_url)

    def cache_use(self) -> CacheUse | None:
        """Return the use that the task makes of kept answers; None for none.

        Raises
        ------
        RequestError
            `INVALID_PARAMETER`: `cache` is no time.
        """
        if self.cache is False and not self.refresh:
            return None
        max_age_ms = _age_ms(DEFAULT_CACHE_AGE if isinstance(self.cache, bool) else self.cache)
        if max_age_ms is None or max_age_ms <= 0:
            raise RequestError(
                f"cache= takes a span of time, not {str(self.cache)[:40]!r}",
                code=ErrorCode.INVALID_PARAMETER,
                hint="write '1h', '90m' or '2d'; a year is the most",
            )
        return CacheUse(max_age_ms, self.refresh)

    def to_wire(self) -> dict[str, Any]:
        """Return the options that are sent as they are, under their wire names.

        `url`, `schema`, `secrets` and `files` have to be resolved first (`build_task_request`); `max_cost_usd`,
        `flat`, `cache` and `refresh` are not sent.

        Raises
        ------
        RequestError
            `INVALID_PARAMETER`: a condition of `expect`, or the file of `replay`, can't be read; `FILE_NOT_FOUND`:
            there is no such file.
        """
        statuses = Expectations.read(self.expect).statuses
        given = {
            "maxDuration": self.timeout_ms,
            "avoidDomains": list(self.avoid_domains) or None,
            "maxInputTokens": self.max_input_tokens,
            "maxOutputTokens": self.max_output_tokens,
            "terminateOnCompletion": self.end or None,
        }
        emulator = {
            "expectStatus": [*statuses] or None,
            "userAgent": self.user_agent,
            "agent": self.agent,
            "model": self.model,
            "modelUrl": self.model_url,
            "maxSteps": self.max_steps,
            "vision": self.vision or None,
            "replay": None if self.replay is None else read_replay(self.replay),
            "heal": self.heal or None,
        }
        return _given({**given, "emulator": _given(emulator) or None})


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields without those that are None."""
    return {name: value for name, value in fields.items() if value is not None}


def _age_ms(age: object) -> float | None:
    """Return the greatest age of a kept answer in ms; None where it is none."""
    if isinstance(age, timedelta):
        return age / timedelta(milliseconds=1)
    try:
        return read_span_ms(age) if isinstance(age, str) else None
    except ValueError:
        return None
