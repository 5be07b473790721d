"""The policy engine: all matching rules are evaluated, and block > guardrail > allow (contract, section 11).

It is pure: made once per session, it decides with the standard library alone. Regular expressions are run by a function
that is passed in (`compile_regex`), because those of the standard library can take exponential time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from webrun_nb.common.hosts import browser_url, host_of
from webrun_nb.common.policy_terms import APPROVAL_QUESTION, Permission
from webrun_nb.emulator.domain.hosts import HostPattern, address_pattern
from webrun_nb.emulator.domain.policy.facts import ActionFact, ActionFacts, Page, SearchText, readable
from webrun_nb.emulator.domain.policy.model import (
    SEVERITY,
    ActionRule,
    Policy,
    describe_action_rule,
    describe_domain_entry,
)

Finder = Callable[[str], bool]
"""Returns whether a text matches."""
CompileRegex = Callable[[str], Finder]
"""Compiles a regular expression; raises ValueError with the reason where it is invalid. Matching has to take linear
time; `(?:…)` and `|` have to be supported."""

_WEB = frozenset({"http", "https", "ws", "wss"})


@dataclass(frozen=True, slots=True)
class Allow:
    """The action is allowed. `rule` is the one that decided, or the default; None without a policy."""

    permission: ClassVar[Permission] = "allow"

    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """The action is blocked."""

    permission: ClassVar[Permission] = "block"

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class RequireApproval:
    """The action needs a person's approval."""

    permission: ClassVar[Permission] = "guardrail"

    rule: str
    question: str


Decision = Allow | Block | RequireApproval


@dataclass(frozen=True, slots=True)
class _Matched:
    permission: Permission
    rule: str


class PolicyEngine:
    """Decides on actions by the rules of one policy.

    Parameters
    ----------
    policy : Policy
        Its rules have been checked.
    compile_regex : callable
        See `CompileRegex`.

    Raises
    ------
    ValueError
        One of its regular expressions is invalid.
    """

    def __init__(self, policy: Policy, compile_regex: CompileRegex) -> None:
        self.policy = policy
        mode = policy.domain_rules.mode
        self._mode = mode
        self._hosts = [
            (HostPattern(e.pattern), _Matched(e.action, f"{_ENTRIES}[{i}]: {describe_domain_entry(mode, e)}"))
            for i, e in enumerate(policy.domain_rules.entries)
        ]
        rules: dict[str, list[_Rule]] = {}
        for i, rule in enumerate(policy.action_rules):
            rules.setdefault(rule.category, []).append(_Rule(i, rule, compile_regex))
        self._rules = {category: _Rules(of_it, compile_regex) for category, of_it in rules.items()}
        self._default = _Matched(policy.default_action, f"defaultAction: {policy.default_action}")

    @property
    def restricts_hosts(self) -> bool:
        """True where some host may be out of reach, so that every request has to be checked."""
        return self._mode != "allow_all"

    @property
    def restricts_addresses(self) -> bool:
        """True where a page's whole address matters, beyond its host."""
        only_listed = self._mode == "allowlist"  # data: and blob: have no host that a list could have
        return self.policy.default_action != "allow" or only_listed or "Navigation" in self._rules

    def decide(self, facts: ActionFacts) -> Decision:
        """Decide on an action: each of its categories by itself; the most restrictive decision wins."""
        verdicts = [self._of_fact(fact, facts.page) for fact in facts.categories]
        return self._decision(_most_restrictive(verdicts) if verdicts else _Matched("allow", ""), facts)

    def destination(self, host: str) -> tuple[Permission, str]:
        """Decide whether a host (canonical, see `hosts`) may be reached, by the domain rules alone; with the rule."""
        found = self._of_host(host)
        return found.permission, found.rule

    def address(self, url: str) -> tuple[Permission, str]:
        """Decide whether a page may be opened, by the rules about Navigation alone (its host is `destination`'s).

        URLs without a host (`data:`, `blob:`) are decided here.
        """
        found = self._of_navigation(url) if _scheme(url) not in _WEB else self._by_address(url)
        return found.permission, found.rule

    def _of_fact(self, fact: ActionFact, page: Page) -> _Matched:
        if fact.category == "Navigation":
            return self._of_navigation(fact.url)
        rules = self._rules.get(fact.category)
        return (rules.for_action(fact.target, page) if rules else None) or self._default

    def _of_navigation(self, url: str | None) -> _Matched:
        if url is None:  # back, to where it was allowed to be
            return self._by_address(None)
        return _most_restrictive([self._of_url(url), self._by_address(url)])

    def _by_address(self, url: str | None) -> _Matched:
        rules = self._rules.get("Navigation")
        forms = () if url is None else tuple(address_forms(url))
        return (rules.for_navigation(forms) if rules else None) or self._default

    def _of_url(self, url: str) -> _Matched:
        scheme = _scheme(url)
        if scheme in _WEB:
            host = host_of(url)
            return _NO_HOST if host is None and self._mode != "allow_all" else self._of_host(host or "")
        if self._mode != "allowlist" or scheme == "about":
            return self._of_host("")
        return _ONLY_LISTED  # data:, blob:, file: come from no host, so no list has them

    def _of_host(self, host: str) -> _Matched:
        if self._mode == "allow_all" or not host:
            return _Matched("allow", "domainRules: every host")
        found = [matched for pattern, matched in self._hosts if pattern.matches(host)]
        if self._mode == "blocklist":
            return _most_restrictive(found) if found else _Matched("allow", "domainRules: no entry has the host")
        asks = [matched for matched in found if matched.permission == "guardrail"]
        if asks or not found:
            return asks[0] if asks else _ONLY_LISTED
        return _Matched("allow", found[0].rule)

    def _decision(self, found: _Matched, facts: ActionFacts) -> Decision:
        what = f"{facts.name} {facts.target}".strip()
        match found.permission:
            case "allow":
                return Allow(found.rule or None)
            case "block":
                return Block(found.rule, f'the policy "{self.policy.name}" forbids {what} ({found.rule})')
            case "guardrail":
                question = f'The policy "{self.policy.name}" asks before {what} ({found.rule}). {APPROVAL_QUESTION}'
                return RequireApproval(found.rule, question)


_ENTRIES = "domainRules.entries"
_NO_HOST = _Matched("block", "domainRules: the address has no host that can be checked")
_ONLY_LISTED = _Matched("block", "domainRules: only the hosts listed")


class _Rule:
    """A compiled action rule."""

    def __init__(self, index: int, rule: ActionRule, compile_regex: CompileRegex) -> None:
        self.matched = _Matched(rule.permission, f"actionRules[{index}]: {describe_action_rule(rule)}")
        self.at_target = rule.scope in ("target", "all")
        self.at_page = rule.match is not None and rule.scope in ("page", "all")
        self.is_keyword = rule.match_type == "keyword"
        self._allows = rule.permission == "allow"
        self._glob = None if rule.url_pattern is None else _glob(rule.url_pattern)
        self.find: Finder | None = None
        self.expression = ""
        """A regular expression that matches the same texts as `find`."""
        if rule.match is not None:
            words = readable(rule.match).casefold()
            self.expression = _as_literal_regex(words) if self.is_keyword else rule.match
            self.find = _keyword(words) if self.is_keyword else compile_regex(rule.match)

    def applies_to_url(self, forms: Sequence[str]) -> bool:
        """Return whether the rule applies to an address: by all forms of it where it allows, else by any."""
        if self._glob is None:
            return True
        return bool(forms) and (all if self._allows else any)(map(self._glob, forms))

    def matches(self, target: SearchText, page: Page, *, skip_page: bool) -> bool:
        """Return whether the rule applies to a target on a page; `skip_page`: the page is known not to match."""
        if self.find is None:
            return True
        if self.at_target and self.find(self._in(target)):
            return True
        return self.at_page and not skip_page and self.find(self._in(page.seen))

    def _in(self, text: SearchText) -> str:
        return text.folded if self.is_keyword else text.text


class _Rules:
    """The rules of one category, most restrictive first: the first that matches decides.

    A page's text is long. Whether it has any of what the rules look for is asked once, for all of them together.
    """

    def __init__(self, rules: Sequence[_Rule], compile_regex: CompileRegex) -> None:
        self._rules = sorted(rules, key=lambda rule: -SEVERITY[rule.matched.permission])
        self._any_keyword = _matches_any([r for r in rules if r.at_page and r.is_keyword], compile_regex)
        self._any_regex = _matches_any([r for r in rules if r.at_page and not r.is_keyword], compile_regex)

    def for_action(self, target: SearchText, page: Page) -> _Matched | None:
        """Return the first rule that applies to an action; None where none does."""
        no_keyword = not self._any_keyword(page.seen.folded)
        no_regex = not self._any_regex(page.seen.text)
        for rule in self._rules:
            if rule.matches(target, page, skip_page=no_keyword if rule.is_keyword else no_regex):
                return rule.matched
        return None

    def for_navigation(self, forms: Sequence[str]) -> _Matched | None:
        """Return the first rule that applies to a Navigation to an address; None where none does."""
        return next((rule.matched for rule in self._rules if rule.applies_to_url(forms)), None)


def _matches_any(rules: Sequence[_Rule], compile_regex: CompileRegex) -> Finder:
    """Return a finder that is true where any of the rules may match a text, and false where none can."""
    if not rules:
        return lambda text: False
    if any(r"\Q" in rule.expression for rule in rules):  # a quotation without an end would take the next one in
        return lambda text: True
    try:
        return compile_regex("|".join(f"(?:{rule.expression})" for rule in rules))
    except ValueError:  # too large together
        return lambda text: True


def _as_literal_regex(words: str) -> str:
    return re.sub(r"[^\w\s]", lambda found: f"\\x{{{ord(found[0]):x}}}", words)


def _scheme(url: str) -> str:
    return url.partition(":")[0].strip().lower()


def _most_restrictive(found: Sequence[_Matched]) -> _Matched:
    """Return the most restrictive, the first of them."""
    return max(found, key=lambda matched: SEVERITY[matched.permission])


def _keyword(words: str) -> Finder:
    return lambda text: words in text


def address_forms(url: str) -> set[str]:
    """Return an address as browsers write it and as servers read it: `/x/../%61dmin/` is `/admin/` too."""
    address = browser_url(url) or url.strip()
    written = address.casefold()
    try:
        parts = urlsplit(address)
        path: list[str] = []
        for step in unquote(parts.path).replace("\\", "/").split("/"):
            if step == "..":
                path[1:] = path[1:-1]
            elif step != ".":
                path.append(step)
        host = host_of(address) or ""
        port = "" if parts.port is None or (parts.scheme, parts.port) in _USUAL else f":{parts.port}"
    except ValueError:
        return {written}
    query = f"?{parts.query}" if parts.query else ""
    return {written, f"{parts.scheme}://{host}{port}{'/'.join(path) or '/'}{query}".casefold()}


_USUAL = {("http", 80), ("https", 443)}


def _glob(pattern: str) -> Finder:
    """Return a finder for addresses that match a glob, in linear time. `*` is any text; `?` is itself, as in URLs."""
    pattern = address_pattern(pattern).casefold()
    if "://" not in pattern and not pattern.startswith("*"):
        pattern = f"*://{pattern}"
    first, *rest = pattern.split("*")
    if not rest:
        return lambda url: url == first or url == f"{first}/"
    middle, last = rest[:-1], rest[-1]

    def fits(url: str) -> bool:
        if not url.startswith(first) or len(url) < len(first) + len(last) or not url.endswith(last):
            return False
        at, end = len(first), len(url) - len(last)
        for piece in middle:
            at = url.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True

    return fits
