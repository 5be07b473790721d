"""The closed vocabularies of policies, and of the steps that they decide on (wire contract, section 11)."""

from __future__ import annotations

from typing import Literal

Permission = Literal["allow", "guardrail", "block"]
"""The decision of a rule: go ahead, ask a person, or refuse."""
PolicyStatus = Literal["active", "draft"]
"""Drafts are not enforced."""
DomainMode = Literal["allow_all", "allowlist", "blocklist"]
RuleScope = Literal["all", "target", "page"]
"""The texts that a rule's keyword or expression is searched for in."""
MatchType = Literal["keyword", "regex"]
ActionCategory = Literal[
    "Navigation",
    "Click",
    "Type / Keyboard",
    "File Download",
    "File Upload",
    "Form Submit",
    "Screenshot",
    "Shell Command",
    "Clipboard",
    "Tab Management",
    "Scroll",
    "Mouse Move",
]
"""The kinds of actions that rules are about."""
Actor = Literal["agent", "user"]
APPROVAL_QUESTION = "Go on?"
"""The end of every question that asks a person for approval."""
GuardrailResponse = Literal["approved", "rejected", "took over", "unanswered", "by hand"]
"""The outcome of a guardrail. `by hand`: performed by a person in control, which is an approval."""
LOOKING_ACTIONS = frozenset({"navigateUrl", "goBack", "switchTab", "scroll", "hover", "waitFor"})
"""The names of the actions that look at pages and do no more, whatever their target is."""
StepKind = Literal["action", "look", "read", "ask", "note", "finish"]
StepOutcome = Literal["running", "done", "failed", "blocked", "by hand"]
