"""Defines the options of a session: the keywords of `Client.start`, and what they are once they were read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, TypedDict

from webrun_nb.client.monitoring.budget import Amount
from webrun_nb.client.proxies import Proxy, ProxyItems
from webrun_nb.client.secrets import Secrets
from webrun_nb.client.tasks.agent_choice import NO_CHOICE, AgentChoice
from webrun_nb.common.language_models import AgentName
from webrun_nb.common.redacted import HostSecret, secrets_to_wire


class SessionKeywords(TypedDict, total=False):
    """The keywords of `Client.start`; `Client.astart` describes them."""

    url: str | None
    environment_id: str | None
    policy_id: str | None
    proxy: Proxy | None
    max_cost_usd: Amount | None
    secrets: Secrets | None
    pictures: bool
    agent: AgentName | None
    model: str | None
    model_url: str | None
    new: bool


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """The options that a session was started with, checked and looked up, so that two can be compared."""

    url: str | None = None
    environment_id: str | None = None
    policy_id: str | None = None
    proxy: ProxyItems | None = None
    max_cost_usd: Decimal | None = None
    secrets: tuple[HostSecret, ...] = ()
    pictures: bool = False
    """True: keep pictures of its steps, which only the emulator takes."""
    agent: AgentChoice = NO_CHOICE
    """The agent and the model of its tasks that name none."""

    def differences(self, other: SessionOptions) -> list[str]:
        """Return the options whose values differ, as words: `policy`, `max cost`."""
        differing = (each.name for each in fields(self) if getattr(self, each.name) != getattr(other, each.name))
        return [name.removesuffix("_id").removesuffix("_usd").replace("_", " ") for name in differing]

    def to_wire(self) -> dict[str, Any]:
        """Return the fields of a start-session request that describe the session itself."""
        given = {
            "environmentId": self.environment_id,
            "policyId": self.policy_id,
            "proxy": None if self.proxy is None else dict(self.proxy),
        }
        return {name: value for name, value in given.items() if value is not None}

    def first_task(self) -> dict[str, Any]:
        """Return the fields of the initial task that opens the session's first page, without an instruction."""
        page = {} if self.url is None else {"startingUrl": self.url}
        return page | ({"secrets": secrets_to_wire(self.secrets)} if self.secrets else {})
