"""Defines the options of a task: one object from the cell, or the call, to the request.

A new option is a field here (twice: as a keyword that type checkers see, and with its default), a line in
`TaskOptions.to_wire`, and a field of `wire.requests.TaskFields`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from webrun_nb.client.budget import Amount, Budget
from webrun_nb.client.expectations import expected_statuses
from webrun_nb.client.proxies import Proxy
from webrun_nb.client.secrets import Secrets


class CommonTaskKeywords(TypedDict, total=False):
    """The keywords of all tasks; `Session.atask` describes them."""

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
    """The options of one task as its caller gave them, not yet checked; `Session.atask` describes them."""

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

    def to_wire(self) -> dict[str, Any]:
        """Return the options that are sent as they are, under their wire names.

        `url`, `schema`, `secrets` and `files` have to be resolved first (`task_request`); `max_cost_usd` is not sent.

        Raises
        ------
        RequestError
            `INVALID_PARAMETER`: a condition of `expect` can't be read.
        """
        statuses = expected_statuses(self.expect)
        given = {
            "maxDuration": self.timeout_ms,
            "avoidDomains": list(self.avoid_domains) or None,
            "maxInputTokens": self.max_input_tokens,
            "maxOutputTokens": self.max_output_tokens,
            "terminateOnCompletion": self.end or None,
            "emulator": {"expectStatus": statuses} if statuses else None,
        }
        return {name: value for name, value in given.items() if value is not None}
