"""Measures a policy's decision on one action."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Sequence

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.results import BenchError, Sample, Target
from webrun_nb.emulator.domain.policy.engine import Allow, PolicyEngine
from webrun_nb.emulator.domain.policy.facts import MAX_PAGE_TEXT, ActionFact, ActionFacts, Page, SearchText
from webrun_nb.emulator.domain.policy.model import ActionRule, DomainEntry, DomainRules, Policy
from webrun_nb.emulator.execution.policy_enforcer import compile_regex

_RULES = 200
_DOMAINS = 50
_DECISIONS = 1_000
_PERMISSIONS = ("allow", "guardrail", "block")
_SCOPES = ("target", "page", "all")


class PolicyDecision:
    """The 99th percentile of a thousand decisions on a click on a link on a page of 20,000 characters.

    200 action rules (a quarter each about Navigation, Click, Tab Management and Type / Keyboard; keywords and regular
    expressions, about the target, the page and both) and 50 domain entries, of which none matches: then every one of
    them has to be looked at. The details have the median, and the first decision, which finds nothing warm.
    """

    name = "policy-decision"
    measures = f"a policy's decision with {_RULES} rules, p99"
    unit = "ms"
    target = Target("ours", 0.5)
    rounds = 5

    def __init__(self) -> None:
        self._book: PolicyEngine | None = None
        self._facts: ActionFacts | None = None

    async def prepare(self, bench: BenchContext) -> None:
        """Make the rules and the page, and decide once."""
        chance = random.Random(200)
        self._book = PolicyEngine(_policy(chance), compile_regex)
        self._facts = _facts(chance)
        await self.sample(bench)

    async def sample(self, bench: BenchContext) -> Sample:
        """Decide a thousand times."""
        assert self._book is not None
        assert self._facts is not None
        times_ms, cpu_ms = [], []
        for _ in range(_DECISIONS):
            began_s, began_cpu_s = time.perf_counter(), time.thread_time()
            decision = self._book.decide(self._facts)
            cpu_ms.append((time.thread_time() - began_cpu_s) * 1000)
            times_ms.append((time.perf_counter() - began_s) * 1000)
        if not isinstance(decision, Allow):
            raise BenchError("a rule matched what it is not about")
        ranked = sorted(times_ms)
        details = {
            "median": ranked[len(ranked) // 2],
            "cpu_p99": sorted(cpu_ms)[int(len(cpu_ms) * 0.99)],
            "worst": ranked[-1],
        }
        return Sample(ranked[int(len(ranked) * 0.99)], details=details)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Name this process: deciding is a function, without a browser."""
        return ["bench"], []


def _policy(chance: random.Random) -> Policy:
    entries = tuple(DomainEntry(f"*.{_word(chance)}.com") for _ in range(_DOMAINS))
    return Policy(
        id="pol_bench",
        owner="bench",
        name="bench",
        created_ms=0,
        updated_ms=0,
        domain_rules=DomainRules("blocklist", entries),
        action_rules=tuple(_rule(number, chance) for number in range(_RULES)),
    )


def _rule(number: int, chance: random.Random) -> ActionRule:
    permission = _PERMISSIONS[number % 3]
    word = f"zz{number}{_word(chance)}"
    if number % 4 == 0:
        return ActionRule("Navigation", permission, url_pattern=f"*/{word}/*")  # type: ignore[arg-type]  # one of three
    category = ("Click", "Tab Management", "Type / Keyboard")[number % 4 - 1]
    is_regex = number % 8 >= 4
    return ActionRule(
        category,  # type: ignore[arg-type]  # one of three
        permission,  # type: ignore[arg-type]  # one of three
        scope=_SCOPES[number // 4 % 3],  # type: ignore[arg-type]  # one of three
        match_type="regex" if is_regex else "keyword",
        match=rf"(?i)\b{word}(s|ed|ing)?\b" if is_regex else word,
    )


def _facts(chance: random.Random) -> ActionFacts:
    text = " ".join(_word(chance) for _ in range(MAX_PAGE_TEXT // 7 + 1))
    target = SearchText("Norvane Aurora 14 in stock https://shop.example/products/norvane-aurora-14")
    url = "https://shop.example/products/norvane-aurora-14?from=list"
    categories = (
        ActionFact("Click", target),
        ActionFact("Navigation", target, url),
        ActionFact("Tab Management", target),
    )
    return ActionFacts("click", "Norvane Aurora 14", categories, Page.of("https://shop.example/", "Shop", text))


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(string.ascii_lowercase, k=6))
