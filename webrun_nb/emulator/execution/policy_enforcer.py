"""One session's policy at work: what it decided goes into the audit trail, and what was approved is remembered."""

from __future__ import annotations

from collections.abc import Callable

import re2

from webrun_nb.browsers.egress.destinations import DestinationPolicy
from webrun_nb.common.hosts import host_of
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.policy.engine import Allow, Decision, PolicyEngine, address_forms
from webrun_nb.emulator.domain.policy.facts import ActionFacts, Actor, AuditEntry, Response
from webrun_nb.emulator.domain.policy.model import Permission
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Task
from webrun_nb.emulator.execution.protocols import AuditTrail


class PolicyEnforcer:
    """Decides for a session, whatever becomes of its browser.

    Parameters
    ----------
    session : Session
        Whose actions they are.
    engine : PolicyEngine or None
        The policy that it was started with, as it was then; None: everything is allowed.
    trail : AuditTrail
        Where decisions are kept.
    clock : Clock
        When.
    """

    def __init__(self, session: Session, engine: PolicyEngine | None, trail: AuditTrail, clock: Clock) -> None:
        self.engine = engine
        self._session = session
        self._trail = trail
        self._clock = clock
        self._opened = ""
        """Where the last action that was let through led: a page that needs approval, if that was given."""

    @property
    def is_audit_unavailable(self) -> bool:
        """Whether what is decided could not be put on record: then nothing is to be done."""
        return self.engine is not None and self._trail.full

    def decide(self, facts: ActionFacts) -> Decision:
        """Decide on an action. `record_decision` puts it on record, once the outcome is known."""
        return Allow() if self.engine is None else self.engine.decide(facts)

    def record_decision(
        self, facts: ActionFacts, decision: Decision, by: Actor, task: Task | None, response: Response | None
    ) -> None:
        """Write a decision down; an action of no category is nobody's business."""
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
        """Take note of where an action that is let through leads: what needs approval is open there alone."""
        urls = [fact.url for fact in facts.categories if fact.url is not None]
        if urls:
            self._opened = urls[0]

    # --- for the session's way out ------------------------------------------------------------------------------------

    def guard(self, reach: DestinationPolicy) -> None:
        """Have a session's way out obey the policy: its hosts, and its addresses where it has rules about them."""
        if self.engine is None:
            return
        if self.engine.restricts_hosts:
            reach.host_rule = self.refuses_host
        if self.engine.restricts_addresses:
            reach.url_rule = self.refuses_page

    def refuses_host(self, host: str) -> str | None:
        """Say why a host (canonical) must not be reached, by whatever the browser asks for; None where it may.

        A host that needs approval is open to the page that a person approved, and to nothing else.
        """
        if self.engine is None:
            return None
        found, rule = self.engine.destination(host)
        if found == "allow" or (found == "guardrail" and host == host_of(self._opened)):
            return None
        return self._why(host, found, rule)

    def refuses_page(self, url: str) -> str | None:
        """Say why a page must not be opened, however the browser got there (a redirect, a script); None where it may.

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
"""Bytes that one expression may take: a rule is a line, not a program."""


def compile_regex(pattern: str) -> Callable[[str], bool]:
    """Make an expression ready; what is returned tells whether a text has it.

    Raises
    ------
    ValueError
        It is none that RE2 knows; the message says what is wrong with it.
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
