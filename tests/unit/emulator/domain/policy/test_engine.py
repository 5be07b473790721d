"""Tests of a policy's decisions: block > guardrail > allow, then the default action."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webrun_nb.emulator.domain.hosts import HostPattern, address_pattern, pattern_fault
from webrun_nb.emulator.domain.policy.engine import Allow, Block, Decision, PolicyEngine, RequireApproval
from webrun_nb.emulator.domain.policy.facts import ActionFact, ActionFacts, Page, SearchText
from webrun_nb.emulator.domain.policy.model import ActionRule, DomainEntry, DomainRules, Policy
from webrun_nb.emulator.execution.policy_enforcer import compile_regex

CATEGORIES = ("Click", "Type / Keyboard", "Form Submit", "Scroll")
WORDS = ("delete", "pay", "search", "next page")
SEVERITY = {"allow": 0, "guardrail": 1, "block": 2}
PLAIN = Policy("pol_1", "local", "Rules", 0, 0)


def book(**changes) -> PolicyEngine:
    return PolicyEngine(replace(PLAIN, **changes), compile_regex)


def facts(*categories: ActionFact, page: str = "") -> ActionFacts:
    return ActionFacts("click", "it", categories, Page.of("http://shop.example/", "Shop", page))


def click(target: str, page: str = "") -> ActionFacts:
    return facts(ActionFact("Click", SearchText(target)), page=page)


def to(url: str) -> ActionFacts:
    return facts(ActionFact("Navigation", SearchText(url), url))


def said(decision: Decision) -> str:
    return {Allow: "allow", RequireApproval: "guardrail", Block: "block"}[type(decision)]


rules = st.builds(
    ActionRule,
    category=st.sampled_from(CATEGORIES),
    permission=st.sampled_from(["allow", "guardrail", "block"]),
    scope=st.sampled_from(["all", "target", "page"]),
    match_type=st.sampled_from(["keyword", "regex"]),
    match=st.none() | st.sampled_from(WORDS),
)
all_facts = st.builds(
    lambda categories, page: facts(*categories, page=page),
    st.lists(st.builds(ActionFact, st.sampled_from(CATEGORIES), st.sampled_from(WORDS).map(SearchText)), max_size=3),
    st.sampled_from(["", *WORDS]),
)
permissions = st.sampled_from(["allow", "guardrail", "block"])


def is_about(rule: ActionRule, fact: ActionFact, page: Page) -> bool:
    """Return whether a rule matches, by a second, independent implementation."""
    if rule.category != fact.category:
        return False
    places = {"target": [fact.target], "page": [page.seen], "all": [fact.target, page.seen]}[rule.scope]
    return rule.match is None or any(rule.match in place.text.lower() for place in places)


@settings(deadline=None)
@given(st.lists(rules, max_size=8), permissions, all_facts)
def test_the_most_restrictive_matching_rule_of_each_category_wins(action_rules, default, known):
    worst = 0
    for fact in known.categories:
        matching = [SEVERITY[rule.permission] for rule in action_rules if is_about(rule, fact, known.page)]
        worst = max(worst, max(matching) if matching else SEVERITY[default])
    decision = book(action_rules=tuple(action_rules), default_action=default).decide(known)
    assert SEVERITY[said(decision)] == worst


@settings(deadline=None)
@given(st.lists(rules, max_size=8), permissions, all_facts, st.randoms())
def test_the_order_of_rules_changes_nothing(action_rules, default, known, random):
    mixed = list(action_rules)
    random.shuffle(mixed)
    one, other = (book(action_rules=tuple(order), default_action=default) for order in (action_rules, mixed))
    assert said(one.decide(known)) == said(other.decide(known))


@settings(deadline=None)
@given(st.lists(rules, max_size=8), permissions, all_facts)
def test_a_rule_that_is_added_never_loosens_a_block(action_rules, default, known):
    blocking = ActionRule("Click", "block")
    known = replace(known, categories=(*known.categories, ActionFact("Click")))
    assert said(book(action_rules=(*action_rules, blocking), default_action=default).decide(known)) == "block"


hosts = st.sampled_from(["example.com", "www.example.com", "badexample.com", "other.org", "a.b.example.com"])
entries = st.lists(
    st.builds(
        DomainEntry,
        st.sampled_from(["example.com", "*.example.com", "*example.com", "other.org"]),
        st.sampled_from(["block", "guardrail"]),
    ),
    max_size=5,
)


@settings(deadline=None)
@given(st.sampled_from(["allow_all", "allowlist", "blocklist"]), entries, hosts, st.randoms())
def test_the_order_of_domain_entries_changes_nothing(mode, listed, host, random):
    mixed = list(listed)
    random.shuffle(mixed)
    one, other = (book(domain_rules=DomainRules(mode, tuple(order))) for order in (listed, mixed))
    assert one.destination(host)[0] == other.destination(host)[0]


@settings(deadline=None)
@given(entries, hosts)
def test_a_blocked_host_is_never_reached(listed, host):
    blocked = DomainRules("blocklist", (*listed, DomainEntry(host, "block")))
    assert book(domain_rules=blocked).destination(host)[0] == "block"
    assert said(book(domain_rules=blocked).decide(to(f"https://{host}/"))) == "block"


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("example.com", ["example.com"], ["www.example.com", "badexample.com", "example.com.evil.org"]),
        ("*.example.com", ["www.example.com", "a.b.example.com"], ["example.com", "badexample.com"]),
        ("*example.com", ["example.com", "www.example.com", "badexample.com"], ["example.com.evil.org"]),
        ("EXAMPLE.com.", ["example.com"], []),
        ("münchen.de", ["xn--mnchen-3ya.de"], ["munchen.de"]),
        ("faß.de", ["xn--fa-hia.de"], ["fass.de"]),
        ("*.faß.de", ["www.xn--fa-hia.de"], ["xn--fa-hia.de", "www.fass.de"]),
        ("*faß.de", ["xn--fa-hia.de", "www.xn--fa-hia.de", "xn--xfa-7ka.de"], ["fass.de", "xfass.de"]),
        ("*cher.de", ["xn--bcher-kva.de"], []),
        ("*kva.de", ["akva.de"], ["xn--bcher-kva.de"]),
        ("i❤.ws", ["xn--i-7iq.ws"], []),
        ("127.1", ["127.0.0.1"], []),
        ("127.0.0.1", ["127.0.0.1"], ["127.0.0.10"]),
        ("[::1]", ["::1"], ["::2"]),
    ],
)
def test_patterns_of_hosts(pattern, yes, no):
    assert pattern_fault(pattern) is None
    matches = HostPattern(pattern).matches
    assert [host for host in yes if not matches(host)] + [host for host in no if matches(host)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "*",
        "http://example.com",
        "example.com/path",
        "a b",
        "exa*mple.com",
        "x.com:80",
        "a..b",
        "xn--ü.de",
        "1.2.3.4.5",
        "*.127.0.0.1",
        "*.[::1]",
    ],
)
def test_what_is_no_pattern_of_hosts(pattern):
    assert pattern_fault(pattern)


def test_an_allowlist_lets_only_its_hosts_be_reached():
    listed = book(domain_rules=DomainRules("allowlist", (DomainEntry("a.com"), DomainEntry("b.com", "guardrail"))))
    reached = {host: listed.destination(host)[0] for host in ("a.com", "b.com", "c.com")}
    assert reached == {"a.com": "allow", "b.com": "guardrail", "c.com": "block"}


@pytest.mark.parametrize(
    ("url", "decision"),
    [
        ("https://A.com./x", "allow"),
        ("https://a.com@evil.org/", "block"),
        ("https://evil.org/?https://a.com/", "block"),
        ("data:text/html,a.com", "block"),
        ("about:blank", "allow"),
    ],
)
def test_an_allowlist_goes_by_the_parsed_host(url, decision):
    assert said(book(domain_rules=DomainRules("allowlist", (DomainEntry("a.com"),))).decide(to(url))) == decision


@pytest.mark.parametrize(
    ("pattern", "url", "matches"),
    [
        ("*/admin/*", "https://x.com/admin/users", True),
        ("*/admin/*", "https://x.com/a/../admin/users", True),
        ("*/admin/*", "https://x.com/%61dmin/users", True),
        ("*/admin/*", "https://x.com/ADMIN/users", True),
        ("*/admin/*", "https://x.com/administrators", False),
        ("https://x.com/?q=*", "https://x.com/?q=1", True),
        ("https://x.com/?q=*", "https://x.com/aq=1", False),
        ("x.com/pay*", "https://x.com/payments", True),
        ("https://x.com", "https://x.com/", True),
        ("faß.de/*", "https://xn--fa-hia.de/x", True),
        ("faß.de/*", "https://faß.de/x", True),
        ("faß.de/*", "https://fass.de/x", False),
        ("fass.de/*", "https://faß.de/x", False),
        ("*://*.FAß.de:8080/*", "http://www.xn--fa-hia.de:8080/x", True),
        ("*/*straße*", "https://x.com/Stra%C3%9Fe", True),
    ],
)
def test_url_patterns_are_globs_of_whole_addresses(pattern, url, matches):
    rule = ActionRule("Navigation", "block", url_pattern=pattern)
    assert said(book(action_rules=(rule,)).decide(to(url))) == ("block" if matches else "allow")


@pytest.mark.parametrize("pattern", ["*faß.de/*", "*ß*", "https://f*ß.de/", "a b.ü.de/*"])
def test_a_url_pattern_whose_host_can_t_be_converted_is_refused(pattern):
    with pytest.raises(ValueError, match="write a host with such letters in full"):
        address_pattern(pattern)


def test_an_address_without_a_host_that_can_be_checked_is_blocked_where_hosts_are():
    listed = book(domain_rules=DomainRules("blocklist", (DomainEntry("a.com"),)))
    assert said(listed.decide(to("http://a..com/"))) == "block"
    assert said(book().decide(to("http://a..com/"))) == "allow"


def test_a_glob_of_many_stars_is_decided_at_once():
    rule = ActionRule("Navigation", "block", url_pattern="*a" * 200 + "*b")
    assert said(book(action_rules=(rule,)).decide(to("https://x.com/" + "a" * 8000))) == "allow"


@pytest.mark.parametrize("written", ["Ｄelete", "de\u200blete", "DELETE", "Please\n delete  it"])
def test_keywords_see_through_disguises(written):
    rule = ActionRule("Click", "block", scope="target", match="delete")
    assert said(book(action_rules=(rule,)).decide(click(written))) == "block"


def test_a_rule_about_the_target_does_not_look_at_the_page():
    rule = ActionRule("Click", "block", scope="target", match="delete")
    assert said(book(action_rules=(rule,)).decide(click("Open", page="delete all"))) == "allow"


def test_a_rule_about_the_page_looks_at_title_and_address_too():
    for word in ("shop.example", "Shop"):
        rule = ActionRule("Click", "block", scope="page", match=word)
        assert said(book(action_rules=(rule,)).decide(click("Open"))) == "block"


def test_regular_expressions_that_explode_elsewhere_are_decided_at_once():
    rule = ActionRule("Click", "block", scope="page", match_type="regex", match="(a+)+$")
    assert said(book(action_rules=(rule,)).decide(click("x", page="a" * 19_000 + "!"))) == "allow"


def test_an_endless_quotation_swallows_no_other_rule():
    wide = ActionRule("Click", "allow", scope="page", match_type="regex", match=r"\Qabc")
    other = ActionRule("Click", "block", scope="page", match_type="regex", match=r"pay\Q.\E")
    assert said(book(action_rules=(wide, other)).decide(click("x", page="now pay. me"))) == "block"


@pytest.mark.parametrize("pattern", ["(a", "(?=a)", r"(a)\1", "a{2000}"])
def test_what_is_no_regular_expression_is_refused(pattern):
    with pytest.raises(ValueError, match=r"\w"):
        compile_regex(pattern)


def test_a_refusal_says_which_policy_and_which_rule():
    rule = ActionRule("Click", "block", scope="target", match="Delete")
    decision = book(action_rules=(rule,)).decide(click("Delete"))
    assert isinstance(decision, Block)
    assert decision.rule == 'actionRules[0]: block Click where the target has "Delete"'
    assert '"Rules"' in decision.reason


def test_an_action_of_no_category_is_allowed_whatever_the_default():
    assert said(book(default_action="block").decide(facts())) == "allow"
