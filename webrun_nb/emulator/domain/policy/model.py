"""The model of policies: their rules as data, and in plain words (contract, section 11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webrun_nb.common.policy_terms import ActionCategory, DomainMode, MatchType, Permission, PolicyStatus, RuleScope
from webrun_nb.emulator.domain.policy.pattern_words import pattern_words

NEVER_DONE: tuple[ActionCategory, ...] = ("Shell Command",)
"""Categories that no action of an agent, or of a person in control, falls into."""

SEVERITY: dict[Permission, int] = {"allow": 0, "guardrail": 1, "block": 2}
"""The order of permissions: the highest of all matching rules wins."""

_DOES = {"allow": "allow", "guardrail": "ask before", "block": "block"}


@dataclass(frozen=True, slots=True)
class DomainEntry:
    """A host pattern with its permission; in an allowlist, `block` is the permission of all other hosts."""

    pattern: str
    """`example.com` that host alone, `*.example.com` its subdomains alone, `*example.com` any host that ends so."""
    action: Literal["block", "guardrail"] = "block"


@dataclass(frozen=True, slots=True)
class DomainRules:
    """The rules about hosts that may be reached."""

    mode: DomainMode = "allow_all"
    entries: tuple[DomainEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionRule:
    """A rule for the actions of one category.

    Navigation is narrowed by `url_pattern`, a glob of whole addresses; every other category by `match`, a keyword or a
    regular expression that is looked for in the target, on the page, or (`all`) in both. Without either the rule is
    about every action of its category.
    """

    category: ActionCategory
    permission: Permission
    url_pattern: str | None = None
    scope: RuleScope = "all"
    match_type: MatchType = "keyword"
    match: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A user's policy."""

    id: str
    owner: str
    name: str
    created_ms: float
    updated_ms: float
    description: str = ""
    status: PolicyStatus = "active"
    llm_role: str = ""
    domain_rules: DomainRules = DomainRules()
    action_rules: tuple[ActionRule, ...] = ()
    default_action: Permission = "allow"
    """The permission of actions that no action rule applies to."""


def describe_action_rule(rule: ActionRule) -> str:
    """Return a description such as `block Click where the target has "delete"`, without regular expressions."""
    words = f"{_DOES[rule.permission]} {rule.category}"
    if rule.url_pattern is not None:
        return f"{words} to {rule.url_pattern}"
    if rule.match is None:
        return words
    where = {"target": "the target", "page": "the page", "all": "the target or the page"}[rule.scope]
    how = f'has "{rule.match}"' if rule.match_type == "keyword" else _expression_in_words(rule.match)
    return f"{words} where {where} {how}"


def _expression_in_words(expression: str) -> str:
    words = pattern_words(expression)
    return "matches the rule's regular expression" if words is None else str(words)


def describe_domain_entry(mode: DomainMode, entry: DomainEntry) -> str:
    """Return a description such as `block the host *.example.com`."""
    if entry.action == "guardrail":
        return f"ask before the host {entry.pattern}"
    return f"{'allow' if mode == 'allowlist' else 'block'} the host {entry.pattern}"
