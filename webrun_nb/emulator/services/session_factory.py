"""The factory of sessions and their workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webrun_nb.browsers.egress.routes import EgressRoute
from webrun_nb.browsers.protocol import Browsers, InstanceKind
from webrun_nb.emulator.domain.billing import PriceList
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.environment import Environment
from webrun_nb.emulator.domain.policy.engine import PolicyEngine
from webrun_nb.emulator.domain.secrets.vault import Vault
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.execution.agent_choice import Agents
from webrun_nb.emulator.execution.egress import Egress
from webrun_nb.emulator.execution.policy_enforcer import PolicyEnforcer
from webrun_nb.emulator.execution.protocols import AuditTrail, DownloadFolder
from webrun_nb.emulator.execution.scheduler import Slots
from webrun_nb.emulator.execution.secret_filter import code_now
from webrun_nb.emulator.execution.worker import SessionWorker
from webrun_nb.emulator.services.environment_leases import EnvironmentLeases
from webrun_nb.emulator.services.session_events import SessionEvents
from webrun_nb.emulator.services.session_registry import SecretRegistry
from webrun_nb.wire.proxies import ManagedProxy
from webrun_nb.wire.requests import SessionFields

Isolation = Literal["auto", "process", "context"]
"""A browser per session, a context in a shared browser, or (auto) by the kind of session."""


@dataclass(frozen=True, slots=True)
class SessionFactory:
    """Makes sessions and workers.

    Attributes
    ----------
    clock, prices : Clock, PriceList
        For the sessions' timers and bills.
    browsers, agents : Browsers, Agents
        Open browsers; propose what to do in them.
    slots : Slots
        Limits how many tasks run at once.
    egress : Egress
        Makes the sessions' egress routes.
    trail : AuditTrail
        Records the decisions of policies.
    downloads : DownloadFolder
        Keeps what tasks download.
    leases : EnvironmentLeases
        The sessions' uses of environments.
    secrets : SecretRegistry
        Masks the sessions' secrets in logs.
    events : SessionEvents
        Follows every session.
    isolation : {"auto", "process", "context"}
        The kind of browser that sessions get.
    """

    clock: Clock
    prices: PriceList
    browsers: Browsers
    agents: Agents
    slots: Slots
    egress: Egress
    trail: AuditTrail
    downloads: DownloadFolder
    leases: EnvironmentLeases
    secrets: SecretRegistry
    events: SessionEvents
    isolation: Isolation = "auto"

    def create_session(self, session_id: str, user: str, request: SessionFields) -> Session:
        """Return a new session with the fields of a request; nothing is started."""
        session = Session(session_id, user, self.clock, self.prices, self.events.handle, Vault(code_now))
        session.proxy = request.proxy.shown() if request.proxy else None
        session.proxy_is_managed = isinstance(request.proxy, ManagedProxy)
        session.policy_id = request.policy_id
        self.secrets.watch(session.vault)
        return session

    def create_worker(
        self,
        session: Session,
        kind: InstanceKind,
        route: EgressRoute,
        *,
        engine: PolicyEngine | None,
        environment: Environment | None,
        opening_url: str | None,
    ) -> SessionWorker:
        """Return the worker of a new session; from now on the session uses its environment.

        Parameters
        ----------
        session : Session
        kind : {"process", "context"}
            The kind of browser with the isolation "auto".
        route : EgressRoute
            The session's.
        engine : PolicyEngine, optional
            The session's policy.
        environment : Environment, optional
            The session's environment.
        opening_url : str, optional
            A page to open before the first task.
        """
        lease = None
        if environment is not None:
            session.environment_id = environment.id
            lease = self.leases.begin(session, environment.id, environment.name)
        enforcer = PolicyEnforcer(session, engine, self.trail, self.clock)
        enforcer.guard(route.destinations)
        return SessionWorker(
            session,
            kind if self.isolation == "auto" else self.isolation,
            self.browsers,
            self.agents,
            self.clock,
            self.slots,
            self.events.publisher(session),
            route,
            enforcer,
            self.downloads,
            opening_url,
            lease,
        )
