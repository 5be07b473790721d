"""The parameters that endpoints ask for in their signatures: services, the caller, and this server's address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from webrun_nb.browsers.protocol import Browsers
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.execution.egress import Egress
from webrun_nb.emulator.services.accounts import Accounts
from webrun_nb.emulator.services.cassettes import Cassettes
from webrun_nb.emulator.services.environment_leases import EnvironmentLeases
from webrun_nb.emulator.services.environments import Environments
from webrun_nb.emulator.services.event_hub import ConnectedSockets
from webrun_nb.emulator.services.faults import Faults
from webrun_nb.emulator.services.files import Downloads, Files
from webrun_nb.emulator.services.history import History
from webrun_nb.emulator.services.lifecycle import Lifecycle
from webrun_nb.emulator.services.page_reader import PageReader
from webrun_nb.emulator.services.policies import Policies
from webrun_nb.emulator.services.recordings import TaskRecordings
from webrun_nb.emulator.services.session_events import SessionEvents
from webrun_nb.emulator.services.session_registry import SessionRegistry
from webrun_nb.emulator.services.session_workers import SessionWorkers
from webrun_nb.emulator.services.sessions import Sessions
from webrun_nb.emulator.services.signing import Signer, WebViewLinks
from webrun_nb.emulator.services.webhooks import Webhooks
from webrun_nb.wire.prices import Prices


@dataclass(frozen=True, slots=True)
class Services:
    """The services that endpoints can ask for, each by its type below."""

    accounts: Accounts
    browsers: Browsers
    cassettes: Cassettes
    clock: Clock
    downloads: Downloads
    egress: Egress
    environments: Environments
    events: SessionEvents
    faults: Faults
    files: Files
    history: History
    leases: EnvironmentLeases
    lifecycle: Lifecycle
    page_reader: PageReader
    policies: Policies
    prices: Prices
    recordings: TaskRecordings
    registry: SessionRegistry
    sessions: Sessions
    signer: Signer
    sockets: ConnectedSockets
    view_links: WebViewLinks
    webhooks: Webhooks
    workers: SessionWorkers


def _service(get: Callable[[Services], object]) -> Any:
    async def depend(request: Request) -> object:  # async: FastAPI calls any other in a thread
        return get(request.app.state.services)

    return Depends(depend)


async def _user(request: Request) -> str:
    user: str = request.state.user
    return user


async def _user_if_any(request: Request) -> str | None:
    user: str | None = getattr(request.state, "user", None)
    return user


async def _base_url(request: Request) -> str:
    base_url: str | None = request.app.state.base_url
    return base_url or f"http://{request.headers['host']}"  # the gateway has checked that this is one of our names


TheAccounts = Annotated[Accounts, _service(lambda services: services.accounts)]
TheBrowsers = Annotated[Browsers, _service(lambda services: services.browsers)]
TheCassettes = Annotated[Cassettes, _service(lambda services: services.cassettes)]
TheClock = Annotated[Clock, _service(lambda services: services.clock)]
TheDownloads = Annotated[Downloads, _service(lambda services: services.downloads)]
TheEgress = Annotated[Egress, _service(lambda services: services.egress)]
TheEnvironments = Annotated[Environments, _service(lambda services: services.environments)]
TheEvents = Annotated[SessionEvents, _service(lambda services: services.events)]
TheFaults = Annotated[Faults, _service(lambda services: services.faults)]
TheFiles = Annotated[Files, _service(lambda services: services.files)]
TheHistory = Annotated[History, _service(lambda services: services.history)]
TheLeases = Annotated[EnvironmentLeases, _service(lambda services: services.leases)]
TheLifecycle = Annotated[Lifecycle, _service(lambda services: services.lifecycle)]
ThePageReader = Annotated[PageReader, _service(lambda services: services.page_reader)]
ThePolicies = Annotated[Policies, _service(lambda services: services.policies)]
ThePrices = Annotated[Prices, _service(lambda services: services.prices)]
TheRecordings = Annotated[TaskRecordings, _service(lambda services: services.recordings)]
TheRegistry = Annotated[SessionRegistry, _service(lambda services: services.registry)]
TheSessions = Annotated[Sessions, _service(lambda services: services.sessions)]
TheSigner = Annotated[Signer, _service(lambda services: services.signer)]
TheSockets = Annotated[ConnectedSockets, _service(lambda services: services.sockets)]
TheViewLinks = Annotated[WebViewLinks, _service(lambda services: services.view_links)]
TheWebhooks = Annotated[Webhooks, _service(lambda services: services.webhooks)]
TheWorkers = Annotated[SessionWorkers, _service(lambda services: services.workers)]

TheUser = Annotated[str, Depends(_user)]
TheUserIfAny = Annotated[str | None, Depends(_user_if_any)]
"""The caller of an endpoint that may be open to callers without a key."""
BaseUrl = Annotated[str, Depends(_base_url)]
