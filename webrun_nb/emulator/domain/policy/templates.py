"""The policy templates (contract, section 11)."""

from __future__ import annotations

from webrun_nb.emulator.domain.policy.model import ActionRule, DomainRules, Policy

_MONEY = r"(?i)\b(pay|payment|transfer|wire|send money|withdraw|buy|sell|trade|order|check ?out|purchase|subscribe)\b"
_CHANGES = (
    r"(?i)\b(buy|order|pay|check ?out|add to (cart|basket|bag)|sign (in|up)|log ?in|register|"
    r"subscribe|publish|post|send|delete|remove|upload)\b"
)
_PATIENT = (
    r"(?i)\b(patients?|medical record|mrn|diagnos[ei]s|prescriptions?|insurance (id|number)|member id|ssn|"
    r"social security|date of birth|dob)\b"
)
_POSTS = r"\bPOST https?://"
"""Matches the target of a Form Submit that sends data: its button, its method and its address."""


def _rule(category: str, permission: str, **more: str) -> ActionRule:
    return ActionRule(category, permission, **more)  # type: ignore[arg-type]  # literals, checked by the tests


def _template(name: str, description: str, llm_role: str, *rules: ActionRule, **more: object) -> Policy:
    return Policy(
        id="",
        owner="",
        name=name,
        created_ms=0,
        updated_ms=0,
        description=description,
        llm_role=llm_role,
        action_rules=rules,
        **more,  # type: ignore[arg-type]  # the fields of a policy, spelled out below
    )


TEMPLATES: tuple[Policy, ...] = (
    _template(
        "Research Only",
        "Read and search, change nothing: no orders, no posts, no files.",
        "You only read and compare. Search and open pages; never order, post, sign in or change anything.",
        _rule("Click", "block", scope="target", match_type="regex", match=_CHANGES),
        _rule("Form Submit", "block", scope="target", match_type="regex", match=_POSTS),
        _rule("File Upload", "block"),
        _rule("File Download", "guardrail"),
        _rule("Clipboard", "block"),
        _rule("Shell Command", "block"),
    ),
    _template(
        "Financial Compliance",
        "Money moves, orders are placed and statements are downloaded only with a person's approval.",
        "You work with financial accounts. Say what an action will cost or move before you propose it.",
        _rule("Click", "guardrail", scope="target", match_type="regex", match=_MONEY),
        _rule("Form Submit", "guardrail", scope="all", match_type="regex", match=_MONEY),
        _rule("Navigation", "guardrail", url_pattern="*/transfer*"),
        _rule("Navigation", "guardrail", url_pattern="*/payment*"),
        _rule("Navigation", "guardrail", url_pattern="*/checkout*"),
        _rule("Navigation", "block", url_pattern="*/admin/*"),
        _rule("File Download", "guardrail"),
        _rule("File Upload", "block"),
        _rule("Clipboard", "block"),
        _rule("Shell Command", "block"),
    ),
    _template(
        "Healthcare / HIPAA",
        "Patients' data is entered or sent only with a person's approval, and never leaves by file or clipboard.",
        "Pages may hold patients' data. Repeat none of it unless the task asks for that very value.",
        _rule("Type / Keyboard", "guardrail", scope="target", match_type="regex", match=_PATIENT),
        _rule("Form Submit", "guardrail", scope="all", match_type="regex", match=_PATIENT),
        _rule("File Download", "block"),
        _rule("File Upload", "block"),
        _rule("Clipboard", "block"),
        _rule("Screenshot", "block"),
        _rule("Shell Command", "block"),
    ),
    _template(
        "Strict Lockdown",
        "Only the hosts that you list are reached; whatever does more than read there needs a person's approval.",
        "Do the least that answers the task.",
        _rule("Navigation", "allow"),
        _rule("Scroll", "allow"),
        _rule("Click", "guardrail"),
        _rule("Type / Keyboard", "guardrail"),
        _rule("Form Submit", "guardrail"),
        domain_rules=DomainRules("allowlist"),
        default_action="block",
    ),
)
