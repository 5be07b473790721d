"""The enforcement of a session's policy: decisions, the audit trail, and the rules of its egress route."""

from __future__ import annotations

from collections.abc import Callable

import re2

from webrun_nb.browsers.egress.destinations import DestinationPolicy
from webrun_nb.common.hosts import host_of
from webrun_nb.common.policy_terms import Actor, GuardrailResponse, Permission
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.policy.engine import Allow, Decision, PolicyEngine, RequireApproval, address_forms
from webrun_nb.emulator.domain.policy.facts import ActionFacts, AuditEntry
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Task
from webrun_nb.emulator.execution.protocols import AuditTrail


class PolicyEnforcer:
    """Decides on the actions and requests of one session, across all of its browsers.

    Parameters
    ----------
    session : Session
        The session.
    engine : PolicyEngine or None
        The policy that it was started with, as it was then; None: everything is allowed.
    trail : AuditTrail
        Records the decisions.
    clock : Clock
        For the times of the decisions.
    """

    def __init__(self, session: Session, engine: PolicyEngine | None, trail: AuditTrail, clock: Clock) -> None:
        self.engine = engine
        self._session = session
        self._trail = trail
        self._clock = clock
        self._opened = ""
        """The address that the last allowed action led to: a page that needs approval may be opened there."""

    @property
    def is_audit_unavailable(self) -> bool:
        """True where decisions can't be recorded: then no action is allowed."""
        return self.engine is not None and self._trail.full

    def decide(self, facts: ActionFacts) -> Decision:
        """Decide on an action. `record_decision` has to be called before anything follows from the decision."""
        return Allow() if self.engine is None else self.engine.decide(facts)

    def record_decision(self, facts: ActionFacts, decision: Decision, by: Actor, task: Task | None) -> None:
        """Record a decision as it is made; actions without a category are not recorded."""
        self._record(facts, decision, by, task, None)

    def record_response(
        self, facts: ActionFacts, decision: RequireApproval, by: Actor, task: Task | None, response: GuardrailResponse
    ) -> None:
        """Record the response to a recorded decision, in an entry of its own: the trail is append-only."""
        self._record(facts, decision, by, task, response)

    def _record(
        self, facts: ActionFacts, decision: Decision, by: Actor, task: Task | None, response: GuardrailResponse | None
    ) -> None:
        if self.engine is None or not facts.categories:
            return
        entry = AuditEntry(
            at_ms=self._clock.now(),
            owner=self._session.owner,
            session_id=self._session.id,
            task_id=None if task is None else task.id,
            policy_id=self.engine.policy.id,
            action=facts.name,
            target=facts.target[:500],
            by=by,
            decision=decision.permission,
            rule=decision.rule,
            response=response,
        )
        self._trail.append(entry)

    def record_navigation(self, facts: ActionFacts) -> None:
        """Record the address that an allowed action leads to: pages that need approval are open there alone."""
        urls = [fact.url for fact in facts.categories if fact.url is not None]
        if urls:
            self._opened = urls[0]

    # --- for the session's egress route -------------------------------------------------------------------------------

    def guard(self, reach: DestinationPolicy) -> None:
        """Apply the policy to a session's egress route: its hosts, and its addresses where it has rules about them."""
        if self.engine is None:
            return
        if self.engine.restricts_hosts:
            reach.host_rule = self.refuses_host
        if self.engine.restricts_addresses:
            reach.url_rule = self.refuses_page

    def refuses_host(self, host: str) -> str | None:
        """Return why a host (canonical) must not be reached by any request; None where it may.

        A host that needs approval is open to the page that a person approved, and to nothing else.
        """
        if self.engine is None:
            return None
        found, rule = self.engine.destination(host)
        if found == "allow" or (found == "guardrail" and host == host_of(self._opened)):
            return None
        return self._why(host, found, rule)

    def refuses_page(self, url: str) -> str | None:
        """Return why a page must not be opened, also by a redirect or a script; None where it may.

        Goes by rules about addresses; `refuses_host` has to be asked about its host as well.
        """
        if self.engine is None:
            return None
        found, rule = self.engine.address(url)
        if found == "allow" or (found == "guardrail" and address_forms(url) & address_forms(self._opened)):
            return None
        return self._why(url[:200], found, rule)

    def _why(self, what: str, found: Permission, rule: str) -> str:
        assert self.engine is not None
        does = "forbids" if found == "block" else "asks before"
        return f'the policy "{self.engine.policy.name}" {does} {what} ({rule})'


_MAX_MEMORY = 4 << 20
"""The memory that one expression may take, in bytes."""


def compile_regex(pattern: str) -> Callable[[str], bool]:
    """Compile an expression; the returned function tells whether a text matches.

    Raises
    ------
    ValueError
        RE2 does not accept it; the message says why.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        compiled = re2.compile(pattern.encode(), options)
    except re2.error as error:
        raise ValueError(_reason(error)) from None
    return lambda text: compiled.search(text.encode()) is not None


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
